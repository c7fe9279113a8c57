// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.mm.Entry;
import pagerace.mm.Kernel;
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

    /** Whose kernel it is, and what it works on: see the constructor. */
    public final Kernel kernel;

    public final Mm mm;
    public final How how;
    protected final GupFast gupFast;

    /** Lookups in {@code mm}. */
    public PrimaryLookup(Kernel kernel, Mm mm, How how) {
        this.kernel = kernel;
        this.mm = mm;
        this.how = how;
        gupFast = new GupFast(kernel, mm);
    }

    /** The page that {@code entry} maps, writable, or {@link #NOTHING}. */
    public int find(int cpu, Entry entry) {
        return switch (how) {
            case UNDER_PTL -> {
                entry.lock.lock();
                long pte = entry.word.readOnce();
                entry.lock.unlock();
                yield pageOf(pte);
            }
            case LOCKLESS -> {
                mm.mmapLock.readLock();
                long pte = entry.word.readOnce();
                mm.mmapLock.readUnlock();
                yield pageOf(pte);
            }
            case GUP_FAST -> gupFast.grab(cpu, entry, GupFast.FOLL_WRITE).pfn();
        };
    }

    /** Gives back what {@link #find} may hold of {@code pfn}; not for {@link #NOTHING}. */
    public void release(int pfn) {
        if (how == How.GUP_FAST) {
            mm.memMap.stableFolioOf(pfn).put();
        }
    }

    private static int pageOf(long pte) {
        return Pte.isWritable(pte) ? Pte.pfn(pte) : NOTHING;
    }
}
