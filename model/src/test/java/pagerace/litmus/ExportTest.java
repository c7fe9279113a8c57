// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import pagerace.explore.Golden;
import pagerace.explore.MemoryModel;
import pagerace.explore.Prediction;
import pagerace.litmus.LitmusVerdict.Observation;
import pagerace.machine.Machine;
import pagerace.machine.Order;
import pagerace.machine.Word;
import pagerace.race.Canary;
import pagerace.race.Catalogue;
import pagerace.race.CatalogueRace;
import pagerace.race.Outcome;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;
import pagerace.race.Scenario;
import pagerace.race.Variant;

/** What an export says, and what is none. */
class ExportTest {
    private static final String DEADLOCK = "WAIT_FOR_FOLIO_LOCK";
    static final String BREAKS_A_RULE = "PageMkwriteVsTruncate/NO_RECHECK[truncate,missing,x86]";
    /** A user's own words could end the comment, and then the rest of them were C. */
    @Test
    void nothingThatAVariantSaysOfItselfEndsTheComment() {
        Variant rude = new Variant() {
            @Override
            public String name() {
                return "RUDE";
            }

            @Override
            public Origin origin() {
                return new Origin(Kind.OWN, "-", "-", "casts (int *) *) and (* {\n}");
            }
        };
        String text = Export.litmus(point(rude, AllKinds::new));
        assertThat(Preamble.of(text).paragraphs().get(1)).contains("/RUDE: casts (int * ) * ) and ( * { }.");
        assertThat(LitmusTest.parse(text).actors()).isEqualTo(2);
    }

    private static Point point(Variant variant, Point.Setup setup) {
        return new Point(
                Catalogue.RACES.get(0).name(),
                variant,
                List.of(),
                Reachability.UNKNOWN,
                null,
                Point.Stress.EXPLORED_ONLY,
                setup);
    }

    private static Point point(Point.Setup setup) {
        return point(Catalogue.RACES.get(0).variants().get(0), setup);
    }

    /** Broken however it runs. */
    private record AlwaysBad(Word x) implements Scenario.OfTwo<Integer, Integer> {
        @Override
        public Integer first() {
            x.writeOnce(1);
            return 1;
        }

        @Override
        public Integer second() {
            x.writeOnce(2);
            return 2;
        }

        @Override
        public Outcome judge(Integer first, Integer second) {
            return End.BAD;
        }
    }

    @Test
    void whatIsAlwaysBrokenIsSaidToBe() {
        String text = Export.litmus(point(machine -> new AlwaysBad(machine.word("x", 0))));
        assertThat(Preamble.of(text).result())
                .isEqualTo("Always (WEAK), Always (TSO), Always (SC)")
                .isEqualTo(Preamble.result(LitmusTest.parse(text).explore()));
    }

    @Test
    void aForkWithTheCountInFull() {
        Golden.check("seq.litmus", Export.litmus(Catalogue.point("GupFastVsFork/SEQ[write,small,later-pin,x86]")));
    }

    @Test
    void aDeadlockIsNoQuestionForALitmusTest() {
        Point point = Catalogue.points()
                .filter(candidate -> candidate.variant().name().equals(DEADLOCK))
                .findFirst()
                .orElseThrow();
        assertThatThrownBy(() -> Export.litmus(point))
                .isInstanceOf(NotExportableException.class)
                .hasMessage("the actors can deadlock, and no exists clause can ask about that");
    }

    /** No herd7 would stop where the explorer does. */
    @Test
    void whatBreaksARuleOfCountingIsNoneEither() {
        Point point = Catalogue.point(BREAKS_A_RULE);
        assertThatThrownBy(() -> Export.litmus(point))
                .isInstanceOf(NotExportableException.class)
                .hasMessageStartingWith("an actor can break the rule TOUCHED_WHEN_FREE: ");
    }

    private enum End implements Outcome {
        @Permitted("something happened")
        GOOD,
        @Forbidden(value = "something happened", byEnds = true)
        BAD
    }

    /** Every kind of step; bad if the second actor held the lock all along, and yet subtracted after the first had ored. */
    private record AllKinds(Machine machine, Word x, Word y, Word lock) implements Scenario.OfTwo<String, String> {
        AllKinds(Machine machine) {
            this(machine, machine.word("x[0]", 0), machine.word("y.z", 5), machine.word("lock", 0));
        }

        @Override
        public String first() {
            boolean tried = lock.tryAcquireWhenClear(1, 1);
            long seen = x.xchg(1, Order.RELAXED) + x.cmpxchg(1, 3, Order.ACQUIRE);
            x.or(4);
            x.andNot(4);
            machine.smpMbAfterAtomic();
            long other = y.fetchOr(3, Order.RELEASE);
            if (tried) {
                lock.clearBitUnlock(1);
            }
            return tried + " " + seen + " " + (other == 5);
        }

        @Override
        public String second() {
            lock.acquireWhenClear(1, 1);
            y.add(-1);
            long seen = x.await(value -> value != 1);
            lock.clearBitUnlock(1);
            return String.valueOf(seen);
        }

        @Override
        public Outcome judge(String first, String second) {
            return first.startsWith("false") && second.equals("3") && y.readOnce() == 6 ? End.BAD : End.GOOD;
        }
    }

    @Test
    void everyKindOfStep() {
        Point point = point(AllKinds::new);
        String text = Export.litmus(point);
        assertThat(text).contains("x_0=0;", "y_z=5;", "exists ((0:done=", " /\\ y_z=6)");
        Prediction prediction = Prediction.of(point);
        for (MemoryModel model : Prediction.MODELS) {
            assertThat(LitmusTest.parse(text).explore(model).observation() != Observation.NEVER)
                    .isEqualTo(prediction.under(model.level()).outcomes().contains(End.BAD));
        }
        assertThat(prediction.reachableFrom()).isEqualTo(Reachability.SC);
    }

    @Race.Head(
            question = "Does somebody in the ring see a neighbour's store?",
            anchor = "-",
            invariant = "one of three actors sees what its neighbour did",
            actors = {"writer", "relay", "reader"},
            breakingSchedule = "-")
    private static final class RingRace extends CatalogueRace {
        RingRace() {
            super(End.values(), Canary.Sign.values());
        }
    }

    /** Store buffering: each stores to its word and reads its neighbour's. Bad if nobody saw a store. */
    private record Ring(Word x, Word y, Word z) implements Scenario.OfThree<Long, Long, Long> {
        private static long storesAndReads(Word own, Word neighbours) {
            own.writeOnce(1);
            return neighbours.readOnce();
        }

        @Override
        public Long first() {
            return storesAndReads(x, y);
        }

        @Override
        public Long second() {
            return storesAndReads(y, z);
        }

        @Override
        public Long third() {
            return storesAndReads(z, x);
        }

        @Override
        public Outcome judge(Long first, Long second, Long third) {
            return first + second + third == 0 ? End.BAD : End.GOOD;
        }
    }

    @Test
    void threeActors() {
        Point point = point(machine -> new Ring(machine.word("x", 0), machine.word("y", 0), machine.word("z", 0)));
        String text = Export.litmus(new RingRace(), point);
        assertThat(text)
                .contains("P0: writer. P1: relay. P2: reader. The exists clause")
                .contains("\nP0(int *x, int *y)\n", "\nP1(int *y, int *z)\n", "\nP2(int *x, int *z)\n")
                .contains(" * 2:done=1: 0\n * 2:done=2: 1\n")
                .endsWith("\nexists ((0:done=1 /\\ 1:done=1 /\\ 2:done=1))\n");
        assertThat(LitmusTest.parse(text).actors()).isEqualTo(3);
        assertThat(Preamble.of(text).result())
                .isEqualTo("Sometimes (WEAK), Sometimes (TSO), Never (SC)")
                .isEqualTo(Preamble.result(LitmusTest.parse(text).explore()));
    }
}
