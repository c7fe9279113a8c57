// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.Platform;
import pagerace.mm.Pte;

/**
 * {@code zap_pte_range} for one entry: removes a mapping, for {@code munmap}, {@code MADV_DONTNEED}, truncation and the like.
 *
 * <p>Guarantees, when all steps of mainline are taken: as long as any CPU may still store through the entry's translation, the
 * folio counts the mapping, so that one who cleans the folio waits at the page-table lock.
 *
 * <p>Assumptions: no entry of a file with buffers or a dirty tag is dirty, so that marking the folio is setting one bit; a batch of
 * one. A clean entry is flushed at the end of the batch, behind the page-table lock; in a kernel a dirty
 * entry in the same batch, or a full one, has it flushed sooner. The marker comes behind the dirty transfer as since 6.12.
 */
public class Zap extends Operation<Zap.Step> {
    /** The steps in which releases differ, in program order. */
    public enum Step {
        /** Mark the folio dirty if the entry was. */
        TRANSFER_DIRTY,
        /** Flush before the page-table lock is given back: 1cf35d47712d (3.15). Without it, at the end of the batch. */
        FLUSH_UNDER_PTL,
        /** Where the entry was dirty, uncount the mapping only after the flush: 5df397dec7c4 (6.2). */
        UNCOUNT_AFTER_FLUSH
    }

    /** What a zap found. */
    public enum End {
        /** Nothing that it may remove. */
        NOTHING,
        /** An entry through which nobody had stored. */
        ZAPPED_CLEAN,
        /** An entry through which somebody had stored. */
        ZAPPED_DIRTY
    }

    /** What it works on: see the constructor. */
    public final Mm mm;

    protected final Platform.PteUpdate pteUpdate;

    /** Zaps entries of {@code mm}. */
    public Zap(Kernel kernel, Mm mm) {
        super(kernel, Step.class);
        this.mm = mm;
        pteUpdate = mm.platform.pteUpdate(kernel);
    }

    /** Removes the mapping in {@code entry}, if there is one, even a private copy, and leaves no marker: an unmapping. */
    public End zap(Entry entry) {
        return zap(entry, false, true);
    }

    /**
     * Removes the mapping in {@code entry}, if there is one, as far as the caller wants that.
     *
     * @param leaveMarker leave a marker where {@code userfaultfd} write-protects the page
     * @param evenCopies whether private copies go as well
     */
    public End zap(Entry entry, boolean leaveMarker, boolean evenCopies) {
        entry.lock.lock();
        long seen = entry.word.readOnce();
        Folio folio = Pte.isPresent(seen) ? mm.memMap.stableFolioOf(Pte.pfn(seen)) : null;
        boolean copy = folio != null && folio.mapping.readOnce() == Folio.ANON;
        if (folio == null || (copy && !evenCopies)) {
            entry.lock.unlock();
            return End.NOTHING;
        }
        long old = pteUpdate.getAndClear(entry);
        boolean dirty = Pte.has(old, Pte.DIRTY);
        boolean dirtiesFile = dirty && !copy;
        if (dirtiesFile && steps.has(Step.TRANSFER_DIRTY)) {
            folio.flags.testAndSetBit(Folio.DIRTY);
        }
        if (leaveMarker && Pte.has(seen, Pte.UFFD_WP)) {
            entry.word.writeOnce(Pte.uffdWpMarker());
        }
        boolean flushNow = dirtiesFile && steps.has(Step.FLUSH_UNDER_PTL);
        boolean uncountLate = dirtiesFile && steps.has(Step.UNCOUNT_AFTER_FLUSH);
        if (!uncountLate) {
            folio.uncountMapping();
        }
        if (flushNow) {
            mm.tlb.flush();
        }
        if (uncountLate) {
            folio.uncountMapping();
        }
        entry.lock.unlock();
        if (!flushNow) {
            mm.tlb.flush();
        }
        folio.put();
        return dirty ? End.ZAPPED_DIRTY : End.ZAPPED_CLEAN;
    }
}
