// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.mm.Inode;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.PageTable;
import pagerace.mm.Steps;

/**
 * {@code unmap_mapping_range} and {@code unmap_mapping_folio}, for one page: zaps what maps that page of a file.
 *
 * <p>Assumptions: one address space maps the file, from the start of its table.
 *
 * <p>Guarantees, when all steps are taken: what was mapped before the call is not mapped afterwards. Without the folio lock a
 * fault may map the page again at once.
 */
public class UnmapMapping extends Operation<UnmapMapping.Step> {
    /** The steps in which callers, releases and mutants differ, in program order. */
    public enum Step {
        /** Before 2.6.23: each unmapping of a range counts, so that faults notice. */
        COUNT,
        /** Private copies go as well: they are the process's own, and only a truncation takes them. */
        EVEN_COPIES,
        /** See a PMD entry that maps the page where there is no table. */
        SEE_PMD
    }

    /** Whose file keeps its size. */
    public static final Steps<Step> PUNCH = Steps.of(Step.SEE_PMD);
    /** Whose file gets shorter. */
    public static final Steps<Step> TRUNCATION = PUNCH.with(Step.EVEN_COPIES);

    /** What it works on: see the constructor. */
    public final Mm mm;

    public final Inode file;
    public final Zap zap;

    /** Unmaps {@code file} from {@code mm}, in which {@code zap} zaps. */
    public UnmapMapping(Kernel kernel, Mm mm, Inode file, Zap zap, Steps<Step> steps) {
        super(kernel, steps);
        this.mm = mm;
        this.file = file;
        this.zap = zap;
    }

    /**
     * Unmaps page {@code index}.
     *
     * @param leaveMarker leave a marker where {@code userfaultfd} write-protects the page
     */
    public void unmap(int index, boolean leaveMarker) {
        file.iMmapRwsem.readLock();
        if (steps.has(Step.COUNT)) {
            // Pairs with the acquire of a fault's first sample (SharedWriteFault): the size before the count. A full
            // fence behind the count, which the kernel had for tables that are not there, is the page-table lock's
            // here.
            mm.machine.smpWmb();
            file.truncateCount.writeOnce(file.truncateCount.readOnce() + 1);
        }
        zapRange(index, leaveMarker);
        file.iMmapRwsem.readUnlock();
    }

    /** {@code zap_pmd_range}: the entry of the table, or the leaf that stands in its place. */
    protected void zapRange(int index, boolean leaveMarker) {
        boolean evenCopies = steps.has(Step.EVEN_COPIES);
        if (mm.table.pmd().word.readOnce() == PageTable.TABLE) {
            zap.zap(mm.entry(index), leaveMarker, evenCopies);
        } else if (steps.has(Step.SEE_PMD)) {
            zap.zap(mm.table.pmd(), false, evenCopies); // markers are for entries of tables
        }
    }
}
