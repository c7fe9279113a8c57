// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagerace.mm.DiskFile;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.Pte;

/**
 * {@code folio_clear_dirty_for_io} and {@code folio_cancel_dirty}: takes the dirty mark off a folio and, for I/O, the write
 * permission off every entry that maps it. That ends the folio's writable epoch: the next store through an entry faults, and
 * the filesystem learns of it. A store through a pin does not.
 *
 * <p>Assumptions: the caller holds the folio lock.
 *
 * <p>Algorithm notes. A store through an entry is recorded in the entry's dirty bit only. So the entries are cleaned first and
 * what they knew is transferred to the folio, whose own mark goes last. A fault has to take the folio lock, or at least to wait
 * for it, between making the entry writable and marking the folio; otherwise the walk may miss the entry, and the mark be
 * cleared that the fault relies on.
 */
public class CleanFolio extends Operation<CleanFolio.Step> {
    /** The steps in which releases and mutants differ, in program order. */
    public enum Step {
        /** 2.6.19: clear the folio's mark first, and forget what the entries say. */
        CLEAR_FIRST,
        /** Write-protect and clean every entry. */
        MKCLEAN,
        /** Proposal (Jan Kara, 2018): leave an entry writable if its folio may be pinned, looked up under the cleared entry. */
        KEEP_PINNED_MAPPED,
        /** Mark the folio dirty if any entry was: 7658cc289288 (2.6.20). */
        TRANSFER,
        /** Proposal: with its entries clean, keep a folio dirty that may be pinned (Jan Kara's RFC of February 2023). */
        KEEP_PINNED_DIRTY,
        /** 2.6.19: cancelling the mark cleans the entries too, and forgets what they say. */
        CANCEL_MKCLEANS
    }

    /** What {@link #clearForIo} came to. */
    public enum End {
        /** Nothing to write. */
        WAS_CLEAN,
        /** The folio is clean now, and has to be written. */
        WAS_DIRTY,
        /** The folio may be pinned, and stays dirty. */
        KEPT_PINNED
    }

    /** What the walk over the entries found: the greater decides. */
    protected enum Found {
        /** Nobody can have stored. */
        NOTHING,
        /** Somebody may have stored, and can no longer. */
        DIRTY,
        /** Somebody may have stored, and still can. */
        KEPT
    }

    /** What it works on: see the constructor. */
    public final DiskFile file;

    public final List<Mm> mappings;
    public final @Nullable MmuNotifier notifier;
    protected final MarkDirty markDirty;

    /** Cleans folios of {@code file}, which {@code mappings} map at the first entry of their tables, found in that order. */
    public CleanFolio(Kernel kernel, DiskFile file, List<Mm> mappings) {
        this(kernel, file, mappings, null);
    }

    /** The same, where {@code notifier} is told of each entry that changes. */
    public CleanFolio(Kernel kernel, DiskFile file, List<Mm> mappings, @Nullable MmuNotifier notifier) {
        super(kernel, Step.class);
        this.file = file;
        this.mappings = mappings;
        this.notifier = notifier;
        markDirty = new MarkDirty(kernel, file, MarkDirty.UNLOCKED);
    }

    /** {@code folio_clear_dirty_for_io}. */
    public End clearForIo(Folio folio) {
        if (steps.has(Step.CLEAR_FIRST)) {
            boolean dirty = folio.testAndClearDirty();
            if (dirty && steps.has(Step.MKCLEAN)) {
                mkclean(folio);
            }
            return dirty ? End.WAS_DIRTY : End.WAS_CLEAN;
        }
        Found found = steps.has(Step.MKCLEAN) ? mkclean(folio) : Found.NOTHING;
        if (found != Found.NOTHING && steps.has(Step.TRANSFER)) {
            markDirty.mark(folio); // beside an entry that was kept, others may have been cleaned
        }
        if (found == Found.KEPT || (steps.has(Step.KEEP_PINNED_DIRTY) && folio.maybePinned())) {
            return End.KEPT_PINNED;
        }
        return folio.testAndClearDirty() ? End.WAS_DIRTY : End.WAS_CLEAN;
    }

    /** {@code folio_cancel_dirty}: the folio need not be written any more. */
    public void cancel(Folio folio) {
        if (folio.testAndClearDirty() && steps.has(Step.CANCEL_MKCLEANS)) {
            mkclean(folio);
        }
    }

    /** {@code folio_mkclean}. A folio that seems unmapped is skipped. */
    protected Found mkclean(Folio folio) {
        Found found = Found.NOTHING;
        if (folio.mapcount.readOnce() == 0) {
            return found;
        }
        file.inode.iMmapRwsem.readLock();
        for (Mm mm : mappings) {
            Found here = mkcleanOne(mm, folio);
            found = here.compareTo(found) > 0 ? here : found;
        }
        file.inode.iMmapRwsem.readUnlock();
        return found;
    }

    /** {@code page_vma_mkclean_one}: the notifier is told before the page-table lock is taken. */
    protected Found mkcleanOne(Mm mm, Folio folio) {
        Entry entry = mm.entry(0);
        if (notifier != null) {
            notifier.rangeStart();
        }
        entry.lock.lock();
        Found found = cleanEntry(mm, entry, folio);
        entry.lock.unlock();
        if (notifier != null) {
            notifier.rangeEnd();
        }
        return found;
    }

    /** Under the page-table lock: cleans {@code entry} of {@code mm} if it maps {@code folio} and may have been stored through. */
    protected Found cleanEntry(Mm mm, Entry entry, Folio folio) {
        long seen = entry.word.readOnce();
        if (!Pte.isPresent(seen) || Pte.pfn(seen) != folio.pfn || !Pte.has(seen, Pte.WRITE | Pte.DIRTY)) {
            return Found.NOTHING;
        }
        long old = mm.platform.pteUpdate(kernel).getAndClear(entry);
        mm.tlb.flushNow();
        boolean keep = false;
        if (steps.has(Step.KEEP_PINNED_MAPPED)) {
            // Pairs with GUP-fast's fence behind the pin: the entry is cleared before we look for pins. Here the flush
            // just before is fence enough; a flush that interrupts nobody need not be one.
            mm.machine.smpMb();
            keep = folio.maybePinned();
        }
        entry.word.writeOnce(keep ? old : old & ~(Pte.WRITE | Pte.DIRTY));
        return keep ? Found.KEPT : Found.DIRTY;
    }
}
