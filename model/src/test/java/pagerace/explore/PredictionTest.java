// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import pagerace.machine.Machine;
import pagerace.machine.SpinLock;
import pagerace.machine.Word;
import pagerace.race.Outcome;
import pagerace.race.Point;
import pagerace.race.Reachability;
import pagerace.race.Scenario;
import pagerace.race.Stuckness;
import pagerace.race.Variant;

class PredictionTest {
    private enum Fine implements Outcome {
        @Permitted("something happened")
        IN_ORDER,
        @Window("something happened")
        OVERLAPPED,
        @Forbidden(value = "something happened", byEnds = true)
        BROKEN
    }

    private enum Only implements Variant {
        VARIANT;

        @Override
        public Origin origin() {
            return new Origin(Kind.MAINLINE, "-", "-", "none");
        }
    }

    /** Store buffering, of which one outcome is declared broken. */
    private record StoreBuffering(Machine machine, Word x, Word y, boolean fenced, long brokenFirst, long brokenSecond)
            implements Scenario.OfTwo<Long, Long> {
        StoreBuffering(Machine machine, boolean fenced, long brokenFirst, long brokenSecond) {
            this(machine, machine.word("x", 0), machine.word("y", 0), fenced, brokenFirst, brokenSecond);
        }

        @Override
        public Long first() {
            return writeThenRead(x, y);
        }

        @Override
        public Long second() {
            return writeThenRead(y, x);
        }

        private long writeThenRead(Word mine, Word theirs) {
            mine.writeOnce(1);
            if (fenced) {
                machine.smpMb();
            }
            return theirs.readOnce();
        }

        @Override
        public Outcome judge(Long first, Long second) {
            if (first == brokenFirst && second == brokenSecond) {
                return Fine.BROKEN;
            }
            return first == 1 && second == 1 ? Fine.OVERLAPPED : Fine.IN_ORDER;
        }
    }

    /** Two locks, taken in both orders. */
    private record LockOrder(SpinLock a, SpinLock b) implements Scenario.OfTwo<String, String> {
        @Override
        public String first() {
            return takeBoth(a, b);
        }

        @Override
        public String second() {
            return takeBoth(b, a);
        }

        private static String takeBoth(SpinLock outer, SpinLock inner) {
            outer.lock();
            inner.lock();
            inner.unlock();
            outer.unlock();
            return "DONE";
        }

        @Override
        public Outcome judge(String first, String second) {
            return Fine.IN_ORDER;
        }
    }

    private static Point point(Point.Setup setup) {
        return new Point(
                "Test", Only.VARIANT, List.of(), Reachability.UNKNOWN, null, Point.Stress.EXPLORED_ONLY, setup);
    }

    private static Prediction predict(boolean fenced, long brokenFirst, long brokenSecond) {
        return Prediction.of(point(machine -> new StoreBuffering(machine, fenced, brokenFirst, brokenSecond)));
    }

    @Test
    void theStrongestModelCounts() {
        assertThat(predict(false, 0, 1).reachableFrom()).isEqualTo(Reachability.SEQUENTIAL);
        assertThat(predict(false, 1, 1).reachableFrom()).isEqualTo(Reachability.SC);
        assertThat(predict(false, 0, 0).reachableFrom()).isEqualTo(Reachability.TSO);
    }

    @Test
    void neverIsSaidOnlyOfTheWeakestModel() {
        Prediction prediction = predict(true, 0, 0);
        boolean toTheWeakest = Prediction.MODELS.stream().anyMatch(model -> model.level() == Reachability.WEAK);
        assertThat(prediction.reachableFrom()).isEqualTo(toTheWeakest ? Reachability.NEVER : Reachability.UNKNOWN);
    }

    @Test
    void aWindowIsReachableOnlyByOverlapping() {
        assertThat(predict(false, 0, 0).reachableFrom(Fine.OVERLAPPED::equals)).isEqualTo(Reachability.SC);
    }

    @Test
    void deadlockIsForbidden() {
        Prediction prediction =
                Prediction.of(point(machine -> new LockOrder(new SpinLock(machine, "a"), new SpinLock(machine, "b"))));
        assertThat(prediction.reachableFrom()).isEqualTo(Reachability.SC);
        assertThat(prediction.under(Reachability.SC).outcomes())
                .containsExactlyInAnyOrder(Stuckness.STUCK, Fine.IN_ORDER);
        assertThat(prediction.under(Reachability.SEQUENTIAL).outcomes()).containsExactly(Fine.IN_ORDER);
    }

    @Test
    void aBoundIsNoVerdict() {
        Point point = point(machine -> new StoreBuffering(machine, true, 0, 0));
        for (Bounds bounds : List.of(new Bounds(2, 1_000), new Bounds(1_000, 4))) {
            Explorer<Outcome> explorer = Explorer.of(machine -> Program.of(point.on(machine)), bounds);
            Prediction prediction = Prediction.of(point, explorer, Prediction.MODELS);
            assertThat(prediction.under(Reachability.SC).isComplete()).isFalse();
            assertThat(prediction.under(Reachability.SEQUENTIAL).isComplete())
                    .as("one actor after the other meets the bound of steps, and has hardly a state")
                    .isEqualTo(bounds.accesses() > 2);
            assertThat(prediction.reachableFrom()).isEqualTo(Reachability.UNKNOWN);
        }
        Bounds enough = new Bounds(4, 1_000);
        assertThat(Explorer.of(machine -> Program.of(point.on(machine)), enough)
                        .explore(Tso.MODEL)
                        .isComplete())
                .isTrue();
    }

    @Test
    void anOrderInWhichSomebodyWaitsForALaterActorReachesNothing() {
        Exploration<String> exploration =
                Litany.parse("AWAIT x 1, R y | W x 1, W y 2").explorer().exploreSequentially();
        assertThat(exploration.outcomes()).containsExactly("1 2 |  ; x=1 y=2 z=0");
        assertThat(Litany.parse("AWAIT x 1 | W x 2")
                        .explorer()
                        .exploreSequentially()
                        .outcomes())
                .containsExactly(Litany.STUCK);
    }

    /** Two of them: each waits, and neither is the last one. */
    @Test
    void actorsThatAllWaitForWhatNobodyLeftDoesAreStuckInEveryOrder() {
        assertThat(Litany.parse("LOCK p | LOCK p | LOCK p")
                        .explorer()
                        .exploreSequentially()
                        .outcomes())
                .containsExactly(Litany.STUCK);
        assertThat(Litany.parse("AWAIT x 1 | AWAIT x 1")
                        .explorer()
                        .exploreSequentially()
                        .outcomes())
                .containsExactly(Litany.STUCK);
        assertThat(Litany.parse("W x 1, AWAIT y 1 | W y 1, AWAIT x 1")
                        .explorer()
                        .exploreSequentially()
                        .outcomes())
                .as("they get through together, and in no order one after the other")
                .isEmpty();
    }

    @Test
    void inASequentialOrderATrylockSucceedsToo() {
        assertThat(Litany.parse("TRY p, W x 1 | W y 2")
                        .explorer()
                        .exploreSequentially()
                        .outcomes())
                .containsExactly("1 |  ; x=1 y=2 z=0");
    }

    @Test
    void numbersAreReported() {
        Exploration<String> exploration =
                Litany.parse("W x 1 | W x 2").explorer().explore(Sc.MODEL);
        assertThat(exploration.states()).isEqualTo(5);
        assertThat(exploration.transitions()).isEqualTo(4);
        assertThat(exploration.actorRuns()).isEqualTo(4);
        assertThat(exploration.milliseconds()).isPositive();
    }
}
