// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static pagerace.race.Dimensions.Access.READ;
import static pagerace.race.Dimensions.Access.WRITE;
import static pagerace.race.Dimensions.Mapped.LARGE;
import static pagerace.race.Dimensions.Mapped.SMALL;

import java.util.List;
import org.junit.jupiter.api.Test;
import pagerace.machine.Machine;
import pagerace.mm.Kernel;
import pagerace.mm.Steps;

/** What a row says of a place. */
class RowTest {
    private static final Row ROW = Row.mutant(Kernel.named("6.1"), "mainline, but something is missing");

    private static Place at(Dimension... dimensions) {
        return new Place(List.of(dimensions));
    }

    @Test
    void aRowThatSaysNothingIsEverywhereAndHoldsAndNoThreadRunsIt() {
        assertThat(ROW.has(at(WRITE, SMALL))).isTrue();
        assertThat(ROW.reachableFrom(at(WRITE, SMALL))).isEqualTo(Reachability.NEVER);
        assertThat(ROW.isPlanned(at(WRITE, SMALL))).isFalse();
        assertThat(ROW.control(at(WRITE, SMALL))).isNull();
        assertThat(ROW.isDeadlocking()).isFalse();
    }

    @Test
    void aRuleIsAboutPlacesThatHaveAllItNames() {
        Row row = ROW.in(WRITE, LARGE).in(READ);
        assertThat(row.has(at(WRITE, LARGE))).isTrue();
        assertThat(row.has(at(WRITE, SMALL))).isFalse();
        assertThat(row.has(at(READ, SMALL))).as("another rule's").isTrue();
    }

    @Test
    void noIsStrongerThanYesInWhateverOrder() {
        assertThat(ROW.notIn(LARGE).has(at(WRITE, LARGE))).isFalse();
        assertThat(ROW.notIn(LARGE).has(at(WRITE, SMALL)))
                .as("and nothing else is excluded")
                .isTrue();
        assertThat(ROW.notIn(LARGE).in(WRITE).has(at(WRITE, LARGE))).isFalse();
        assertThat(ROW.in(WRITE).notIn(LARGE).has(at(WRITE, SMALL))).isTrue();
        assertThat(ROW.onThreads().offThreads(LARGE).isPlanned(at(WRITE, SMALL)))
                .isTrue();
        assertThat(ROW.offThreads(LARGE).onThreads().isPlanned(at(WRITE, LARGE)))
                .isFalse();
        assertThat(ROW.offThreads(LARGE).isPlanned(at(WRITE, SMALL)))
                .as("nobody said yes")
                .isFalse();
    }

    @Test
    void theLastRuleThatFitsSaysFromWhereItBreaks() {
        Row row = ROW.breaks(Reachability.SC).holds(SMALL).breaks(Reachability.WEAK, READ);
        assertThat(row.reachableFrom(at(WRITE, LARGE))).isEqualTo(Reachability.SC);
        assertThat(row.reachableFrom(at(WRITE, SMALL))).isEqualTo(Reachability.NEVER);
        assertThat(row.reachableFrom(at(READ, SMALL))).isEqualTo(Reachability.WEAK);
    }

    @Test
    void theLastRuleThatFitsNamesTheControl() {
        Row row = ROW.control(() -> Canary.Sign.LOST_UPDATE).control(() -> Canary.Sign.STORE_BUFFERING, SMALL);
        assertThat(row.control(at(WRITE, LARGE))).isSameAs(Canary.Sign.LOST_UPDATE);
        assertThat(row.control(at(WRITE, SMALL))).isSameAs(Canary.Sign.STORE_BUFFERING);
    }

    @Test
    void aRuleThatNoPlaceFitsIsAMistake() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ROW.in(SMALL, LARGE))
                .withMessage(
                        "No place is both SMALL and LARGE: say each in a rule of its own, of the row: mainline, but something is"
                                + " missing");
    }

    @Test
    void aRowThatSpeaksOfWhatItsRaceHasNotIsAMistake() {
        assertThatIllegalArgumentException()
                .isThrownBy(Strange::new)
                .withMessage("Strange/ONLY speaks of LARGE, which no place of its race has");
    }

    @Test
    void aControlThatIsNoneIsAMistake() {
        Row row = ROW.control(() -> Strange.none());
        assertThatNullPointerException()
                .isThrownBy(() -> row.control(at(WRITE)))
                .withMessage("no control in the row: mainline, but something is missing");
    }

    /** A race whose row names a value that is in none of its dimensions. */
    @Race.Head(
            question = "?",
            anchor = "-",
            invariant = "-",
            actors = {"one", "other"},
            breakingSchedule = "-")
    private static final class Strange extends CatalogueRace {
        Strange() {
            super(new Outcome[0], new Listed[] {Only.ONLY}, List.of(WRITE, READ));
        }

        @SuppressWarnings("NullAway") // on purpose
        private static Variant none() {
            return null;
        }

        private enum Only implements Listed {
            ONLY;

            @Override
            public Row row() {
                return ROW.breaks(Reachability.SC, LARGE);
            }

            @Override
            public List<Steps<?>> steps(Place at) {
                return List.of();
            }

            @Override
            public Scenario on(Machine machine, Place at, Kernel kernel) {
                throw new UnsupportedOperationException();
            }
        }
    }

    @Test
    void aRowIsNotChangedByALongerOne() {
        Row longer = ROW.in(WRITE).onThreads().breaks(Reachability.SC).deadlocks();
        assertThat(longer.isDeadlocking()).isTrue();
        assertThat(longer.kernel()).isSameAs(ROW.kernel());
        assertThat(longer.origin()).isEqualTo(ROW.origin());
        aRowThatSaysNothingIsEverywhereAndHoldsAndNoThreadRunsIt();
    }
}
