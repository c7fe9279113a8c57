// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import pagerace.machine.Machine;
import pagerace.machine.SpinLock;
import pagerace.machine.Word;

/**
 * A swap device with one slot, and the swap cache in front of it.
 *
 * <p>The slot is in use while swap entries refer to it ({@link #count}) or the swap cache holds its folio.
 */
public final class SwapSpace {
    /** The offset of the only slot. */
    public static final int OFFSET = 1;

    /** The slot's swap map count: swap entries in page tables. */
    public final Word count;
    /** The swap cache's slot: the page frame number of the cached folio, or 0. */
    public final Word cache;
    /** {@code i_pages} lock of the swap cache. */
    public final SpinLock xaLock;
    /** What is on the device. */
    public final Word disk;
    /** Whether the device must not see a page change while it writes it ({@code SWP_STABLE_WRITES}). */
    public final boolean stableWrites;

    /** An unused slot. */
    public SwapSpace(Machine machine, boolean stableWrites) {
        count = machine.word("swap_map", 0);
        cache = machine.word("swap_cache", KernelFormat.SLOT, 0);
        xaLock = new SpinLock(machine, "swap_cache", "xa_lock");
        disk = machine.word("swap_disk", 0);
        this.stableWrites = stableWrites;
    }

    /**
     * {@code add_to_swap}: gives the locked, isolated folio the slot and puts it into the swap cache. The caller holds the
     * folio lock.
     */
    public void addToCache(Folio folio) {
        folio.refcount.add(1);
        xaLock.lock();
        folio.flags.or(Folio.SWAPCACHE);
        cache.writeOnce(folio.pfn);
        xaLock.unlock();
        folio.markDirtyQuietly();
    }

    /** {@code delete_from_swap_cache} without dropping the cache's reference. The caller holds the folio lock. */
    public void removeFromCache(Folio folio) {
        xaLock.lock();
        folio.flags.andNot(Folio.SWAPCACHE);
        cache.writeOnce(0);
        xaLock.unlock();
    }

    /**
     * {@code folio_free_swap}: drops a folio from the swap cache if no swap entry needs the slot any more. The caller holds
     * the folio lock.
     *
     * @return whether the folio has left the swap cache
     */
    public boolean tryFree(Folio folio) {
        if (!folio.test(Folio.SWAPCACHE) || folio.test(Folio.WRITEBACK) || count.readOnce() != 0) {
            return false;
        }
        removeFromCache(folio);
        folio.markDirtyQuietly();
        folio.put();
        return true;
    }
}
