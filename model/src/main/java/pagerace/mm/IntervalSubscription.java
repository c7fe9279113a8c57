// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import pagerace.machine.Machine;
import pagerace.machine.SpinLock;
import pagerace.machine.Word;

/**
 * {@code mmu_interval_notifier} and the part of its driver that faults and the invalidate callback share: a lock and one
 * secondary entry.
 *
 * <p>The subscription's memory can be {@linkplain #free() freed}. Freeing poisons it: one who reads it later finds
 * {@link Slab#POISON_FREE}, and one who writes it later spoils the poison. The driver's own part lives
 * elsewhere and stays.
 */
public final class IntervalSubscription {
    /** {@link #ops}: the driver's callbacks. */
    public static final long OPS = 1;

    /** {@code ops}: where the callbacks are. Constant while the subscription lives. */
    public final Word ops;
    /** {@code invalidate_seq}: that of the last invalidation which called back; guarded by {@link #userLock}. */
    public final Word invalidateSeq;
    /** {@code deferred_item}: the next on the deferred list. */
    public final Word deferredItem;
    /** The driver's lock: guards its secondary entry. */
    public final SpinLock userLock;
    /** The driver's secondary entry, in the encoding of {@link Pte}. */
    public final Word spte;

    /** A subscription that was inserted while nothing was invalidated; the driver maps nothing yet. */
    public IntervalSubscription(Machine machine) {
        ops = machine.word("interval_sub", "ops", KernelFormat.OPS, OPS);
        invalidateSeq = machine.word("interval_sub", "invalidate_seq", KernelFormat.INVALIDATE_SEQ, 1);
        deferredItem =
                machine.word("interval_sub", "deferred_item", KernelFormat.SUBSCRIPTION, NotifierSubscriptions.NOBODY);
        userLock = new SpinLock(machine, "driver", "user_lock");
        spte = machine.word("driver", "spte", KernelFormat.PTE, Pte.NONE);
    }

    /** {@code kfree}. Nobody else may know the subscription any more. */
    public void free() {
        ops.writeOnce(Slab.POISON_FREE);
        invalidateSeq.writeOnce(Slab.POISON_FREE);
        deferredItem.writeOnce(Slab.POISON_FREE);
    }

    /** Whether all of its memory is still as {@link #free} left it. */
    public boolean isPoisonIntact() {
        return ops.readOnce() == Slab.POISON_FREE
                && invalidateSeq.readOnce() == Slab.POISON_FREE
                && deferredItem.readOnce() == Slab.POISON_FREE;
    }
}
