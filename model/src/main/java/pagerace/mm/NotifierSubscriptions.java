// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import pagerace.machine.Machine;
import pagerace.machine.SpinLock;
import pagerace.machine.Word;

/**
 * {@code mmu_notifier_subscriptions}: the interval notifiers of one address space. Their tree is abridged to one slot, whose
 * subscription overlaps every invalidation.
 *
 * <p>Everything here changes under {@link #lock} only; {@link #invalidateSeq} is also read without.
 */
public final class NotifierSubscriptions {
    /** {@link #itree} and {@link #deferredList}: no subscription. */
    public static final long NOBODY = 0;
    /** {@link #itree} and {@link #deferredList}: the scenario's only subscription. */
    public static final long THE_ONE = 1;

    /** What its words are on. */
    public final Machine machine;
    /** The spin lock. */
    public final SpinLock lock;
    /** {@code invalidate_seq}: odd while an invalidation that overlaps a subscription is under way. */
    public final Word invalidateSeq;
    /** {@code active_invalidate_ranges}: how many invalidations are under way. */
    public final Word activeRanges;
    /** {@code itree}: whom to call back. */
    public final Word itree;
    /** {@code deferred_list}: the subscriptions that the end of the invalidation takes out of the tree. */
    public final Word deferredList;

    /** No invalidation under way, and {@link #THE_ONE} in the tree. */
    public NotifierSubscriptions(Machine machine) {
        this.machine = machine;
        lock = new SpinLock(machine, "subscriptions", "lock");
        invalidateSeq = machine.word("subscriptions", "invalidate_seq", KernelFormat.INVALIDATE_SEQ, 2);
        activeRanges = machine.word("subscriptions", "active_invalidate_ranges", 0);
        itree = machine.word("subscriptions", "itree", KernelFormat.SUBSCRIPTION, THE_ONE);
        deferredList = machine.word("subscriptions", "deferred_list", KernelFormat.SUBSCRIPTION, NOBODY);
    }

    /** Whether an invalidation that begins now would find nobody to call back. */
    public boolean isEmpty() {
        return itree.readOnce() == NOBODY;
    }

    /** {@code mn_itree_is_invalidating} for a value of {@link #invalidateSeq}. */
    public static boolean isInvalidating(long seq) {
        return (seq & 1) != 0;
    }
}
