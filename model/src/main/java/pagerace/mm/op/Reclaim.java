// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.machine.Order;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
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
 * pinned. Both are {@link Share}'s doing.
 */
public class Reclaim extends Operation<Reclaim.Step> {
    /** The steps in which releases and mutants differ, in program order. */
    public enum Step {
        /** Skip a folio that may be pinned before anything else: feb889fb40fa (5.11). Nothing orders this look. */
        SKIP_PINNED,
        /** Give up exclusivity under the cleared entry before unmapping, by {@link Share}: 6c287605fd56 (5.19). */
        SHARE,
        /** Remember exclusivity in the swap entry: 1493a1913e34 (5.19, where the architecture has a bit for it). */
        EXCLUSIVE_SWAP_ENTRY,
        /** After unmapping, keep a folio that may be pinned: d824ec2a1546 (6.4). */
        KEEP_PINNED_AFTER_UNMAP
    }

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

    /** What it works on: see the constructor. */
    public final Mm mm;

    public final SwapSpace swap;
    public final Share share;
    protected final Freeze freeze;

    /**
     * Reclaim from {@code mm} to {@code swap}.
     *
     * @param share how entries are cleared, and exclusivity is given up with {@link Step#SHARE}
     */
    public Reclaim(Kernel kernel, Mm mm, SwapSpace swap, Share share) {
        super(kernel, Step.class);
        this.mm = mm;
        this.swap = swap;
        this.share = share;
        freeze = new Freeze(kernel);
    }

    /** Tries to reclaim {@code folio}, which {@code entry} maps. */
    public End shrink(Folio folio, Entry entry) {
        if (!folio.lock.tryLock()) {
            return End.KEPT_LOCKED;
        }
        if (steps.has(Step.SKIP_PINNED) && folio.maybePinned()) {
            folio.lock.unlock();
            return End.KEPT_PINNED;
        }
        swap.addToCache(folio);
        End end = unmap(folio, entry);
        if (end == End.RECLAIMED) {
            end = pageOut(folio);
        }
        if (end != End.RECLAIMED) {
            folio.lock.unlock();
        }
        return end;
    }

    /** {@code try_to_unmap_one}: {@link End#RECLAIMED} stands for "go on". */
    protected End unmap(Folio folio, Entry entry) {
        entry.lock.lock();
        long seen = entry.word.readOnce();
        if (!Pte.isPresent(seen) || Pte.pfn(seen) != folio.pfn) {
            entry.lock.unlock();
            return End.KEPT_UNMAPPED_BY_OTHERS;
        }
        boolean exclusive = folio.test(Folio.ANON_EXCLUSIVE);
        Share.Cleared cleared = share.clear(entry, folio, exclusive);
        share.flush(cleared);
        if (Pte.has(cleared.pte(), Pte.DIRTY)) {
            folio.markDirtyQuietly();
        }
        swap.count.add(1);
        if (exclusive && steps.has(Step.SHARE) && !share.tryShare(folio, cleared)) {
            swap.count.add(-1);
            share.restore(entry, cleared);
            entry.lock.unlock();
            return End.SHARE_REFUSED;
        }
        entry.word.writeOnce(Pte.swap(SwapSpace.OFFSET, exclusive && steps.has(Step.EXCLUSIVE_SWAP_ENTRY)));
        folio.uncountMapping();
        folio.refcount.fetchAdd(-1, Order.FULL);
        entry.lock.unlock();
        return End.RECLAIMED;
    }

    /** The folio is unmapped: write it and free it, if nobody holds it. */
    protected End pageOut(Folio folio) {
        if (steps.has(Step.KEEP_PINNED_AFTER_UNMAP) && folio.maybePinned()) {
            return End.UNMAPPED_PINNED;
        }
        if (folio.test(Folio.DIRTY)) {
            mm.tlb.flushBatched(); // before the write: a store through a stale translation would be lost
            if (folio.refcount.readOnce() != OWN_REFERENCES) {
                return End.UNMAPPED_REFERENCED;
            }
            folio.testAndClearDirty();
            folio.startWriteback();
            swap.disk.writeOnce(folio.data.readOnce());
            folio.endWriteback();
        }
        if (freeze.freeze(folio, OWN_REFERENCES) != Freeze.End.FROZEN) {
            return End.UNMAPPED_NOT_FROZEN; // referenced, or dirtied again after the write
        }
        swap.removeFromCache(folio);
        folio.lock.unlock();
        return End.RECLAIMED;
    }
}
