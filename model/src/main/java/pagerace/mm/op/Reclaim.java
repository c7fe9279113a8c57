// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.machine.Machine;
import pagerace.machine.Order;
import pagerace.machine.Word;
import pagerace.mm.Folio;
import pagerace.mm.Mm;
import pagerace.mm.Platform;
import pagerace.mm.Pte;
import pagerace.mm.SwapSpace;

/**
 * {@code shrink_folio_list} for one anonymous folio with one mapping: from the folio lock to the freed page, or to the step
 * at which it is kept.
 *
 * <p>Assumptions: the folio was isolated from the LRU, which is one of its references; nobody else reclaims it.
 * Putting a kept folio back on the LRU, which drops that reference, is not modelled.
 *
 * <p>Guarantees, since 5.19: an exclusive page that is pinned stays mapped, and a page that was unmapped can no longer be
 * pinned. "Share" means giving up exclusivity: clear the entry, look for pins, and only if there are none clear the bit.
 */
public final class Reclaim {
    /** The steps in which releases and mutants differ, in program order. */
    public enum Step {
        /** Skip a folio that may be pinned before anything else: feb889fb40fa (5.11). Nothing orders this look. */
        SKIP_PINNED,
        /** Give up exclusivity under the cleared entry before unmapping: 6c287605fd56 (5.19). */
        SHARE,
        /** Flush at once when an exclusive page is unmapped, never in a batch (5.19, 6.0). */
        FLUSH_EXCLUSIVE_NOW,
        /** Look for pins under the cleared entry, and back off if there are any. */
        SHARE_CHECK,
        /** Mutant: look for pins before the entry is cleared. */
        SHARE_CHECK_BEFORE_CLEAR,
        /** Mutant: clear the entry by a plain store. */
        CLEAR_PLAINLY,
        /** Between the cleared entry and the look for pins, a full fence: 088b8aa537c2 (6.1). */
        FENCE_BEFORE_SHARE_CHECK,
        /** Put the entry back if there are pins. */
        RESTORE_WHEN_BUSY,
        /** Clear the exclusive bit once there are none. */
        CLEAR_EXCLUSIVE,
        /** Between the cleared bit and the new entry, a full fence: 088b8aa537c2 (6.1). */
        FENCE_AFTER_SHARE,
        /** Remember exclusivity in the swap entry: 1493a1913e34 (5.19, where the architecture has a bit for it). */
        EXCLUSIVE_SWAP_ENTRY,
        /** After unmapping, keep a folio that may be pinned: d824ec2a1546 (6.4). */
        KEEP_PINNED_AFTER_UNMAP
    }

    /** Kernels up to 5.10. */
    public static final Steps<Step> V5_8 = Steps.of();
    /** Kernels 5.11 to 5.18. */
    public static final Steps<Step> V5_11 = Steps.of(Step.SKIP_PINNED);
    /** Kernels 5.19 and 6.0. */
    public static final Steps<Step> V5_19 = V5_11.with(Step.SHARE)
            .with(Step.SHARE_CHECK)
            .with(Step.FLUSH_EXCLUSIVE_NOW)
            .with(Step.RESTORE_WHEN_BUSY)
            .with(Step.CLEAR_EXCLUSIVE)
            .with(Step.EXCLUSIVE_SWAP_ENTRY);
    /** Kernels 6.1 to 6.3. */
    public static final Steps<Step> V6_1 = V5_19.without(Step.FLUSH_EXCLUSIVE_NOW)
            .with(Step.FENCE_BEFORE_SHARE_CHECK)
            .with(Step.FENCE_AFTER_SHARE);
    /** Kernels since 6.4. */
    public static final Steps<Step> V6_4 = V6_1.with(Step.KEEP_PINNED_AFTER_UNMAP);

    /** How it ended. */
    public enum End {
        /** The folio lock was taken by somebody else. */
        KEPT_LOCKED,
        /** The first look found a pin. */
        KEPT_PINNED,
        /** The entry did not map the folio. */
        KEPT_UNMAPPED_BY_OTHERS,
        /** The share protocol found a pin, and the entry was put back. */
        SHARE_REFUSED,
        /** Unmapped; the look after that found a pin. */
        UNMAPPED_PINNED,
        /** Unmapped, dirty, and with references too many to be written. */
        UNMAPPED_REFERENCED,
        /** Unmapped and written, but somebody had taken a reference by the time of the freeze. */
        UNMAPPED_NOT_FROZEN,
        /** Unmapped, written, removed from the swap cache, free. */
        RECLAIMED;

        /** Whether the entry became a swap entry. */
        public boolean isUnmapped() {
            return this == UNMAPPED_PINNED
                    || this == UNMAPPED_REFERENCED
                    || this == UNMAPPED_NOT_FROZEN
                    || this == RECLAIMED;
        }
    }

    /** The references of an unmapped folio that nobody else uses: the isolation's and the swap cache's. */
    private static final long OWN_REFERENCES = 2;

    private final Machine machine;
    private final Mm mm;
    private final SwapSpace swap;
    private final Platform platform;
    private final Freeze freeze;
    private final Steps<Step> steps;

    /** Reclaim from {@code mm} to {@code swap}. */
    public Reclaim(Machine machine, Mm mm, SwapSpace swap, Platform platform, Steps<Step> steps) {
        this.machine = machine;
        this.mm = mm;
        this.swap = swap;
        this.platform = steps.has(Step.CLEAR_PLAINLY) ? platform.with(Platform.PteUpdate.PLAIN) : platform;
        this.freeze = new Freeze(Freeze.MAINLINE);
        this.steps = steps;
    }

    /** Tries to reclaim {@code folio}, which the entry at {@code index} maps. */
    public End shrink(Folio folio, int index) {
        if (!folio.lock.tryLock()) {
            return End.KEPT_LOCKED;
        }
        if (steps.has(Step.SKIP_PINNED) && folio.maybePinned()) {
            folio.lock.unlock();
            return End.KEPT_PINNED;
        }
        swap.addToCache(folio);
        End end = unmap(folio, index);
        if (end == End.RECLAIMED) {
            end = pageOut(folio);
        }
        if (end != End.RECLAIMED) {
            folio.lock.unlock();
        }
        return end;
    }

    /** {@code try_to_unmap_one}: {@link End#RECLAIMED} stands for "go on". */
    private End unmap(Folio folio, int index) {
        Word entry = mm.table.pte(index);
        mm.table.ptl.lock();
        long seen = entry.readOnce();
        if (!Pte.isPresent(seen) || Pte.pfn(seen) != folio.pfn) {
            mm.table.ptl.unlock();
            return End.KEPT_UNMAPPED_BY_OTHERS;
        }
        boolean exclusive = folio.test(Folio.ANON_EXCLUSIVE);
        boolean share = exclusive && steps.has(Step.SHARE);
        boolean busy = share && steps.has(Step.SHARE_CHECK_BEFORE_CLEAR) && folio.maybePinned();
        long old = platform.pteUpdate().getAndClear(entry);
        if (exclusive && steps.has(Step.FLUSH_EXCLUSIVE_NOW)) {
            mm.tlb.flushNow();
        } else {
            mm.tlb.flush();
        }
        if (Pte.has(old, Pte.DIRTY)) {
            folio.flags.or(Folio.DIRTY);
        }
        swap.count.add(1);
        if (share && steps.has(Step.SHARE_CHECK)) {
            if (steps.has(Step.FENCE_BEFORE_SHARE_CHECK)) {
                // Pairs with GUP-fast's fence behind the pin: the entry is cleared before we look for pins.
                machine.smpMb();
            }
            busy = folio.maybePinned();
        }
        if (busy) {
            swap.count.add(-1);
            if (steps.has(Step.RESTORE_WHEN_BUSY)) {
                entry.writeOnce(old); // writable again is right only because the exclusive bit never went
            }
            mm.table.ptl.unlock();
            return End.SHARE_REFUSED;
        }
        if (share && steps.has(Step.CLEAR_EXCLUSIVE)) {
            folio.flags.andNot(Folio.ANON_EXCLUSIVE);
        }
        if (share && steps.has(Step.FENCE_AFTER_SHARE)) {
            // Pairs with GUP-fast's read fence before the exclusive bit: the bit goes before any new entry comes.
            machine.smpMb();
        }
        entry.writeOnce(Pte.swap(SwapSpace.OFFSET, exclusive && steps.has(Step.EXCLUSIVE_SWAP_ENTRY)));
        folio.mapcount.add(-1);
        folio.refcount.fetchAdd(-1, Order.FULL);
        mm.table.ptl.unlock();
        return End.RECLAIMED;
    }

    /** The folio is unmapped: write it and free it, if nobody holds it. */
    private End pageOut(Folio folio) {
        if (steps.has(Step.KEEP_PINNED_AFTER_UNMAP) && folio.maybePinned()) {
            return End.UNMAPPED_PINNED;
        }
        if (folio.test(Folio.DIRTY)) {
            mm.tlb.flushBatched(); // before the write: a store through a stale translation would be lost
            if (folio.refcount.readOnce() != OWN_REFERENCES) {
                return End.UNMAPPED_REFERENCED;
            }
            folio.flags.andNot(Folio.DIRTY);
            folio.flags.or(Folio.WRITEBACK);
            swap.disk.writeOnce(folio.data.readOnce());
            folio.flags.andNot(Folio.WRITEBACK);
        }
        if (freeze.freeze(folio, OWN_REFERENCES) != Freeze.End.FROZEN) {
            return End.UNMAPPED_NOT_FROZEN; // referenced, or dirtied again after the write
        }
        swap.removeFromCache(folio);
        folio.lock.unlock();
        return End.RECLAIMED;
    }
}
