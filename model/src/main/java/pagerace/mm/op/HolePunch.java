// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.machine.Word;
import pagerace.mm.Folio;
import pagerace.mm.MemMap;
import pagerace.mm.Mm;
import pagerace.mm.PageTable;
import pagerace.mm.Platform;
import pagerace.mm.Pte;
import pagerace.mm.ShmemFile;

/**
 * Removes all pages of a shmem file: {@code shmem_fallocate} with {@code PUNCH_HOLE}, or a truncation to nothing.
 *
 * <p>Assumptions: the inode's own lock, which keeps out other punches and truncations, is held and not modelled; one address
 * space maps the file.
 *
 * <p>Guarantees, when all steps of mainline are taken: afterwards no page table maps a page that has left the file.
 *
 * <p>Algorithm notes. The first zap is for speed: it empties the page tables in bulk, without any folio lock, so faults may
 * map pages again behind it. The second one is what counts: under the folio lock, and just before the folio leaves the file.
 */
public final class HolePunch {
    /** The steps in which releases and mutants differ, in program order. */
    public enum Step {
        /** A truncation: the file's size becomes zero first, and private copies go as well. */
        TRUNCATE,
        /** Zap the whole range first, without folio locks. */
        FIRST_ZAP,
        /** That zap leaves markers which remember {@code uffd-wp}: 999dad824c39 (5.19). */
        LEAVE_MARKERS,
        /** Zap again under the folio lock if the folio is mapped. */
        SECOND_ZAP,
        /** That zap sees PMD entries. */
        SECOND_ZAP_SEES_PMD,
        /** A second pass from the start, which waits for folios that were locked in the first. */
        SECOND_PASS,
        /** The hole ends inside a large folio that cannot be split: its bytes are zeroed, and it stays. */
        ZERO_IN_PLACE,
        /** A truncation zaps a third time, for private copies made meanwhile. */
        ZAP_COPIES_AFTER
    }

    /** A punch in the present kernel. */
    public static final Steps<Step> MAINLINE =
            Steps.of(Step.FIRST_ZAP, Step.LEAVE_MARKERS, Step.SECOND_ZAP, Step.SECOND_ZAP_SEES_PMD, Step.SECOND_PASS);
    /** A truncation in the present kernel. */
    public static final Steps<Step> TRUNCATION = MAINLINE.with(Step.TRUNCATE).with(Step.ZAP_COPIES_AFTER);

    /**
     * What a punch came across.
     *
     * @param rezapped whether the second zap found a mapping
     * @param skipped whether the first pass skipped a locked folio
     */
    public record Punched(boolean rezapped, boolean skipped) {}

    private final Mm mm;
    private final MemMap memMap;
    private final ShmemFile file;
    private final Platform platform;
    private final Steps<Step> steps;

    /** Punches in {@code file}, which {@code mm} maps from the start of its table. */
    public HolePunch(Mm mm, MemMap memMap, ShmemFile file, Platform platform, Steps<Step> steps) {
        this.mm = mm;
        this.memMap = memMap;
        this.file = file;
        this.platform = platform;
        this.steps = steps;
    }

    /** Punches all pages out. */
    public Punched punch() {
        if (steps.has(Step.TRUNCATE)) {
            file.size.writeOnce(0);
        } else {
            publish(ShmemFile.PUNCHING);
        }
        if (steps.has(Step.FIRST_ZAP)) {
            for (int i = 0; i < file.pages(); i++) {
                zap(i, steps.has(Step.LEAVE_MARKERS));
            }
        }
        boolean rezapped = false;
        boolean skipped = false;
        for (int i = 0; i < file.pages(); i++) {
            int pfn = (int) file.slot(i).readDependent();
            if (pfn != 0 && memMap.folioOf(pfn).tryGet()) {
                Folio folio = memMap.stableFolioOf(pfn);
                if (steps.has(Step.ZERO_IN_PLACE)) {
                    zero(folio);
                } else if (folio.lock.tryLock()) {
                    rezapped |= truncate(folio, i);
                } else {
                    skipped = true;
                }
                folio.put();
            }
        }
        for (int i = 0; steps.has(Step.SECOND_PASS) && i < file.pages(); i++) {
            int pfn = (int) file.slot(i).readDependent();
            if (pfn != 0 && memMap.folioOf(pfn).tryGet()) {
                Folio folio = memMap.stableFolioOf(pfn);
                folio.lock.lock();
                rezapped |= truncate(folio, i);
                folio.put();
            }
        }
        if (steps.has(Step.ZAP_COPIES_AFTER)) {
            for (int i = 0; i < file.pages(); i++) {
                zap(i, false);
            }
        }
        if (!steps.has(Step.TRUNCATE)) {
            publish(ShmemFile.NO_PUNCH);
        }
        return new Punched(rezapped, skipped);
    }

    /** Publishes the record of this punch, or takes it back and wakes whoever waits for that. */
    private void publish(long record) {
        file.iLock.lock();
        file.iPrivate.writeOnce(record);
        file.iLock.unlock();
    }

    /** {@code unmap_mapping_range} for one page. */
    private void zap(int index, boolean leaveMarker) {
        file.iMmapRwsem.readLock();
        zapRange(index, leaveMarker, true);
        file.iMmapRwsem.readUnlock();
    }

    /** {@code zap_pmd_range}: the entry of the table, or the leaf that stands in its place. */
    private void zapRange(int index, boolean leaveMarker, boolean seesPmd) {
        if (mm.table.pmd.readOnce() == PageTable.TABLE) {
            zapEntry(mm.table.pte(index), leaveMarker);
        } else if (seesPmd) {
            zapEntry(mm.table.pmd, false);
        }
    }

    /** {@code zap_present_ptes}: the mapping's reference goes only after the flush. */
    private void zapEntry(Word entry, boolean leaveMarker) {
        mm.table.ptl.lock();
        long seen = entry.readOnce();
        if (!Pte.isPresent(seen)) {
            mm.table.ptl.unlock();
            return;
        }
        Folio folio = memMap.stableFolioOf(Pte.pfn(seen));
        if (folio.mapping.readOnce() == Folio.ANON && !steps.has(Step.TRUNCATE)) {
            mm.table.ptl.unlock(); // a private copy is the process's own: a punch leaves it alone
            return;
        }
        platform.pteUpdate().getAndClear(entry);
        if (leaveMarker && Pte.has(seen, Pte.UFFD_WP)) {
            entry.writeOnce(Pte.uffdWpMarker());
        }
        folio.mapcount.add(-1);
        mm.tlb.flush();
        mm.table.ptl.unlock();
        folio.put();
    }

    /** The hole's edge: {@code truncate_inode_partial_folio} whose split fails. */
    private static void zero(Folio folio) {
        folio.lock.lock();
        folio.data.writeOnce(0);
        folio.lock.unlock();
    }

    /** {@code truncate_inode_folio} on a locked folio; unlocks it. Whether it had to be zapped. */
    private boolean truncate(Folio folio, int index) {
        boolean mapped = false;
        if (folio.mapping.readOnce() == Folio.SHMEM) {
            if (steps.has(Step.SECOND_ZAP) && folio.mapcount.readOnce() > 0) {
                mapped = true;
                file.iMmapRwsem.readLock();
                zapRange(index, false, steps.has(Step.SECOND_ZAP_SEES_PMD));
                file.iMmapRwsem.readUnlock();
            }
            file.remove(index, folio);
            folio.lock.unlock();
            folio.put();
        } else {
            folio.lock.unlock();
        }
        return mapped;
    }
}
