// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import org.jspecify.annotations.Nullable;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.FreeFolios;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.Pte;
import pagerace.mm.SwapSpace;

/**
 * {@code do_wp_page}: a write, or a request to unshare, met a present read-only entry of an anonymous private mapping.
 *
 * <p>Assumptions: the caller holds {@code mmap_lock} for reading; {@code spares} belong to the faulting actor.
 *
 * <p>Guarantees: the entry is looked at and changed under the page-table lock only; if it is no longer what the fault saw,
 * nothing happens and the access is tried again.
 */
public class WriteFault {
    /** How it ended. */
    public enum End {
        /** The page was made writable, or exclusive for an unshare request, in place. */
        REUSED,
        /** The entry now maps a copy. A holder of the old page no longer sees what the CPU writes. */
        COPIED,
        /** Nothing was done: the entry had changed. */
        RETRY
    }

    /** With more references than this no reuse is possible: the mapping's, the swap cache's, a per-CPU LRU batch's. */
    private static final long MAX_REFERENCES_FOR_REUSE = 3;

    /** Whose kernel it is, and what it works on: see the constructor. */
    public final Kernel kernel;

    public final Mm mm;
    public final @Nullable SwapSpace swap;
    public final FreeFolios spares;
    protected final ReuseRule rule;

    /** Write faults in {@code mm}; {@code swap} is null where nothing is ever swapped. */
    public WriteFault(Kernel kernel, Mm mm, @Nullable SwapSpace swap, FreeFolios spares) {
        this.kernel = kernel;
        this.mm = mm;
        this.swap = swap;
        this.spares = spares;
        rule = kernel.policy(ReuseRule.MAPCOUNT);
    }

    /**
     * Handles the fault on {@code entry}.
     *
     * @param seen what the entry held as the access saw it
     * @param unshare {@code FAULT_FLAG_UNSHARE}: the page must become exclusive, but stays read-only
     */
    public End handle(Entry entry, long seen, boolean unshare) {
        entry.lock.lock();
        if (entry.word.readOnce() != seen) {
            entry.lock.unlock();
            return End.RETRY;
        }
        Folio folio = mm.memMap.stableFolioOf(Pte.pfn(seen));
        if (mayReuse(folio)) {
            if (rule == ReuseRule.EXCLUSIVE) {
                folio.flags.or(Folio.ANON_EXCLUSIVE);
            }
            if (!unshare) {
                entry.word.writeOnce(seen | Pte.WRITE | Pte.DIRTY | Pte.ACCESSED);
            }
            entry.lock.unlock();
            return End.REUSED;
        }
        folio.refcount.add(1); // keeps the old page while it is copied without the lock
        entry.lock.unlock();
        End end = copy(entry, seen, folio, unshare);
        folio.put();
        return end;
    }

    /** Maps a copy of {@code folio}, which is referenced, unless the entry is no longer {@code seen}. */
    protected End copy(Entry entry, long seen, Folio folio, boolean unshare) {
        long content = folio.data.readOnce();
        entry.lock.lock();
        if (entry.word.readOnce() != seen) {
            entry.lock.unlock();
            return End.RETRY;
        }
        Folio copy = spares.take();
        copy.allocateAnon(content, rule == ReuseRule.EXCLUSIVE);
        copy.mapcount.writeOnce(1);
        entry.word.writeOnce(Pte.NONE);
        mm.tlb.flushNow();
        entry.word.writeOnce(Pte.present(copy.pfn, Pte.ACCESSED | (unshare ? 0 : Pte.WRITE | Pte.DIRTY)));
        folio.uncountMapping();
        entry.lock.unlock();
        folio.put();
        return End.COPIED;
    }

    /** Under the page-table lock: whether nobody but this mapping can notice what is stored to {@code folio}. */
    protected boolean mayReuse(Folio folio) {
        return switch (rule) {
            case MAPCOUNT -> folio.mapcount.readOnce() + swapEntries(folio) == 1;
            case REFCOUNT -> folio.refcount.readOnce() == 1 && holdsOnlyReference(folio, false);
            case REFCOUNT_WITHOUT_SWAPCACHE -> holdsOnlyReference(folio, true);
            case EXCLUSIVE -> folio.test(Folio.ANON_EXCLUSIVE) || holdsOnlyReference(folio, true);
        };
    }

    private long swapEntries(Folio folio) {
        return swap != null && folio.test(Folio.SWAPCACHE) ? swap.count.readOnce() : 0;
    }

    /** {@code wp_can_reuse_anon_folio}: the folio lock keeps the swap cache from taking references meanwhile. */
    protected boolean holdsOnlyReference(Folio folio, boolean tryFreeSwap) {
        long references = folio.refcount.readOnce();
        if (references > MAX_REFERENCES_FOR_REUSE
                || references > 1 + (folio.test(Folio.SWAPCACHE) ? 1 : 0)
                || !folio.lock.tryLock()) {
            return false;
        }
        if (tryFreeSwap && swap != null) {
            swap.tryFree(folio);
        }
        boolean only = folio.refcount.readOnce() == 1;
        folio.lock.unlock();
        return only;
    }
}
