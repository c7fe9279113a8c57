// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.machine.Machine;
import pagerace.machine.Word;
import pagerace.mm.Folio;
import pagerace.mm.FreeFolios;
import pagerace.mm.MemMap;
import pagerace.mm.Mm;
import pagerace.mm.PageTable;
import pagerace.mm.Platform;
import pagerace.mm.Pte;

/**
 * {@code copy_page_range} for one entry of an anonymous private mapping: the child either shares the parent's folio, both
 * entries read-only, or gets a copy at once because the folio may be pinned.
 *
 * <p>Assumptions: the child's table is empty; {@code spares} are nobody else's. Copying an entry that is not present is not
 * modelled: the child gets none.
 *
 * <p>Guarantees: the parent's {@code mmap_lock} is held for writing throughout, so slow GUP and faults are excluded; GUP-fast
 * and whoever comes through the reverse mapping are not.
 */
public final class Fork {
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
        /** Mutant: write-protect in a second pass, after the count has become even again. */
        WRITE_PROTECT_AFTER_SEQ,
        /** The write fence that precedes the even count. */
        FENCE_BEFORE_SEQ_END
    }

    /** Kernels up to 5.8. */
    public static final Steps<Step> V5_8 = Steps.of();
    /** 5.9-rc: the write-protect dance. */
    public static final Steps<Step> V5_9_RC = Steps.of(Step.COPY_IF_PINNED, Step.WRITE_PROTECT_FIRST);
    /** Kernels 5.9 and 5.10. */
    public static final Steps<Step> V5_9 = Steps.of(Step.COPY_IF_PINNED);
    /** Kernels 5.11 to 5.18. */
    public static final Steps<Step> V5_11 =
            V5_9.with(Step.SEQ).with(Step.FENCE_AFTER_SEQ_BEGIN).with(Step.FENCE_BEFORE_SEQ_END);
    /** Kernels since 5.19. */
    public static final Steps<Step> V5_19 = V5_11.with(Step.REFERENCE_FIRST).with(Step.CLEAR_EXCLUSIVE);

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

    private final Machine machine;
    private final Mm parent;
    private final PageTable child;
    private final MemMap memMap;
    private final FreeFolios spares;
    private final Platform platform;
    private final Steps<Step> steps;

    /** Fork from {@code parent} into {@code child}, copying into {@code spares} what it must copy. */
    public Fork(
            Machine machine,
            Mm parent,
            PageTable child,
            MemMap memMap,
            FreeFolios spares,
            Platform platform,
            Steps<Step> steps) {
        this.machine = machine;
        this.parent = parent;
        this.child = child;
        this.memMap = memMap;
        this.spares = spares;
        this.platform = platform;
        this.steps = steps;
    }

    /** Copies the entry at {@code index}. */
    public End copyPte(int index) {
        parent.mmapLock.writeLock();
        if (steps.has(Step.LOCK_BEFORE_SEQ)) {
            lockBoth(index);
            seqBegin();
        } else {
            seqBegin();
            lockBoth(index);
        }
        End end = copyPresentPte(index, false);
        if (end == End.AGAIN) {
            // A copy needs a page, and pages are not allocated under spin locks. The count stays odd meanwhile.
            unlockBoth(index);
            lockBoth(index);
            end = copyPresentPte(index, true);
        }
        if (steps.has(Step.WRITE_PROTECT_AFTER_SEQ) && end == End.SHARED) {
            unlockBoth(index);
            seqEnd();
            parent.table.ptl(index).lock();
            writeProtect(index);
            parent.table.ptl(index).unlock();
        } else {
            unlockBoth(index);
            seqEnd();
        }
        parent.tlb.flush();
        parent.mmapLock.writeUnlock();
        return end;
    }

    /** {@code copy_present_pte}: {@link End#AGAIN}, with nothing changed, if it needs a copy and may not make one yet. */
    private End copyPresentPte(int index, boolean havePage) {
        Word entry = parent.table.pte(index);
        long pte = entry.readOnce();
        if (!Pte.isPresent(pte)) {
            return End.NOTHING;
        }
        Folio folio = memMap.folioOf(Pte.pfn(pte));
        if (steps.has(Step.WRITE_PROTECT_FIRST) && Pte.isWritable(pte)) {
            platform.pteUpdate().writeProtect(entry);
        }
        if (steps.has(Step.REFERENCE_FIRST)) {
            folio.refcount.add(1);
            if (steps.has(Step.FENCE_AFTER_REFERENCE)) {
                // Pairs with GUP-fast's fence behind the pin: without it our reads of pins may pass the odd count.
                machine.smpMbAfterAtomic();
            }
        }
        if (needsCopy(folio)) {
            if (steps.has(Step.REFERENCE_FIRST)) {
                folio.put();
            }
            if (havePage) {
                Folio copy = spares.take();
                copy.allocateAnon(folio.data.readOnce(), steps.has(Step.CLEAR_EXCLUSIVE));
                copy.mapcount.writeOnce(1);
                child.pte(index).writeOnce(Pte.present(copy.pfn, Pte.WRITE | Pte.DIRTY | Pte.ACCESSED));
            }
            if (steps.has(Step.WRITE_PROTECT_FIRST) && Pte.isWritable(pte)) {
                entry.writeOnce(pte);
            }
            return havePage ? End.COPIED : End.AGAIN;
        }
        if (!steps.has(Step.REFERENCE_FIRST)) {
            folio.refcount.add(1);
        }
        if (steps.has(Step.CLEAR_EXCLUSIVE)) {
            folio.flags.andNot(Folio.ANON_EXCLUSIVE);
        }
        folio.mapcount.add(1);
        if (Pte.isWritable(pte) && !steps.has(Step.WRITE_PROTECT_FIRST) && !steps.has(Step.WRITE_PROTECT_AFTER_SEQ)) {
            platform.pteUpdate().writeProtect(entry);
        }
        child.pte(index).writeOnce(pte & ~(Pte.WRITE | Pte.ACCESSED));
        return End.SHARED;
    }

    /** {@code folio_needs_cow_for_dma}, and from 5.19 on only if the page is exclusive: others cannot be pinned. */
    private boolean needsCopy(Folio folio) {
        return steps.has(Step.COPY_IF_PINNED)
                && parent.hasPinned()
                && folio.maybePinned()
                && (!steps.has(Step.CLEAR_EXCLUSIVE) || folio.test(Folio.ANON_EXCLUSIVE));
    }

    private void writeProtect(int index) {
        Word entry = parent.table.pte(index);
        if (Pte.isWritable(entry.readOnce())) {
            platform.pteUpdate().writeProtect(entry);
        }
    }

    private void lockBoth(int index) {
        child.ptl(index).lock();
        parent.table.ptl(index).lock(); // nested: nobody else holds two of these locks, so nobody takes them in reverse
    }

    private void unlockBoth(int index) {
        parent.table.ptl(index).unlock();
        child.ptl(index).unlock();
    }

    private void seqBegin() {
        if (!steps.has(Step.SEQ)) {
            return;
        }
        if (steps.has(Step.FENCE_AFTER_SEQ_BEGIN)) {
            parent.writeProtectSeq.writeBegin();
        } else {
            parent.writeProtectSeq.increment();
        }
    }

    private void seqEnd() {
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
