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
 * {@code do_swap_page}: an access met a swap entry.
 *
 * <p>Assumptions: the caller holds {@code mmap_lock} for reading; {@code spares} belong to the faulting actor.
 *
 * <p>Guarantees: the page is mapped again, and whether it may be mapped writable is decided under the page-table lock. A
 * page that was exclusive before it was swapped out comes back writable even on a read fault, if the entry remembers that.
 */
public class SwapIn {
    /** How it ended. */
    public enum End {
        /** The page is mapped writable. */
        MAPPED_WRITABLE,
        /** The page is mapped read-only. */
        MAPPED_READ_ONLY,
        /** Nothing was done: the entry had changed. */
        RETRY
    }

    /** The references of a folio in the swap cache that only this fault has found. */
    private static final long CACHE_AND_FAULT = 2;

    /** Whose kernel it is, and what it works on: see the constructor. */
    public final Kernel kernel;

    public final Mm mm;
    public final SwapSpace swap;
    public final FreeFolios spares;
    protected final ReuseRule rule;

    /**
     * Swap-ins in {@code mm}. Up to 5.17 they reuse by the map count whatever the write fault does, which both {@link
     * ReuseRule#MAPCOUNT} and {@link ReuseRule#REFCOUNT} therefore mean here.
     */
    public SwapIn(Kernel kernel, Mm mm, SwapSpace swap, FreeFolios spares) {
        this.kernel = kernel;
        this.mm = mm;
        this.swap = swap;
        this.spares = spares;
        rule = kernel.policy(ReuseRule.MAPCOUNT);
    }

    /**
     * Handles the fault on {@code entry}.
     *
     * @param seen the swap entry as the access saw it
     * @param write whether the access is a store
     */
    public End handle(Entry entry, long seen, boolean write) {
        Folio cached = lookup();
        Folio folio = cached == null ? readIn() : cached;
        folio.lock.lock();
        if (cached != null && !folio.test(Folio.SWAPCACHE)) { // folio_matches_swap_entry
            folio.lock.unlock();
            folio.put();
            return End.RETRY;
        }
        entry.lock.lock();
        if (entry.word.readOnce() != seen) {
            entry.lock.unlock();
            folio.lock.unlock();
            folio.put();
            return End.RETRY;
        }
        boolean exclusive =
                rule == ReuseRule.EXCLUSIVE && (Pte.has(seen, Pte.EXCLUSIVE) || !folio.test(Folio.SWAPCACHE));
        if (folio.test(Folio.WRITEBACK) && swap.stableWrites) {
            exclusive = false; // the device must see the page unchanged, so the next store has to fault
        }
        boolean writable = mayMapWritable(folio, exclusive, write);
        if (writable && rule == ReuseRule.EXCLUSIVE) {
            folio.flags.or(Folio.ANON_EXCLUSIVE);
        }
        folio.mapcount.add(1);
        entry.word.writeOnce(Pte.present(
                folio.pfn, Pte.ACCESSED | (writable ? Pte.WRITE : 0) | (writable && write ? Pte.DIRTY : 0)));
        folio.lock
                .unlock(); // while the entry is locked: once it is not, somebody may zap it, and with it our reference
        entry.lock.unlock();
        return writable ? End.MAPPED_WRITABLE : End.MAPPED_READ_ONLY;
    }

    /** The folio in the swap cache with a reference for the new mapping; null if there is none. */
    protected @Nullable Folio lookup() {
        long cached = swap.cache.readDependent();
        if (cached != 0) {
            Folio folio = mm.memMap.stableFolioOf((int) cached);
            if (folio.tryGet()) {
                if (swap.cache.readOnce() == cached) {
                    return folio;
                }
                folio.put();
            }
        }
        return null;
    }

    /** A fresh folio with what is on the device. */
    protected Folio readIn() {
        Folio fresh = spares.take();
        fresh.allocateAnon(swap.disk.readOnce(), false);
        return fresh;
    }

    /** Whether the page may be mapped writable; frees the swap entry, and with luck the slot. */
    protected boolean mayMapWritable(Folio folio, boolean exclusive, boolean write) {
        switch (rule) {
            case MAPCOUNT, REFCOUNT -> {
                // reuse_swap_page: this fault's own swap entry still counts as the one user; nobody asks for
                // references.
                boolean reuse = write && folio.mapcount.readOnce() + swap.count.readOnce() == 1;
                swap.count.add(-1);
                if (reuse) {
                    swap.tryFree(folio);
                }
                return reuse;
            }
            case REFCOUNT_WITHOUT_SWAPCACHE -> {
                swap.count.add(-1);
                tryFreeSwap(folio, write);
                return write && folio.refcount.readOnce() == 1;
            }
            default -> {
                swap.count.add(-1);
                tryFreeSwap(folio, write);
                return exclusive || folio.refcount.readOnce() == 1;
            }
        }
    }

    /** {@code should_try_to_free_swap}: a store to a page that only the swap cache and this fault hold needs no slot any more. */
    private void tryFreeSwap(Folio folio, boolean write) {
        if (write && folio.refcount.readOnce() == CACHE_AND_FAULT) {
            swap.tryFree(folio);
        }
    }
}
