// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.mm.IntervalSubscription;
import pagerace.mm.Kernel;
import pagerace.mm.NotifierSubscriptions;
import pagerace.mm.Pte;
import pagerace.mm.Slab;

/**
 * The interval notifiers' side of an invalidation: {@code mn_itree_invalidate} with the driver's callback, and
 * {@code mn_itree_inv_end}.
 */
public class IntervalNotifier extends Operation<IntervalNotifier.Step> implements MmuNotifier {
    /** The steps in which releases and mutants differ, in program order. */
    public enum Step {
        /** The callback records the sequence in the subscription: {@code mmu_interval_set_seq}. */
        SET_SEQ,
        /** The callback zaps the driver's secondary entry. */
        ZAP,
        /** At the end, take the subscriptions on the deferred list out of the tree. */
        WALK_DEFERRED,
        /** Proposal: at the end, deal with the deferred list before the sequence becomes even. */
        WALK_BEFORE_SEQ,
        /** Proposal: at the end, the even sequence is stored with release. */
        RELEASE_SEQ
    }

    /** What an invalidation did with the subscription. */
    public enum Met {
        /** It was not in the tree. */
        NOBODY,
        /** It was called back. */
        CALLED_BACK,
        /** It was called back, and the end took it off the deferred list and out of the tree. */
        UNLINKED,
        /** Its memory was poison when the invalidation looked at it. */
        FREED
    }

    /** What it works on: see the constructor. */
    public final NotifierSubscriptions subscriptions;

    public final IntervalSubscription subscription;

    /** Notifies {@code subscription} as long as it is among {@code subscriptions}. */
    public IntervalNotifier(Kernel kernel, NotifierSubscriptions subscriptions, IntervalSubscription subscription) {
        super(kernel, Step.class);
        this.subscriptions = subscriptions;
        this.subscription = subscription;
    }

    @Override
    public void rangeStart() {
        start();
    }

    @Override
    public void rangeEnd() {
        end();
    }

    /** {@link #rangeStart}, for callers that need its result. */
    public Met start() {
        subscriptions.lock.lock();
        subscriptions.activeRanges.writeOnce(subscriptions.activeRanges.readOnce() + 1);
        long seq = subscriptions.invalidateSeq.readOnce();
        boolean overlaps = subscriptions.itree.readOnce() != NotifierSubscriptions.NOBODY;
        if (overlaps) {
            seq |= 1;
            subscriptions.invalidateSeq.writeOnce(seq);
        }
        subscriptions.lock.unlock();
        if (!overlaps) {
            return Met.NOBODY;
        }
        if (subscription.ops.readOnce() == Slab.POISON_FREE) {
            return Met.FREED; // a jump into the void
        }
        invalidate(seq);
        return Met.CALLED_BACK;
    }

    /** The driver's callback. */
    protected void invalidate(long seq) {
        subscription.userLock.lock();
        if (steps.has(Step.SET_SEQ)) {
            subscription.invalidateSeq.writeOnce(seq);
        }
        if (steps.has(Step.ZAP)) {
            subscription.spte.writeOnce(Pte.NONE);
        }
        subscription.userLock.unlock();
    }

    /** {@link #rangeEnd}, for callers that need its result. */
    public Met end() {
        subscriptions.lock.lock();
        long active = subscriptions.activeRanges.readOnce() - 1;
        subscriptions.activeRanges.writeOnce(active);
        long seq = subscriptions.invalidateSeq.readOnce();
        Met met = Met.NOBODY;
        if (active == 0 && NotifierSubscriptions.isInvalidating(seq)) {
            if (steps.has(Step.WALK_BEFORE_SEQ)) {
                met = walkDeferred();
                makeEven(seq + 1);
            } else {
                makeEven(seq + 1);
                met = walkDeferred();
            }
        }
        subscriptions.lock.unlock();
        return met;
    }

    /** Says that the invalidation is over: a fault that sees {@code seq} may go on. */
    protected void makeEven(long seq) {
        if (steps.has(Step.RELEASE_SEQ)) {
            // Pairs with the read fence of IntervalRemoval's wait: who sees it sees the list done.
            subscriptions.invalidateSeq.storeRelease(seq);
        } else {
            subscriptions.invalidateSeq.writeOnce(seq);
        }
    }

    /** Deals with the deferred list, of subscriptions that are to be removed from the tree. */
    protected Met walkDeferred() {
        if (!steps.has(Step.WALK_DEFERRED) || subscriptions.deferredList.readOnce() == NotifierSubscriptions.NOBODY) {
            return Met.CALLED_BACK;
        }
        long next = subscription.deferredItem.readOnce();
        if (next == Slab.POISON_FREE) {
            return Met.FREED;
        }
        subscriptions.itree.writeOnce(NotifierSubscriptions.NOBODY);
        subscriptions.deferredList.writeOnce(next);
        subscription.deferredItem.writeOnce(NotifierSubscriptions.NOBODY);
        return Met.UNLINKED;
    }
}
