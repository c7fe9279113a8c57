// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.machine.SpinLock;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.Inode;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.Pte;

/**
 * {@code filemap_map_pages}: a read fault maps the neighbours that are in the page cache anyway, without waiting for anything
 * but the page-table lock. The order is that of 6.12: since 6.13 or 6.14 the reference comes before the first look at the folio lock, and
 * the newest kernels drop the reference of a folio that they do not map before they unlock it.
 *
 * <p>Guarantees, when all steps of mainline are taken: a page that it maps was in the page cache, and one who removes it
 * afterwards finds the mapping. It never blocks on a folio lock, since it holds the page-table lock for the whole window.
 */
public class FaultAround extends Operation<FaultAround.Step> {
    /** The steps in which releases and mutants differ, in program order. */
    public enum Step {
        /** Proposal: leave everything alone while a punch is published in {@code i_private}. */
        HEED_PUNCH,
        /** Lock each folio, without waiting. */
        TRYLOCK_FOLIO,
        /** Mutant: wait for the folio lock. */
        WAIT_FOR_FOLIO_LOCK,
        /** With the folio locked, check that it still belongs to the file. */
        RECHECK_MAPPING,
        /** Map a large folio by a PMD entry. */
        MAP_PMD,
        /** Fill an entry only if it is none. */
        CHECK_NONE,
        /** Proposal: map read-only, so that a first store is notified ({@code page_mkwrite}). */
        MAP_READ_ONLY
    }

    /** What it works on: see the constructor. */
    public final Mm mm;

    public final Inode file;

    /** Fault-around in {@code mm}, whose table maps {@code file} from its first page on. */
    public FaultAround(Kernel kernel, Mm mm, Inode file) {
        super(kernel, Step.class);
        this.mm = mm;
        this.file = file;
    }

    /**
     * Maps what it can of all pages of the file.
     *
     * @param index the page whose end is returned
     */
    public FaultEnd mapPages(int index) {
        if (steps.has(Step.HEED_PUNCH) && file.iPrivate.readOnce() != Inode.NO_PUNCH) {
            return FaultEnd.SKIPPED_PUNCH;
        }
        FaultEnd result = FaultEnd.SKIPPED_EMPTY;
        SpinLock held = null;
        for (int i = 0; i < file.pages(); i++) {
            FaultEnd end = FaultEnd.SKIPPED_EMPTY;
            int pfn = (int) file.slot(i).readDependent();
            if (pfn != 0) {
                Folio folio = mm.memMap.folioOf(pfn);
                end = grab(folio, i, pfn);
                if (end == FaultEnd.MAPPED) {
                    Entry entry = entryFor(folio, i);
                    if (held == null) {
                        held = entry.lock; // once for the window: the next folios are locked while it is held
                        held.lock();
                    }
                    end = install(folio, entry);
                    unlockFolio(folio);
                    if (end != FaultEnd.MAPPED) {
                        folio.put();
                    }
                }
            }
            if (i == index) {
                result = end;
            }
        }
        if (held != null) {
            held.unlock();
        }
        return result;
    }

    /** {@code next_uptodate_folio}: {@link FaultEnd#MAPPED} if the folio is referenced, locked and may be mapped. */
    protected FaultEnd grab(Folio folio, int index, int pfn) {
        if (!steps.has(Step.WAIT_FOR_FOLIO_LOCK) && folio.lock.isLocked()) {
            return FaultEnd.SKIPPED_LOCKED;
        }
        if (!folio.tryGet()) {
            return FaultEnd.SKIPPED_MOVED;
        }
        if (file.slot(index).readOnce() != pfn) {
            folio.put();
            return FaultEnd.SKIPPED_MOVED;
        }
        if (!lockFolio(folio)) {
            folio.put();
            return FaultEnd.SKIPPED_LOCKED;
        }
        if ((steps.has(Step.RECHECK_MAPPING) && !file.owns(folio))
                || !folio.test(Folio.UPTODATE)
                || index >= file.size.readOnce()) {
            unlockFolio(folio);
            folio.put();
            return FaultEnd.SKIPPED_TRUNCATED;
        }
        return FaultEnd.MAPPED;
    }

    /** Where {@code folio}, page {@code index} of the file, is mapped. */
    protected Entry entryFor(Folio folio, int index) {
        return steps.has(Step.MAP_PMD) && folio.large ? mm.table.pmd() : mm.entry(index);
    }

    /**
     * Under the page-table lock of {@code entry}: maps {@code folio} there, which is referenced and locked. Unless {@link
     * FaultEnd#MAPPED}, nothing was changed.
     */
    protected FaultEnd install(Folio folio, Entry entry) {
        if (steps.has(Step.CHECK_NONE) && !Pte.isNone(entry.word.readOnce())) {
            return FaultEnd.SKIPPED_PRESENT;
        }
        folio.mapcount.add(1); // before the entry: the next holder of the folio lock must find the mapping
        entry.word.writeOnce(Pte.present(folio.pfn, Pte.ACCESSED | (steps.has(Step.MAP_READ_ONLY) ? 0 : Pte.WRITE)));
        return FaultEnd.MAPPED;
    }

    /** Whether the folio is locked now, as far as the steps have it locked. */
    protected boolean lockFolio(Folio folio) {
        if (steps.has(Step.WAIT_FOR_FOLIO_LOCK)) {
            folio.lock.lock();
            return true;
        }
        return !steps.has(Step.TRYLOCK_FOLIO) || folio.lock.tryLock();
    }

    /** Undoes {@link #lockFolio}. */
    protected void unlockFolio(Folio folio) {
        if (steps.has(Step.WAIT_FOR_FOLIO_LOCK) || steps.has(Step.TRYLOCK_FOLIO)) {
            folio.lock.unlock();
        }
    }
}
