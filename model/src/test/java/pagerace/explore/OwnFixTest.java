// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import pagerace.explore.Necessity.Finding;
import pagerace.machine.Word;
import pagerace.mm.DiskFile;
import pagerace.mm.Folio;
import pagerace.mm.op.MarkDirty;
import pagerace.own.Another;
import pagerace.own.BadFix;
import pagerace.own.FenceFirst;
import pagerace.race.OwnRaces;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;

/** An own fix is explored like any other variant; one that breaks a rule is told so by name, with class and line. */
class OwnFixTest {
    /** An operation that does something before the built-in one. */
    private static class Before extends MarkDirty {
        private final Function<Before, @Nullable End> before;

        Before(MarkDirty builtIn, Function<Before, @Nullable End> before) {
            super(builtIn.kernel, builtIn.file, builtIn.steps);
            this.before = before;
        }

        DiskFile file() {
            return file;
        }

        @Override
        public End mark(Folio folio) {
            End end = before.apply(this);
            return end == null ? super.mark(folio) : end;
        }
    }

    private static Point point(UnaryOperator<MarkDirty> operation) {
        return OwnRaces.firstPoint(new Another<>("UnpinDirtyVsClean", "PRECHECK", MarkDirty.class, "MINE", operation));
    }

    private static void assertRefused(UnaryOperator<MarkDirty> operation, String... message) {
        assertThatThrownBy(() -> Prediction.of(point(operation)))
                .isInstanceOf(BadFix.class)
                .message()
                .startsWith("The own fix UnpinDirtyVsClean/MINE cannot be explored: ")
                .contains(message)
                .containsPattern("OwnFixTest[$.\\w]*:\\d+")
                .hasLineCount(1);
    }

    private static void assertActorRefused(Function<Before, MarkDirty.@Nullable End> before, String... message) {
        assertRefused(builtIn -> new Before(builtIn, before), message);
    }

    @Test
    void aRightFixClosesTheRaceAndItsStepIsNeeded() {
        FenceFirst fix = new FenceFirst();
        Point point = OwnRaces.firstPoint(fix);
        assertThat(Prediction.of(point).reachableFrom()).isEqualTo(Reachability.NEVER);
        Race race = OwnRaces.with(fix);
        Necessity necessity = Necessity.of(race, mutant -> mutant.variant().isOwn());
        assertThat(necessity.findings())
                .extracting(finding -> finding.mutant().key() + ": " + finding.inWords())
                .containsExactly(
                        "UnpinDirtyVsClean/FENCE_FIRST-FENCE: needed: without it, reachable from TSO on",
                        "UnpinDirtyVsClean/FENCE_FIRST-NOTHING: not exercised: nothing here disturbs it");
        assertThat(necessity.findings())
                .extracting(Finding::original)
                .allMatch(original -> original.key().equals(point.key()));
        assertThat(necessity.table()).contains("needed: without it, reachable from TSO on");
    }

    @Test
    void aFixThatChangesNothingChangesNothing() {
        assertThat(Prediction.of(point(builtIn -> builtIn)).reachableFrom()).isEqualTo(Reachability.TSO);
    }

    @Test
    void stateInAField() {
        int[] field = {0};
        assertActorRefused(
                mine -> {
                    mine.file().reserved.writeOnce(field[0]++);
                    return null;
                },
                "an actor did not repeat itself");
    }

    @Test
    void aClock() {
        assertActorRefused(
                mine -> {
                    mine.file().reserved.writeOnce(System.nanoTime());
                    return null;
                },
                "an actor did not repeat itself");
    }

    @Test
    void dice() {
        assertActorRefused(
                mine -> {
                    mine.file().reserved.writeOnce(Double.doubleToLongBits(Math.random()));
                    return null;
                },
                "an actor did not repeat itself");
    }

    @Test
    void theStopCaught() {
        assertActorRefused(
                mine -> {
                    try {
                        mine.file().reserved.readOnce();
                    } catch (Throwable e) {
                        return MarkDirty.End.SKIPPED;
                    }
                    return null;
                },
                "an actor caught the stop at OwnFixTest");
    }

    @Test
    void aWordKeptFromAnotherScenario() {
        Word[] kept = {null};
        Explorer<?> unused = Explorer.of(point(builtIn -> {
            kept[0] = new Before(builtIn, mine -> null).file().reserved;
            return builtIn;
        }));
        assertActorRefused(
                mine -> {
                    Objects.requireNonNull(kept[0]).readOnce();
                    return null;
                },
                "was used outside setup, actors and judge");
    }

    @Test
    void aFenceThatStandsBesideNothing() {
        assertRefused(
                builtIn -> new MarkDirty(builtIn.kernel, builtIn.file) {
                    @Override
                    public End mark(Folio folio) {
                        file.machine.smpMbAfterAtomic();
                        return super.mark(folio);
                    }
                },
                "stands beside no read-modify-write");
    }

    @Test
    void anActorThatThrows() {
        assertActorRefused(
                mine -> {
                    throw new IllegalStateException("mine");
                },
                "an actor threw java.lang.IllegalStateException: mine at OwnFixTest");
    }

    @Test
    void anActorThatNeverReturns() {
        assertRefused(
                builtIn -> new MarkDirty(builtIn.kernel, builtIn.file) {
                    @Override
                    @SuppressWarnings("InfiniteRecursion")
                    public End mark(Folio folio) {
                        return mark(folio);
                    }
                },
                "an actor threw java.lang.StackOverflowError");
    }

    @Test
    void anOperationThatCannotBeMade() {
        assertRefused(
                builtIn -> {
                    throw new IllegalStateException("mine");
                },
                "it threw java.lang.IllegalStateException: mine at OwnFixTest");
    }

    @Test
    @SuppressWarnings("NullAway")
    void noOperation() {
        assertThatThrownBy(() -> Explorer.of(point(builtIn -> null)))
                .isInstanceOf(BadFix.class)
                .hasMessageContaining("the operation of MINE is null");
    }

    @Test
    void aWaitForEverIsNoMistakeButADeadlock() {
        Point point = point(builtIn -> new Before(builtIn, mine -> {
            mine.file().reserved.await(value -> value == 2);
            return null;
        }));
        assertThat(Prediction.of(point).reachableFrom()).isEqualTo(Reachability.SEQUENTIAL);
    }
}
