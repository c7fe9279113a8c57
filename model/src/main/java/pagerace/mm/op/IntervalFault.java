// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.mm.Entry;
import pagerace.mm.IntervalSubscription;
import pagerace.mm.Kernel;
import pagerace.mm.NotifierSubscriptions;
import pagerace.mm.Pte;

/**
 * A device's page fault in a driver with an interval notifier: {@code mmu_interval_read_begin}, the lookup, and under the
 * driver's lock {@code mmu_interval_read_retry}.
 *
 * <p>Guarantees, when all steps are taken: what it installs is still mapped by the primary entry, or an invalidation that has
 * not called back yet will zap it. That holds where the lookup cannot be done before the wait of {@code read_begin} is over:
 * nothing in there orders the two.
 *
 * <p>Algorithm notes. An invalidation leaves the subscriptions' odd sequence in the subscription. So a fault that finds the
 * two equal has come while the primary entry may change, and nobody will call back again: it must wait. One that finds them
 * unequal may go on: an invalidation that is to change the entry has yet to call back, and will be noticed.
 */
public class IntervalFault extends Operation<IntervalFault.Step> {
    /** The steps in which releases and mutants differ, in program order. */
    public enum Step {
        /** If the subscription's sequence is that of all, wait until that moves. */
        WAIT,
        /** Proposal: a read fence behind that wait. */
        FENCE_AFTER_WAIT,
        /** Under the driver's lock, compare the subscription's sequence with what it was. */
        CHECK_SEQ
    }

    /** Drivers try until a timeout; one invalidation sends a fault back once. */
    private static final int TRIES = 2;

    /** What it works on: see the constructor. */
    public final NotifierSubscriptions subscriptions;

    public final IntervalSubscription subscription;
    public final PrimaryLookup primary;

    /** Faults of the device behind {@code subscription}. */
    public IntervalFault(
            Kernel kernel,
            NotifierSubscriptions subscriptions,
            IntervalSubscription subscription,
            PrimaryLookup primary) {
        super(kernel, Step.class);
        this.subscriptions = subscriptions;
        this.subscription = subscription;
        this.primary = primary;
    }

    /** Maps the page that {@code entry}, of the primary page table, maps. */
    public SecondaryFaultEnd handle(int cpu, Entry entry) {
        SecondaryFaultEnd success = SecondaryFaultEnd.MAPPED;
        for (int tries = 0; tries < TRIES; tries++) {
            subscriptions.lock.lock();
            long seq = subscription.invalidateSeq.readOnce();
            boolean invalidating = seq == subscriptions.invalidateSeq.readOnce();
            subscriptions.lock.unlock();
            if (invalidating && steps.has(Step.WAIT)) {
                subscriptions.invalidateSeq.await(now -> now != seq);
                if (steps.has(Step.FENCE_AFTER_WAIT)) {
                    // Pairs with the unlock of the PTL followed by the lock of the subscriptions, which together order
                    // the primary entry before the even sequence.
                    subscriptions.machine.smpRmb();
                }
                success = SecondaryFaultEnd.MAPPED_AFTER_WAIT;
            }
            int pfn = primary.find(cpu, entry);
            if (pfn == PrimaryLookup.NOTHING) {
                return SecondaryFaultEnd.NOTHING_THERE;
            }
            if (install(pfn, seq)) {
                return success;
            }
            success = SecondaryFaultEnd.MAPPED_AFTER_RETRY;
        }
        return SecondaryFaultEnd.GAVE_UP;
    }

    /** Whether the page is in the secondary entry now; its reference is given back either way. */
    protected boolean install(int pfn, long seq) {
        subscription.userLock.lock();
        boolean valid = !steps.has(Step.CHECK_SEQ) || subscription.invalidateSeq.readOnce() == seq;
        if (valid) {
            subscription.spte.writeOnce(Pte.present(pfn, Pte.WRITE));
        }
        subscription.userLock.unlock();
        primary.release(pfn);
        return valid;
    }
}
