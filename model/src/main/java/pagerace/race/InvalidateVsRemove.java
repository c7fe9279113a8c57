// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static pagerace.race.Reachability.SC;
import static pagerace.race.Reachability.WEAK;
import static pagerace.race.Row.history;
import static pagerace.race.Row.mainline;
import static pagerace.race.Row.mutant;
import static pagerace.race.Row.proposal;

import java.util.List;
import pagerace.machine.Machine;
import pagerace.mm.IntervalSubscription;
import pagerace.mm.Kernel;
import pagerace.mm.NotifierSubscriptions;
import pagerace.mm.Steps;
import pagerace.mm.op.IntervalNotifier;
import pagerace.mm.op.IntervalNotifier.Met;
import pagerace.mm.op.IntervalRemoval;
import pagerace.mm.op.Linux;

/** A driver removes its interval notifier and frees it, while an invalidation is under way. */
@Race.Head(
        question =
                "Can an invalidation touch an interval notifier's subscription after its removal has returned and the driver has"
                        + " freed it?",
        anchor =
                "mn_itree_inv_end against mmu_interval_notifier_remove; 99cb252f5e68 (interval notifiers), 319561669a59 (the"
                        + " wait looks under the lock); Alistair Popple and Jason Gunthorpe, April 2022",
        references = {"20220420043734.476348-1-apopple@nvidia.com: Alistair Popple, 20 April 2022, 319561669a59"},
        invariant = "no invalidation reads or writes a subscription whose removal has returned, nor will any to come",
        actors = {"invalidation", "removal, then kfree"},
        breakingSchedule = """
                invalidation                          | removal (LOCKLESS_WAIT)
                start: the sequence becomes odd       |
                                                      | puts itself on the deferred list
                end: takes the lock                   |
                makes the sequence even               |
                                                      | the sequence has moved: returns
                                                      | the driver frees the subscription
                walks the deferred list               |
                the walk reads freed memory, or writes to it""",
        notModelled = {
            "insertions, which are deferred as well, and removals of what was inserted meanwhile (missed)",
            "more subscriptions than one, and ranges that do not overlap (missed: a longer walk makes a wider window)",
            "the wake-up: whoever waits goes on as soon as it sees the sequence move (may reach more, though not in what is"
                    + " listed)",
            "invalidations that overlap each other, of which only the last makes the sequence even (missed)"
        })
public final class InvalidateVsRemove extends CatalogueRace {
    /** The race. */
    public InvalidateVsRemove() {
        super(End.values(), Fix.values());
    }

    /** What can come of it. */
    enum End implements Outcome {
        @Permitted("the removal came first: the invalidation found nobody to call")
        REMOVED_BEFORE,
        @Permitted("the invalidation was over, and the subscription left the tree at once")
        REMOVED_AFTER,
        @Window("the removal came during the invalidation, whose end took the subscription out of the tree")
        REMOVED_BY_END,
        @Forbidden(value = "the invalidation read memory that had been freed", byEnds = true)
        READ_AFTER_FREE,
        @Forbidden("the invalidation wrote to memory that had been freed")
        WRITE_AFTER_FREE,
        @Forbidden(
                "the removal returned and the subscription is still in the tree: the next invalidation calls back freed memory")
        LEFT_IN_TREE
    }

    /** Every fix. */
    enum Fix implements Listed {
        REMOVE_AT_ONCE(mutant(
                        Linux.MAINLINE.without(IntervalRemoval.Step.DEFER),
                        "mainline, but the removal takes the subscription out of the tree at once, always")
                .breaks(SC)),
        NO_WAIT(mutant(
                        Linux.MAINLINE.without(IntervalRemoval.Step.WAIT),
                        "mainline, but the removal leaves itself to the end, and does not wait for it")
                .breaks(SC)),
        NO_WALK(mutant(
                        Linux.MAINLINE.without(IntervalNotifier.Step.WALK_DEFERRED),
                        "mainline, but the end leaves the deferred list alone, so that nobody takes the subscription out of the tree")
                .breaks(SC)),
        LOCKLESS_WAIT(history(
                        "5.5 .. 5.17",
                        "99cb252f5e68",
                        Linux.V5_5,
                        "the removal waits, without the lock, until the sequence has moved; the end moves it first and then walks the"
                                + " deferred list")
                .breaks(SC)),
        LOCKED_WAIT(
                mainline(
                        ">= 5.18",
                        "319561669a59",
                        Linux.MAINLINE,
                        "as LOCKLESS_WAIT, but it looks at the sequence under the lock, which the end holds throughout its walk")),
        SEQ_AFTER_WALK(proposal(
                Linux.V5_5
                        .with(IntervalNotifier.Step.WALK_BEFORE_SEQ, IntervalNotifier.Step.RELEASE_SEQ)
                        .with(IntervalRemoval.Step.FENCE_AFTER_WAIT),
                "Alistair Popple's first patch in kind: the end moves the sequence after its walk, and atomics, here a release and"
                        + " a read fence, order the two")),
        SEQ_AFTER_WALK_UNORDERED(mutant(
                        Linux.V5_5.with(IntervalNotifier.Step.WALK_BEFORE_SEQ),
                        "as SEQ_AFTER_WALK, but nothing orders the walk and the sequence")
                .breaks(WEAK)
                .offThreads()); // x86 cannot tell it from the proposal

        private final Row row;

        Fix(Row row) {
            this.row = row.onThreads();
        }

        @Override
        public Row row() {
            return row;
        }

        @Override
        public Fix usualControl(Place at) {
            return LOCKLESS_WAIT;
        }

        /** The callback's steps concern the driver's entry, which this race leaves alone. */
        @Override
        public List<Steps<?>> steps(Place at) {
            return List.of(
                    row.kernel()
                            .steps(IntervalNotifier.Step.class)
                            .without(IntervalNotifier.Step.SET_SEQ)
                            .without(IntervalNotifier.Step.ZAP),
                    row.kernel().steps(IntervalRemoval.Step.class));
        }

        @Override
        public Scenario on(Machine machine, Place at, Kernel kernel) {
            return new State(machine, kernel);
        }
    }

    /** What an invalidation met at its start and at its end. */
    private record Invalidated(Met start, Met end) {}

    /** One subscription, in the tree, with nothing under way. */
    private static final class State implements Scenario.OfTwo<Invalidated, IntervalRemoval.End> {
        private final NotifierSubscriptions subscriptions;
        private final IntervalSubscription subscription;
        private final IntervalNotifier notifier;
        private final IntervalRemoval removal;

        State(Machine machine, Kernel kernel) {
            subscriptions = new NotifierSubscriptions(machine);
            subscription = new IntervalSubscription(machine);
            notifier = kernel.replace(new IntervalNotifier(kernel, subscriptions, subscription));
            removal = kernel.replace(new IntervalRemoval(kernel, subscriptions, subscription));
        }

        @Override
        public Invalidated first() {
            Met start = notifier.start();
            return new Invalidated(start, notifier.end());
        }

        @Override
        public IntervalRemoval.End second() {
            IntervalRemoval.End end = removal.remove();
            subscription.free();
            return end;
        }

        @Override
        public Outcome judge(Invalidated invalidated, IntervalRemoval.End removed) {
            if (invalidated.start == Met.FREED || invalidated.end == Met.FREED) {
                return End.READ_AFTER_FREE;
            }
            if (!subscription.isPoisonIntact()) {
                return End.WRITE_AFTER_FREE;
            }
            if (!subscriptions.isEmpty()) {
                return End.LEFT_IN_TREE;
            }
            if (removed == IntervalRemoval.End.DEFERRED) {
                return End.REMOVED_BY_END;
            }
            return invalidated.start == Met.NOBODY ? End.REMOVED_BEFORE : End.REMOVED_AFTER;
        }
    }
}
