// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import java.util.List;
import pagerace.machine.Machine;
import pagerace.machine.SpinLock;
import pagerace.machine.Word;
import pagerace.mm.Kernel;
import pagerace.mm.Steps;
import pagerace.race.CatalogueRace;
import pagerace.race.Listed;
import pagerace.race.Outcome;
import pagerace.race.Place;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;
import pagerace.race.Row;
import pagerace.race.Scenario;

/** A race of three actors for tests of whatever shows one: store buffering in a ring. */
@Race.Head(
        question = "Does somebody in the ring see a neighbour's store?",
        anchor = "-",
        invariant = "one of three actors sees what its neighbour did",
        actors = {"writer", "relay", "reader"},
        breakingSchedule = """
                writer (UNFENCED)   | relay                | reader
                stores x, buffered  |                      |
                                    | takes the lock       |
                                    | stores y, buffered   |
                                    | reads z: not stored  |
                                    |                      | stores z, buffered
                                    |                      | reads x: not stored
                reads y: not stored |                      |
                all stores become visible: nobody saw one""")
public final class RingRace extends CatalogueRace {
    /** In no dimension. */
    public RingRace() {
        super(End.values(), Fix.values());
    }

    /** What can come of it. */
    public enum End implements Outcome {
        /** Permitted. */
        @Permitted("somebody saw a store")
        SEEN,
        /** Forbidden. */
        @Forbidden(value = "nobody saw a store", byEnds = true)
        UNSEEN
    }

    /** With fences and without. */
    public enum Fix implements Listed {
        /** Broken behind a store buffer. */
        UNFENCED(row("no fence").breaks(Reachability.TSO)),
        /** Right. */
        FENCED(row("a full fence between each store and the read behind it").control(() -> UNFENCED));

        private final Row row;

        Fix(Row row) {
            this.row = row;
        }

        private static Row row(String difference) {
            return Row.history("5.1 .. 5.3", "-", Kernel.named("5.1"), difference)
                    .onThreads();
        }

        @Override
        public Row row() {
            return row;
        }

        @Override
        public List<Steps<?>> steps(Place at) {
            return List.of();
        }

        @Override
        public Scenario on(Machine machine, Place at, Kernel kernel) {
            return new Ring(machine, this == FENCED);
        }
    }

    /** The only point of {@code fix}. */
    public static Point point(Fix fix) {
        return new RingRace()
                .points().stream()
                        .filter(point -> point.variant() == fix)
                        .findFirst()
                        .orElseThrow();
    }

    /** Each actor ends with what it read of its neighbour's word. */
    private static final class Ring implements Scenario.OfThree<Long, Long, Long> {
        private final Machine machine;
        private final boolean fenced;
        private final Word x;
        private final Word y;
        private final Word z;
        private final SpinLock lock;

        Ring(Machine machine, boolean fenced) {
            this.machine = machine;
            this.fenced = fenced;
            x = machine.word("x", 0);
            y = machine.word("y", 0);
            z = machine.word("z", 0);
            lock = new SpinLock(machine, "lock");
        }

        private long storesAndReads(Word own, Word neighbours) {
            own.writeOnce(1);
            if (fenced) {
                machine.smpMb();
            }
            return neighbours.readOnce();
        }

        @Override
        public Long first() {
            return storesAndReads(x, y);
        }

        @Override
        public Long second() {
            lock.lock();
            long seen = storesAndReads(y, z);
            lock.unlock();
            return seen;
        }

        @Override
        public Long third() {
            return storesAndReads(z, x);
        }

        @Override
        public Outcome judge(Long first, Long second, Long third) {
            return first + second + third == 0 ? End.UNSEEN : End.SEEN;
        }
    }
}
