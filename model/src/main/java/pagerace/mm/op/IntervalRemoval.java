// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.mm.IntervalSubscription;
import pagerace.mm.Kernel;
import pagerace.mm.NotifierSubscriptions;

/**
 * {@code mmu_interval_notifier_remove}.
 *
 * <p>Assumptions: the subscription is in the tree, and only one actor removes it.
 *
 * <p>Guarantees, since 319561669a59: when it returns, no invalidation knows the subscription any more, so the caller may free
 * it.
 */
public class IntervalRemoval extends Operation<IntervalRemoval.Step> {
    /** The steps in which releases and mutants differ, in program order. */
    public enum Step {
        /** While an invalidation is under way, leave the removal to its end. */
        DEFER,
        /** Wait until the sequence at which the removal was deferred has moved. */
        WAIT,
        /** That wait ends with a look under the lock: 319561669a59 (5.18). */
        LOOK_UNDER_LOCK,
        /** Proposal: a read fence behind the wait. */
        FENCE_AFTER_WAIT
    }

    /** How it ended. */
    public enum End {
        /** Nothing was being invalidated: out of the tree at once. */
        REMOVED,
        /** Left to the end of the invalidation that was under way. */
        DEFERRED
    }

    /** What it works on: see the constructor. */
    public final NotifierSubscriptions subscriptions;

    public final IntervalSubscription subscription;

    /** Removal of {@code subscription}, which is {@link NotifierSubscriptions#THE_ONE} of {@code subscriptions}. */
    public IntervalRemoval(Kernel kernel, NotifierSubscriptions subscriptions, IntervalSubscription subscription) {
        super(kernel, Step.class);
        this.subscriptions = subscriptions;
        this.subscription = subscription;
    }

    /** Removes the subscription. */
    public End remove() {
        subscriptions.lock.lock();
        long seq = subscriptions.invalidateSeq.readOnce();
        boolean defer = steps.has(Step.DEFER) && NotifierSubscriptions.isInvalidating(seq);
        if (defer) {
            subscription.deferredItem.writeOnce(subscriptions.deferredList.readOnce());
            subscriptions.deferredList.writeOnce(NotifierSubscriptions.THE_ONE);
        } else {
            subscriptions.itree.writeOnce(NotifierSubscriptions.NOBODY);
        }
        subscriptions.lock.unlock();
        if (!defer) {
            return End.REMOVED;
        }
        if (steps.has(Step.WAIT)) {
            waitUntilMoved(seq);
        }
        return End.DEFERRED;
    }

    /**
     * {@code wait_event}. A sequence that has moved never comes back, so the look under the lock, which follows the wake-up,
     * can find nothing new; what it does is wait for the holder.
     */
    protected void waitUntilMoved(long seq) {
        subscriptions.invalidateSeq.await(now -> now != seq);
        if (steps.has(Step.FENCE_AFTER_WAIT)) {
            subscriptions.machine.smpRmb(); // pairs with the release of IntervalNotifier's end
        }
        if (steps.has(Step.LOOK_UNDER_LOCK)) {
            subscriptions.lock.lock();
            subscriptions.invalidateSeq.readOnce();
            subscriptions.lock.unlock();
        }
    }
}
