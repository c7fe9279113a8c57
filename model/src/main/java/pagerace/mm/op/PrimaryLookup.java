// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.machine.Machine;
import pagerace.mm.MemMap;
import pagerace.mm.Mm;
import pagerace.mm.Pte;

/** How a secondary fault learns which page the primary page table maps. */
public class PrimaryLookup {
    /** The page frame number of no page. */
    public static final int NOTHING = 0;

    /** By which means. */
    public enum How {
        /** Under the page-table lock, without a reference: {@code follow_pfnmap_start}. */
        UNDER_PTL,
        /**
         * By a read without the page-table lock and without a reference: {@code hmm_range_fault}. The {@code mmap_lock} that
         * it holds for reading keeps out neither reclaim nor migration, and is no fence.
         */
        LOCKLESS,
        /** By {@link GupFast}, with a reference that is given back once the secondary entry is there. */
        GUP_FAST
    }

    protected final Mm mm;
    protected final MemMap memMap;
    protected final GupFast gupFast;
    protected final How how;

    /** Lookups in {@code mm}. */
    public PrimaryLookup(Machine machine, Mm mm, MemMap memMap, How how) {
        this.mm = mm;
        this.memMap = memMap;
        this.gupFast = new GupFast(machine, mm, memMap, GupFast.V6_1);
        this.how = how;
    }

    /** The same operation, for a subclass that changes some of it. */
    protected PrimaryLookup(PrimaryLookup original) {
        this.mm = original.mm;
        this.memMap = original.memMap;
        this.gupFast = original.gupFast;
        this.how = original.how;
    }

    /** The page that the entry at {@code index} maps, writable, or {@link #NOTHING}. */
    public int find(int cpu, int index) {
        return switch (how) {
            case UNDER_PTL -> {
                mm.table.ptl(index).lock();
                long pte = mm.table.pte(index).readOnce();
                mm.table.ptl(index).unlock();
                yield pageOf(pte);
            }
            case LOCKLESS -> {
                mm.mmapLock.readLock();
                long pte = mm.table.pte(index).readOnce();
                mm.mmapLock.readUnlock();
                yield pageOf(pte);
            }
            case GUP_FAST -> gupFast.grab(cpu, index, GupFast.FOLL_WRITE).pfn();
        };
    }

    /** Gives back what {@link #find} may hold of {@code pfn}; not for {@link #NOTHING}. */
    public void release(int pfn) {
        if (how == How.GUP_FAST) {
            memMap.stableFolioOf(pfn).put();
        }
    }

    private static int pageOf(long pte) {
        return Pte.isWritable(pte) ? Pte.pfn(pte) : NOTHING;
    }
}
