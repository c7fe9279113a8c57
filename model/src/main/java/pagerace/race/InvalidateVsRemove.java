// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static pagerace.race.Reachability.NEVER;
import static pagerace.race.Reachability.SC;
import static pagerace.race.Reachability.WEAK;

import java.util.List;
import pagerace.machine.Machine;
import pagerace.mm.IntervalSubscription;
import pagerace.mm.NotifierSubscriptions;
import pagerace.mm.op.IntervalNotifier;
import pagerace.mm.op.IntervalNotifier.Met;
import pagerace.mm.op.IntervalRemoval;
import pagerace.mm.op.Steps;

/** A driver removes its interval notifier and frees it, while an invalidation is under way. */
public final class InvalidateVsRemove implements Race {
    @Override
    public String question() {
        return "Can an invalidation touch an interval notifier's subscription after its removal has returned and the driver has"
                + " freed it?";
    }

    @Override
    public String anchor() {
        return "mn_itree_inv_end against mmu_interval_notifier_remove; 99cb252f5e68 (interval notifiers), 319561669a59 (the"
                + " wait looks under the lock); Alistair Popple and Jason Gunthorpe, April 2022";
    }

    @Override
    public List<String> references() {
        return List.of("20220420043734.476348-1-apopple@nvidia.com: Alistair Popple, 20 April 2022, 319561669a59");
    }

    @Override
    public String invariant() {
        return "no invalidation reads or writes a subscription whose removal has returned, nor will any to come";
    }

    @Override
    public String breakingSchedule() {
        return """
                invalidation                          | removal (LOCKLESS_WAIT)
                start: the sequence becomes odd       |
                                                      | puts itself on the deferred list
                end: takes the lock                   |
                makes the sequence even               |
                                                      | the sequence has moved: returns
                                                      | the driver frees the subscription
                walks the deferred list               |
                the walk reads freed memory, or writes to it""";
    }

    @Override
    public List<String> notModelled() {
        return List.of(
                "insertions, which are deferred as well, and removals of what was inserted meanwhile (missed)",
                "more subscriptions than one, and ranges that do not overlap (missed: a longer walk makes a wider window)",
                "the wake-up: whoever waits goes on as soon as it sees the sequence move (may reach more, though not in what is"
                        + " listed)",
                "invalidations that overlap each other, of which only the last makes the sequence even (missed)");
    }

    @Override
    public List<String> actors() {
        return List.of("invalidation", "removal, then kfree");
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
    enum Fix implements Candidate {
        REMOVE_AT_ONCE(
                Origin.mutant(
                        "file-o mutants",
                        "mainline, but the removal takes the subscription out of the tree at once, always"),
                IntervalNotifier.V5_5,
                IntervalRemoval.V5_18.without(IntervalRemoval.Step.DEFER),
                SC),
        NO_WAIT(
                Origin.mutant(
                        "file-o mutants",
                        "mainline, but the removal leaves itself to the end, and does not wait for it"),
                IntervalNotifier.V5_5,
                IntervalRemoval.V5_18.without(IntervalRemoval.Step.WAIT),
                SC),
        NO_WALK(
                Origin.mutant(
                        "file-o mutants",
                        "mainline, but the end leaves the deferred list alone, so that nobody takes the subscription out of the tree"),
                IntervalNotifier.V5_5.without(IntervalNotifier.Step.WALK_DEFERRED),
                IntervalRemoval.V5_18,
                SC),
        LOCKLESS_WAIT(
                Origin.history(
                        "5.5 .. 5.17",
                        "99cb252f5e68",
                        "file-o.lockless-wait, f.remove-lockless",
                        "the removal waits, without the lock, until the sequence has moved; the end moves it first and then walks the"
                                + " deferred list"),
                IntervalNotifier.V5_5,
                IntervalRemoval.V5_5,
                SC),
        LOCKED_WAIT(
                Origin.mainline(
                        ">= 5.18",
                        "319561669a59",
                        "file-o.locked-wait",
                        "as LOCKLESS_WAIT, but it looks at the sequence under the lock, which the end holds throughout its walk"),
                IntervalNotifier.V5_5,
                IntervalRemoval.V5_18,
                NEVER),
        SEQ_AFTER_WALK(
                Origin.proposal(
                        "file-o.seq-after-walk",
                        "Alistair Popple's first patch in kind: the end moves the sequence after its walk, and atomics, here a release and"
                                + " a read fence, order the two"),
                IntervalNotifier.V5_5
                        .with(IntervalNotifier.Step.WALK_BEFORE_SEQ)
                        .with(IntervalNotifier.Step.RELEASE_SEQ),
                IntervalRemoval.V5_5.with(IntervalRemoval.Step.FENCE_AFTER_WAIT),
                NEVER),
        SEQ_AFTER_WALK_UNORDERED(
                Origin.mutant(
                        "file-o.seq-after-walk, unordered",
                        "as SEQ_AFTER_WALK, but nothing orders the walk and the sequence"),
                IntervalNotifier.V5_5.with(IntervalNotifier.Step.WALK_BEFORE_SEQ),
                IntervalRemoval.V5_5,
                WEAK);

        private final Origin origin;
        private final Steps<IntervalNotifier.Step> notifier;
        private final Steps<IntervalRemoval.Step> removal;
        private final Reachability reachableFrom;

        Fix(
                Origin origin,
                Steps<IntervalNotifier.Step> notifier,
                Steps<IntervalRemoval.Step> removal,
                Reachability reachableFrom) {
            this.origin = origin;
            this.notifier = notifier;
            this.removal = removal;
            this.reachableFrom = reachableFrom;
        }

        @Override
        public Reachability reachableFrom(Place at) {
            return reachableFrom;
        }

        @Override
        public Fix control(Place at) {
            return LOCKLESS_WAIT;
        }

        @Override
        public boolean isPlanned(Place at) {
            return this != SEQ_AFTER_WALK_UNORDERED; // a mutant that x86 cannot tell from the proposal
        }

        /** The callback's steps concern the driver's entry, which this race leaves alone. */
        @Override
        public List<Steps<?>> steps(Place at) {
            return List.of(notifier.without(IntervalNotifier.Step.SET_SEQ).without(IntervalNotifier.Step.ZAP), removal);
        }

        @Override
        public Scenario<?, ?> on(Machine machine, Place at, Changes changes) {
            return new State(machine, changes, this);
        }

        @Override
        public Origin origin() {
            return origin;
        }
    }

    @Override
    public List<End> outcomes() {
        return List.of(End.values());
    }

    @Override
    public List<Fix> variants() {
        return List.of(Fix.values());
    }

    /** What an invalidation met at its start and at its end. */
    private record Invalidated(Met start, Met end) {}

    /** One subscription, in the tree, with nothing under way. */
    private static final class State implements Scenario<Invalidated, IntervalRemoval.End> {
        private final NotifierSubscriptions subscriptions;
        private final IntervalSubscription subscription;
        private final IntervalNotifier notifier;
        private final IntervalRemoval removal;

        State(Machine machine, Changes changes, Fix fix) {
            subscriptions = new NotifierSubscriptions(machine);
            subscription = new IntervalSubscription(machine);
            notifier = changes.replace(new IntervalNotifier(subscriptions, subscription, changes.keep(fix.notifier)));
            removal = changes.replace(
                    new IntervalRemoval(machine, subscriptions, subscription, changes.keep(fix.removal)));
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
