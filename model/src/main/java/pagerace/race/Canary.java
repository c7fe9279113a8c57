// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static pagerace.race.Reachability.SC;
import static pagerace.race.Reachability.TSO;
import static pagerace.race.Row.mutant;

import java.util.List;
import pagerace.machine.Machine;
import pagerace.machine.Word;
import pagerace.mm.Kernel;
import pagerace.mm.Steps;

/**
 * What every stress run shows before it is believed: two races so small that a host on which two threads run at once shows
 * them in every tier. If it does not, then harness, engine or machine is broken, and whatever they failed to show says nothing.
 *
 * <p>It is no race of the catalogue, so no list, filter or report of points has it; every run measures it beside its plan.
 */
@Race.Head(
        question = "Does this instrument show races that are known to happen here?",
        anchor = "the litmus test SB, and two increments without a locked instruction",
        invariant = "one of two actors sees what the other did",
        actors = {"first", "second"},
        breakingSchedule = """
                first (LOST_UPDATE)  | second
                reads the counter: 0 |
                                     | reads the counter: 0
                writes 1             |
                                     | writes 1""")
public final class Canary extends CatalogueRace {
    /** The canaries, in no dimension. */
    public Canary() {
        super(End.values(), Sign.values());
    }

    /** What can come of it. */
    enum End implements Outcome {
        @Permitted("one actor saw what the other did, or both did")
        SEEN,
        @Forbidden(value = "neither actor saw what the other did", byEnds = true)
        UNSEEN
    }

    private static final Kernel NO_KERNEL = Kernel.named("-");

    /** One canary for the tiers that move accesses about, and one for those that do not. */
    public enum Sign implements Listed {
        /** Each actor writes its word and reads the other's; without fences, a store buffer delays both writes. */
        STORE_BUFFERING(
                mutant(NO_KERNEL, "each actor writes a word and reads the other's, with no fence between the two")
                        .breaks(TSO),
                StoreBuffering::new),
        /** Both actors increment a counter by a read and a write; interleaving alone loses one increment. */
        LOST_UPDATE(
                mutant(
                                NO_KERNEL,
                                "each actor increments a counter by a read and a write, instead of by one atomic step")
                        .breaks(SC),
                LostUpdate::new);

        private final Row row;
        private final Point.Setup setup;

        Sign(Row row, Point.Setup setup) {
            this.row = row.onThreads();
            this.setup = setup;
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
            return setup.on(machine);
        }
    }

    /** Each actor ends with what it read of the other's word. */
    private static final class StoreBuffering implements Scenario.OfTwo<Long, Long> {
        private final Word x;
        private final Word y;

        StoreBuffering(Machine machine) {
            x = machine.word("x", 0);
            y = machine.word("y", 0);
        }

        @Override
        public Long first() {
            x.writeOnce(1);
            return y.readOnce();
        }

        @Override
        public Long second() {
            y.writeOnce(1);
            return x.readOnce();
        }

        @Override
        public Outcome judge(Long first, Long second) {
            return first == 0 && second == 0 ? End.UNSEEN : End.SEEN;
        }
    }

    /** Each actor ends with what it read of the counter. */
    private static final class LostUpdate implements Scenario.OfTwo<Long, Long> {
        private final Word counter;

        LostUpdate(Machine machine) {
            counter = machine.word("counter", 0);
        }

        @Override
        public Long first() {
            return increment();
        }

        @Override
        public Long second() {
            return increment();
        }

        private long increment() {
            long before = counter.readOnce();
            counter.writeOnce(before + 1);
            return before;
        }

        @Override
        public Outcome judge(Long first, Long second) {
            return counter.readOnce() == 1 ? End.UNSEEN : End.SEEN;
        }
    }
}
