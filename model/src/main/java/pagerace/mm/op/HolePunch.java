// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.machine.Machine;
import pagerace.mm.Folio;
import pagerace.mm.Inode;
import pagerace.mm.MemMap;
import pagerace.mm.Mm;
import pagerace.mm.PageTable;
import pagerace.mm.Platform;

/**
 * Removes all pages of a file: {@code shmem_fallocate} with {@code PUNCH_HOLE}, a truncation to nothing, or an invalidation of
 * pages that stay inside the file's size.
 *
 * <p>Assumptions: the inode's own lock, which keeps out other punches and truncations, is held and not modelled; one address
 * space maps the file. What the filesystem does with its blocks and its dirty folios is not modelled.
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
        /** A punch in shmem: published in {@code i_private} for as long as it lasts. */
        PUBLISH,
        /** Before 2.6.23: each unmapping of a range counts, so that faults notice. */
        COUNT,
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
    public static final Steps<Step> MAINLINE = Steps.of(
            Step.PUBLISH,
            Step.FIRST_ZAP,
            Step.LEAVE_MARKERS,
            Step.SECOND_ZAP,
            Step.SECOND_ZAP_SEES_PMD,
            Step.SECOND_PASS);
    /** A truncation in the present kernel. */
    public static final Steps<Step> TRUNCATION =
            MAINLINE.without(Step.PUBLISH).with(Step.TRUNCATE).with(Step.ZAP_COPIES_AFTER);
    /** {@code invalidate_inode_pages2}: pages inside the file's size go, each unmapped under its folio lock. */
    public static final Steps<Step> INVALIDATION =
            Steps.of(Step.SECOND_ZAP, Step.SECOND_ZAP_SEES_PMD, Step.SECOND_PASS);

    /**
     * What a punch came across.
     *
     * @param rezapped whether the second zap found a mapping
     * @param skipped whether the first pass skipped a locked folio
     */
    public record Punched(boolean rezapped, boolean skipped) {}

    private final Machine machine;
    private final Mm mm;
    private final MemMap memMap;
    private final Inode file;
    private final Zap zap;
    private final Steps<Step> steps;

    /** Punches in {@code file}, which {@code mm} maps from the start of its table. */
    public HolePunch(Machine machine, Mm mm, MemMap memMap, Inode file, Platform platform, Steps<Step> steps) {
        this.machine = machine;
        this.mm = mm;
        this.memMap = memMap;
        this.file = file;
        this.zap = new Zap(mm, memMap, platform, Zap.V6_2);
        this.steps = steps;
    }

    /** Punches all pages out. */
    public Punched punch() {
        if (steps.has(Step.TRUNCATE)) {
            file.size.writeOnce(0);
        }
        if (steps.has(Step.PUBLISH)) {
            publish(Inode.PUNCHING);
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
        if (steps.has(Step.PUBLISH)) {
            publish(Inode.NO_PUNCH);
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
        count();
        zapRange(index, leaveMarker, true);
        file.iMmapRwsem.readUnlock();
    }

    private void count() {
        if (steps.has(Step.COUNT)) {
            machine.smpWmb(); // pairs with the acquire of a fault's first sample: the size before the count
            file.truncateCount.writeOnce(file.truncateCount.readOnce() + 1);
        }
    }

    /** {@code zap_pmd_range}: the entry of the table, or the leaf that stands in its place. */
    private void zapRange(int index, boolean leaveMarker, boolean seesPmd) {
        boolean evenCopies = steps.has(Step.TRUNCATE); // a private copy is the process's own: a punch leaves it alone
        if (mm.table.pmd.readOnce() == PageTable.TABLE) {
            zap.zap(mm.table.pte(index), leaveMarker, evenCopies);
        } else if (seesPmd) {
            zap.zap(mm.table.pmd, false, evenCopies);
        }
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
        if (file.owns(folio)) {
            if (steps.has(Step.SECOND_ZAP) && folio.mapcount.readOnce() > 0) {
                mapped = true;
                file.iMmapRwsem.readLock();
                count();
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
