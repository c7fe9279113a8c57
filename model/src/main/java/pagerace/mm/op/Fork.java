// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.FreeFolios;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.PageTable;
import pagerace.mm.Platform;
import pagerace.mm.Pte;

/**
 * {@code copy_page_range} for entries of one table of an anonymous private mapping: of each the child either shares the
 * parent's folio, both entries read-only, or gets a copy at once because the folio may be pinned.
 *
 * <p>Assumptions: no page-table lock of the parent is one of the child's; the child's table is empty; {@code spares} are
 * nobody else's. Copying an entry that is not present is not modelled: the child gets none.
 *
 * <p>Guarantees: the parent's {@code mmap_lock} is held for writing throughout, so slow GUP and faults are excluded; GUP-fast
 * and walkers of the reverse mapping are not.
 */
public class Fork extends Operation<Fork.Step> {
    /** The steps in which releases and mutants differ, in program order. */
    public enum Step {
        /** Make {@code write_protect_seq} odd around the walk: 57efa1fe5957 (5.11). */
        SEQ,
        /** The write fence that follows the odd count. */
        FENCE_AFTER_SEQ_BEGIN,
        /** Mutant: take both page-table locks before the count becomes odd. */
        LOCK_BEFORE_SEQ,
        /** Write-protect the parent's entry first, look for pins, restore: 70e806e4e645 (5.9-rc only). */
        WRITE_PROTECT_FIRST,
        /** Take the child's reference before looking for pins: fb3d824d1a46 (5.19). */
        REFERENCE_FIRST,
        /** Proposal: a full fence behind that reference, so that the odd count is visible before pins are looked for. */
        FENCE_AFTER_REFERENCE,
        /** Look for pins and copy early if there may be any: 70e806e4e645 (5.9). */
        COPY_IF_PINNED,
        /** Copy only exclusive pages, and clear the bit of those that become shared: 6c287605fd56 (5.19). */
        CLEAR_EXCLUSIVE,
        /** Mutant: leave pages exclusive that become shared. */
        KEEP_EXCLUSIVE,
        /** Mutant: write-protect in a second pass, after the count has become even again. */
        WRITE_PROTECT_AFTER_SEQ,
        /** The write fence that precedes the even count. */
        FENCE_BEFORE_SEQ_END
    }

    /** How it ended. */
    public enum End {
        /** Parent and child map the same folio, read-only. */
        SHARED,
        /** The child has a copy; the parent's entry is as it was. */
        COPIED,
        /** The parent's entry maps nothing, or nothing any more, so neither does the child's. */
        NOTHING,
        /** Inside only: a copy is needed, and a page for it must be allocated first ({@code -EAGAIN}). */
        AGAIN
    }

    /**
     * How a call for several entries ended. Those that are neither map nothing.
     *
     * @param shared how many are shared
     * @param copied how many were copied
     */
    public record CopiedRange(int shared, int copied) {}

    /** What it works on: see the constructor. */
    public final Mm parent;

    public final PageTable child;
    public final FreeFolios spares;
    protected final Platform.PteUpdate pteUpdate;

    /** Fork from {@code parent} into {@code child}, copying into {@code spares} what it must copy. */
    public Fork(Kernel kernel, Mm parent, PageTable child, FreeFolios spares) {
        super(kernel, Step.class);
        this.parent = parent;
        this.child = child;
        this.spares = spares;
        pteUpdate = parent.platform.pteUpdate(kernel);
    }

    /** Copies the parent's entry {@code from} to the child's entry {@code to}. */
    public End copy(Entry from, Entry to) {
        begin(from, to);
        End end = copyLocked(from, to);
        unlockBoth(from, to);
        seqEnd();
        if (steps.has(Step.WRITE_PROTECT_AFTER_SEQ) && end == End.SHARED) {
            protectLate(from);
        }
        finish();
        return end;
    }

    /**
     * Copies {@code pages} consecutive entries, with all that surrounds the copying of one done once: the locks, the count and
     * the flush.
     *
     * @param first the index of the first entry; in both tables one page-table lock is that of all of them
     * @throws IllegalStateException with {@link Step#WRITE_PROTECT_AFTER_SEQ}, a mutant for single entries: its second pass
     *     would have to know which entries are shared
     */
    public CopiedRange copyPtes(int first, int pages) {
        if (steps.has(Step.WRITE_PROTECT_AFTER_SEQ)) {
            throw new IllegalStateException("only a single entry can be write-protected late");
        }
        Entry firstFrom = parent.entry(first);
        Entry firstTo = child.entry(first);
        begin(firstFrom, firstTo);
        int shared = 0;
        int copied = 0;
        for (int i = 0; i < pages; i++) {
            End end = copyLocked(parent.entry(first + i), child.entry(first + i));
            shared += end == End.SHARED ? 1 : 0;
            copied += end == End.COPIED ? 1 : 0;
        }
        unlockBoth(firstFrom, firstTo);
        seqEnd();
        finish();
        return new CopiedRange(shared, copied);
    }

    /** What precedes the walk: afterwards {@code mmap_lock} and both page-table locks are held, and the count is odd. */
    protected void begin(Entry from, Entry to) {
        parent.mmapLock.writeLock();
        if (steps.has(Step.LOCK_BEFORE_SEQ)) {
            lockBoth(from, to);
            seqBegin();
        } else {
            seqBegin();
            lockBoth(from, to);
        }
    }

    /** What follows the walk, whose locks have been given back and whose count is even again. */
    protected void finish() {
        parent.tlb.flush();
        parent.mmapLock.writeUnlock();
    }

    /** Copies the entry under both page-table locks, which are free for a moment if a page must be allocated. */
    protected End copyLocked(Entry from, Entry to) {
        End end = copyPresentPte(from, to, false);
        if (end != End.AGAIN) {
            return end;
        }
        // A copy needs a page, and pages are not allocated under spin locks. The count stays odd meanwhile.
        unlockBoth(from, to);
        lockBoth(from, to);
        return copyPresentPte(from, to, true);
    }

    /** {@code copy_present_pte}: {@link End#AGAIN}, with nothing changed, if it needs a copy and may not make one yet. */
    protected End copyPresentPte(Entry from, Entry to, boolean havePage) {
        long pte = from.word.readOnce();
        if (!Pte.isPresent(pte)) {
            return End.NOTHING;
        }
        Folio folio = parent.memMap.folioOf(Pte.pfn(pte));
        if (steps.has(Step.WRITE_PROTECT_FIRST) && Pte.isWritable(pte)) {
            pteUpdate.writeProtect(from);
        }
        if (steps.has(Step.REFERENCE_FIRST)) {
            folio.refcount.add(1);
            if (steps.has(Step.FENCE_AFTER_REFERENCE)) {
                // Pairs with GUP-fast's fence behind the pin: without it our reads of pins may pass the odd count.
                parent.machine.smpMbAfterAtomic();
            }
        }
        return needsCopy(folio)
                ? copyPresentPage(from, to, pte, folio, havePage)
                : share(from, to, pte, folio, havePage);
    }

    /**
     * Shares {@code folio}, which was found to have no pins: both entries map it, read-only.
     *
     * @param from the parent's entry, whose page-table lock is held
     * @param to the child's, whose lock is held, too
     * @param pte the parent's entry as it was read; with {@link Step#WRITE_PROTECT_FIRST} it has changed since
     * @param havePage whether {@link #copyPresentPage} may copy, should somebody change his mind
     * @return {@link End#SHARED}; or of a subclass that shares nothing, what {@link #copyPresentPage} returned
     */
    protected End share(Entry from, Entry to, long pte, Folio folio, boolean havePage) {
        if (!steps.has(Step.REFERENCE_FIRST)) {
            folio.refcount.add(1);
        }
        if (steps.has(Step.CLEAR_EXCLUSIVE) && !steps.has(Step.KEEP_EXCLUSIVE)) {
            folio.flags.andNot(Folio.ANON_EXCLUSIVE);
        }
        folio.mapcount.add(1);
        if (Pte.isWritable(pte) && !steps.has(Step.WRITE_PROTECT_FIRST) && !steps.has(Step.WRITE_PROTECT_AFTER_SEQ)) {
            pteUpdate.writeProtect(from);
        }
        to.word.writeOnce(pte & ~(Pte.WRITE | Pte.ACCESSED));
        return End.SHARED;
    }

    /**
     * {@code copy_present_page}: what was done to {@code folio} and its entry before it was shared is undone.
     *
     * @param from the parent's entry, whose page-table lock is held
     * @param to the child's, whose lock is held, too
     * @param pte the parent's entry as it was read
     * @param havePage false before a page is allocated
     * @return {@link End#COPIED} with a page; else {@link End#AGAIN}: the locks are given back for a moment, and the entry is
     *     looked at anew
     */
    protected End copyPresentPage(Entry from, Entry to, long pte, Folio folio, boolean havePage) {
        if (steps.has(Step.REFERENCE_FIRST)) {
            folio.put();
        }
        if (havePage) {
            Folio copy = spares.take();
            copy.allocateAnon(folio.data.readOnce(), steps.has(Step.CLEAR_EXCLUSIVE));
            copy.mapcount.writeOnce(1);
            to.word.writeOnce(Pte.present(copy.pfn, Pte.WRITE | Pte.DIRTY | Pte.ACCESSED));
        }
        if (steps.has(Step.WRITE_PROTECT_FIRST) && Pte.isWritable(pte)) {
            from.word.writeOnce(pte);
        }
        return havePage ? End.COPIED : End.AGAIN;
    }

    /** {@code folio_needs_cow_for_dma}, and from 5.19 on only if the page is exclusive: others cannot be pinned. */
    protected boolean needsCopy(Folio folio) {
        return steps.has(Step.COPY_IF_PINNED)
                && parent.hasPinned()
                && folio.maybePinned()
                && (!steps.has(Step.CLEAR_EXCLUSIVE) || folio.test(Folio.ANON_EXCLUSIVE));
    }

    /** The second pass of {@link Step#WRITE_PROTECT_AFTER_SEQ}, without any page-table lock. */
    protected void protectLate(Entry from) {
        from.lock.lock();
        if (Pte.isWritable(from.word.readOnce())) {
            pteUpdate.writeProtect(from);
        }
        from.lock.unlock();
    }

    private void lockBoth(Entry from, Entry to) {
        to.lock.lock();
        from.lock.lock(); // nested: nobody else holds two of these locks, so nobody takes them in reverse
    }

    private void unlockBoth(Entry from, Entry to) {
        from.lock.unlock();
        to.lock.unlock();
    }

    /** Makes the count odd, visibly before all that follows. */
    protected void seqBegin() {
        if (!steps.has(Step.SEQ)) {
            return;
        }
        if (steps.has(Step.FENCE_AFTER_SEQ_BEGIN)) {
            parent.writeProtectSeq.writeBegin();
        } else {
            parent.writeProtectSeq.increment();
        }
    }

    /** Makes the count even, visibly after all that went before. */
    protected void seqEnd() {
        if (!steps.has(Step.SEQ)) {
            return;
        }
        if (steps.has(Step.FENCE_BEFORE_SEQ_END)) {
            parent.writeProtectSeq.writeEnd();
        } else {
            parent.writeProtectSeq.increment();
        }
    }
}
