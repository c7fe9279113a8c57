// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import java.util.List;
import pagerace.machine.Order;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.Pte;
import pagerace.mm.SwapSpace;

/**
 * {@code shrink_folio_list} for one anonymous folio: from the folio lock to the freed page, or to the step at which it is kept.
 * It unmaps the folio from one address space, or from several one after the other.
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
        /**
         * Proposal: from before the first look for pins until the folio is unmapped, keep {@code write_protect_seq} odd of the address
         * space that the reverse mapping names first.
         */
        SEQ_OF_FIRST,
        /** Proposal: the same with the counts of all address spaces. */
        SEQ_OF_ALL,
        /** Proposal: a full fence between the odd counts and the look. */
        FENCE_AFTER_SEQ,
        /** Skip a folio that may be pinned before it gets a swap slot: feb889fb40fa (5.11). Nothing orders this look. */
        SKIP_PINNED,
        /** Mutant: ask whether the page is exclusive once, before the first page-table lock is taken. */
        EXCLUSIVE_BEFORE_WALK,
        /** Give up exclusivity under the cleared entry before unmapping, by {@link Share}: 6c287605fd56 (5.19). */
        SHARE,
        /** Remember exclusivity in the swap entry: 1493a1913e34 (5.19, where the architecture has a bit for it). */
        EXCLUSIVE_SWAP_ENTRY,
        /** After unmapping, keep a folio that may be pinned: d824ec2a1546 (6.4). */
        KEEP_PINNED_AFTER_UNMAP,
        /** Keep a dirty folio once it is unmapped: reclaim that must not write, as in laptop mode. */
        KEEP_DIRTY
    }

    /** How it ended. */
    public enum End {
        /** The folio lock was taken by somebody else. */
        KEPT_LOCKED,
        /** The first look found a pin. */
        KEPT_PINNED,
        /** No entry mapped the folio. */
        KEPT_UNMAPPED_BY_OTHERS,
        /** The share protocol found a pin, and the entry was put back. */
        SHARE_REFUSED,
        /** Unmapped; the look after that found a pin. */
        UNMAPPED_PINNED,
        /** Unmapped and dirty, by a reclaim that must not write. */
        UNMAPPED_DIRTY,
        /** Unmapped, dirty, and with references too many to be written. */
        UNMAPPED_REFERENCED,
        /** Unmapped and written, but somebody had taken a reference by the time of the freeze. */
        UNMAPPED_NOT_FROZEN,
        /** Unmapped, written, removed from the swap cache, free. */
        RECLAIMED;

        /** Whether every entry that mapped the folio became a swap entry. */
        public boolean isUnmapped() {
            return this == UNMAPPED_PINNED
                    || this == UNMAPPED_DIRTY
                    || this == UNMAPPED_REFERENCED
                    || this == UNMAPPED_NOT_FROZEN
                    || this == RECLAIMED;
        }
    }

    /** The references of an unmapped folio that nobody else uses: the isolation's and the swap cache's. */
    private static final long OWN_REFERENCES = 2;

    /** What it works on: see the constructors. Of several address spaces, these are the first's. */
    public final Mm mm;

    public final SwapSpace swap;
    public final Share share;
    /** Per address space, in the order of the walk. */
    public final List<Share> shares;

    protected final Freeze freeze;

    /**
     * Reclaim from {@code mm} to {@code swap}.
     *
     * @param share how entries are cleared, and exclusivity is given up with {@link Step#SHARE}
     */
    public Reclaim(Kernel kernel, Mm mm, SwapSpace swap, Share share) {
        this(kernel, mm, swap, share, List.of(share));
    }

    /**
     * Reclaim from several address spaces to {@code swap}.
     *
     * @param shares of each address space, how its entries are cleared and exclusivity is given up; the reverse mapping finds them
     *     in this order
     */
    public Reclaim(Kernel kernel, SwapSpace swap, List<Share> shares) {
        this(kernel, shares.get(0).mm, swap, shares.get(0), shares);
    }

    private Reclaim(Kernel kernel, Mm mm, SwapSpace swap, Share share, List<Share> shares) {
        super(kernel, Step.class);
        this.mm = mm;
        this.swap = swap;
        this.share = share;
        this.shares = List.copyOf(shares);
        freeze = new Freeze(kernel);
    }

    /** Tries to reclaim {@code folio}, which {@code entry} maps. */
    public End shrink(Folio folio, Entry entry) {
        return shrink(folio, List.of(entry));
    }

    /** Tries to reclaim {@code folio}, which {@code entries} map: one of each address space, in the order of these. */
    public End shrink(Folio folio, List<Entry> entries) {
        if (!folio.lock.tryLock()) {
            return End.KEPT_LOCKED;
        }
        seqBegin();
        End end = unmapAll(folio, entries);
        seqEnd();
        if (end == End.RECLAIMED) {
            end = pageOut(folio);
        }
        if (end != End.RECLAIMED) {
            folio.lock.unlock();
        }
        return end;
    }

    /** The look for pins, the swap slot, and {@code try_to_unmap}: {@link End#RECLAIMED} stands for "go on". */
    protected End unmapAll(Folio folio, List<Entry> entries) {
        if (steps.has(Step.SKIP_PINNED) && folio.maybePinned()) {
            return End.KEPT_PINNED;
        }
        swap.addToCache(folio);
        boolean exclusive = steps.has(Step.EXCLUSIVE_BEFORE_WALK) && folio.test(Folio.ANON_EXCLUSIVE);
        End end = End.KEPT_UNMAPPED_BY_OTHERS;
        for (int i = 0; i < entries.size(); i++) {
            End here = unmap(folio, entries.get(i), shares.get(i), exclusive);
            if (here == End.SHARE_REFUSED) {
                return here; // the walk ends, and what it unmapped before stays so
            }
            end = here == End.RECLAIMED ? here : end;
        }
        return end;
    }

    /**
     * {@code try_to_unmap_one}: {@link End#RECLAIMED} stands for "go on".
     *
     * @param exclusiveBefore with {@link Step#EXCLUSIVE_BEFORE_WALK}, whether the page was exclusive then
     */
    protected End unmap(Folio folio, Entry entry, Share with, boolean exclusiveBefore) {
        entry.lock.lock();
        long seen = entry.word.readOnce();
        if (!Pte.isPresent(seen) || Pte.pfn(seen) != folio.pfn) {
            entry.lock.unlock();
            return End.KEPT_UNMAPPED_BY_OTHERS;
        }
        boolean exclusive = steps.has(Step.EXCLUSIVE_BEFORE_WALK) ? exclusiveBefore : folio.test(Folio.ANON_EXCLUSIVE);
        Share.Cleared cleared = with.clear(entry, folio, exclusive);
        with.flush(cleared);
        if (Pte.has(cleared.pte(), Pte.DIRTY)) {
            folio.markDirtyQuietly();
        }
        swap.count.add(1);
        if (exclusive && steps.has(Step.SHARE) && !with.tryShare(folio, cleared)) {
            swap.count.add(-1);
            with.restore(entry, cleared);
            entry.lock.unlock();
            return End.SHARE_REFUSED;
        }
        entry.word.writeOnce(Pte.swap(SwapSpace.OFFSET, exclusive && steps.has(Step.EXCLUSIVE_SWAP_ENTRY)));
        folio.uncountMapping();
        folio.refcount.fetchAdd(-1, Order.FULL);
        entry.lock.unlock();
        return End.RECLAIMED;
    }

    private void seqBegin() {
        withSeq().forEach(one -> one.mm.writeProtectSeq.writeBegin());
        if (steps.has(Step.FENCE_AFTER_SEQ)) {
            // Pairs with GUP-fast's fence behind the pin: our look misses no pin whose owner finds the counts even.
            mm.machine.smpMb();
        }
    }

    private void seqEnd() {
        withSeq().forEach(one -> one.mm.writeProtectSeq.writeEnd());
    }

    /** Nobody excludes another writer of these counts: fork holds {@code mmap_lock}, which reclaim cannot take. */
    private List<Share> withSeq() {
        return steps.has(Step.SEQ_OF_ALL) ? shares : steps.has(Step.SEQ_OF_FIRST) ? shares.subList(0, 1) : List.of();
    }

    /** The folio is unmapped: write it and free it, if nobody holds it. */
    protected End pageOut(Folio folio) {
        if (steps.has(Step.KEEP_PINNED_AFTER_UNMAP) && folio.maybePinned()) {
            return End.UNMAPPED_PINNED;
        }
        if (folio.test(Folio.DIRTY)) {
            if (steps.has(Step.KEEP_DIRTY)) {
                return End.UNMAPPED_DIRTY;
            }
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
