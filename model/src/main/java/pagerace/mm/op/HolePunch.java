// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagerace.mm.DiskFile;
import pagerace.mm.Folio;
import pagerace.mm.Inode;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.Steps;

/**
 * Removes all pages of a file: {@code shmem_fallocate} with {@code PUNCH_HOLE}, a truncation to nothing, or an invalidation of
 * pages that stay inside the file's size.
 *
 * <p>Assumptions: the inode's own lock, which keeps out other punches and truncations, is held and not modelled; one address
 * space maps the file. A truncation of a file on disk cancels what was to be written; an invalidation, which would have dirty
 * folios written first or leave them alone, takes them as they are. What the filesystem does with its blocks is not modelled.
 *
 * <p>Guarantees, when all steps of mainline are taken: afterwards no page table maps a page that has left the file.
 *
 * <p>Algorithm notes. The first zap is for speed: it empties the page tables in bulk, without any folio lock, so faults may
 * map pages again behind it. The second one is what counts: under the folio lock, and just before the folio leaves the file.
 */
public class HolePunch extends Operation<HolePunch.Step> {
    /** The steps in which releases and mutants differ, in program order. */
    public enum Step {
        /** A truncation: the file's size becomes zero first, private copies go as well, and nothing need be written any more. */
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

    /**
     * A truncation in {@code kernel}: its punch, but for what the two differ in. Since it unmaps a page once more under its lock,
     * it also zaps private copies once more.
     */
    public static Steps<Step> truncation(Kernel kernel) {
        Steps<Step> truncation = kernel.steps(Step.class).without(Step.PUBLISH).with(Step.TRUNCATE);
        return truncation.has(Step.SECOND_ZAP) ? truncation.with(Step.ZAP_COPIES_AFTER) : truncation;
    }

    /** {@code invalidate_inode_pages2} in {@code kernel}: pages inside the file's size go, each unmapped under its folio lock. */
    public static Steps<Step> invalidation(Kernel kernel) {
        Steps<Step> invalidation = Steps.of(Step.SECOND_ZAP, Step.SECOND_ZAP_SEES_PMD, Step.SECOND_PASS);
        return kernel.has(Step.COUNT) ? invalidation.with(Step.COUNT) : invalidation;
    }

    /**
     * What a punch came across.
     *
     * @param rezapped whether the second zap found a mapping
     * @param skipped whether the first pass skipped a locked folio
     */
    public record Punched(boolean rezapped, boolean skipped) {}

    /** What it works on: see the constructor. */
    public final Mm mm;

    public final Inode file;
    public final @Nullable DiskFile disk;
    protected final UnmapMapping unmap;
    protected final TruncateFolio truncate;

    /** Punches in {@code file}, which {@code mm} maps from the start of its table. */
    public HolePunch(Kernel kernel, Mm mm, Inode file) {
        this(kernel, mm, file, null, kernel.steps(Step.class));
    }

    /** The same in a file on disk. */
    public HolePunch(Kernel kernel, Mm mm, DiskFile file) {
        this(kernel, mm, file.inode, file, kernel.steps(Step.class));
    }

    /** A removal in {@code steps} that are no punch: {@link #truncation} or {@link #invalidation}. */
    public HolePunch(Kernel kernel, Mm mm, Inode file, @Nullable DiskFile disk, Steps<Step> steps) {
        super(kernel, steps);
        this.mm = mm;
        this.file = file;
        this.disk = disk;
        boolean truncates = steps.has(Step.TRUNCATE);
        Steps<UnmapMapping.Step> first = truncates ? UnmapMapping.TRUNCATION : UnmapMapping.PUNCH;
        if (steps.has(Step.COUNT)) {
            first = first.with(UnmapMapping.Step.COUNT);
        }
        // unmap_mapping_folio: the file's own page only, whatever the range zaps take with them
        Steps<UnmapMapping.Step> second = first.without(UnmapMapping.Step.EVEN_COPIES);
        if (!steps.has(Step.SECOND_ZAP_SEES_PMD)) {
            second = second.without(UnmapMapping.Step.SEE_PMD);
        }
        Zap zap = new Zap(kernel, mm);
        unmap = new UnmapMapping(kernel, mm, file, zap, first);
        UnmapMapping again = steps.has(Step.SECOND_ZAP) ? new UnmapMapping(kernel, mm, file, zap, second) : null;
        truncate = disk == null || !truncates
                ? new TruncateFolio(file, again)
                : new TruncateFolio(disk, new CleanFolio(kernel, disk, List.of(mm)), again);
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
                unmap.unmap(i, steps.has(Step.LEAVE_MARKERS));
            }
        }
        boolean rezapped = false;
        boolean skipped = false;
        for (int i = 0; i < file.pages(); i++) {
            int pfn = (int) file.slot(i).readDependent();
            if (pfn != 0 && mm.memMap.folioOf(pfn).tryGet()) {
                Folio folio = mm.memMap.stableFolioOf(pfn);
                if (steps.has(Step.ZERO_IN_PLACE)) {
                    zero(folio);
                } else if (folio.lock.tryLock()) {
                    rezapped |= truncate.truncateLocked(folio, i).unmapped();
                } else {
                    skipped = true;
                }
                folio.put();
            }
        }
        for (int i = 0; steps.has(Step.SECOND_PASS) && i < file.pages(); i++) {
            int pfn = (int) file.slot(i).readDependent();
            if (pfn != 0 && mm.memMap.folioOf(pfn).tryGet()) {
                Folio folio = mm.memMap.stableFolioOf(pfn);
                rezapped |= truncate.truncate(folio, i).unmapped();
                folio.put();
            }
        }
        if (steps.has(Step.ZAP_COPIES_AFTER)) {
            for (int i = 0; i < file.pages(); i++) {
                unmap.unmap(i, steps.has(Step.LEAVE_MARKERS));
            }
        }
        if (steps.has(Step.PUBLISH)) {
            publish(Inode.NO_PUNCH);
        }
        return new Punched(rezapped, skipped);
    }

    /** Publishes the record of this punch, or takes it back and wakes the faults that wait for that. */
    protected void publish(long record) {
        file.iLock.lock();
        file.iPrivate.writeOnce(record);
        file.iLock.unlock();
    }

    /** The hole's edge: {@code truncate_inode_partial_folio} whose split fails. */
    private static void zero(Folio folio) {
        folio.lock.lock();
        folio.data.writeOnce(0);
        folio.lock.unlock();
    }
}
