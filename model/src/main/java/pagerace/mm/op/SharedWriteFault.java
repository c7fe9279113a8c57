// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.mm.DiskFile;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.Pte;
import pagerace.mm.Steps;

/**
 * {@code do_shared_fault} and {@code wp_page_shared}: a store met an entry of a shared file mapping that does not let it
 * through. The filesystem is asked ({@code page_mkwrite}), then the entry becomes writable, then the folio is marked dirty.
 *
 * <p>Assumptions: the caller holds {@code mmap_lock} for reading. A new mapping is counted before its entry is set, as since about
 * 2.6.28; until then the entry came first, then the mapcount and the reference, all under the page-table lock. So whoever reads the
 * mapcount without that lock could meet a writable entry that is not counted yet. Under the folio lock nobody does.
 *
 * <p>Guarantees, when all steps of mainline are taken: while the entry is writable the folio belongs to the file and the
 * filesystem has agreed to its being dirtied. {@code page_mkwrite} returns with the folio locked, and the lock is held until the
 * folio is marked, so neither truncation nor writeback gets in between.
 */
public class SharedWriteFault extends Operation<SharedWriteFault.Step> {
    /** The steps in which releases and mutants differ, in program order. */
    public enum Step {
        /** Before 2.6.23, for a page that is missing: sample a count of truncations, and compare it under the page-table lock. */
        TRUNCATE_COUNT,
        /** Ask the filesystem: it takes the folio lock, looks whether the folio is still its own, and reserves. */
        PAGE_MKWRITE,
        /** {@code page_mkwrite} waits until the folio is not being written, for a filesystem that needs stable pages. */
        WAIT_STABLE,
        /** {@code page_mkwrite} returns with the folio locked: b827e496c893 (2.6.30). */
        RETURN_LOCKED,
        /**
         * Where it does not, and the page was missing, take the folio lock and look whether the folio still has a mapping:
         * d00806b18315 (2.6.23). {@code do_wp_page} compares the entry only.
         */
        RELOCK,
        /** Make the entry writable only if it is what the fault saw. */
        RECHECK_PTE,
        /**
         * Hold a reference of the fault's own until the folio is marked, if the page was missing: d08b3851da41 (2.6.19), up to 3.14.
         * Without it the reference of the new mapping has to last that long. It had to up to 2.6.29, where the folio was unlocked first;
         * since b827e496c893 (2.6.30) the folio lock sees to that, and {@code do_shared_fault} (3.15) takes no reference.
         */
        HOLD_TO_DIRTY,
        /** Give the folio lock back before the folio is marked: 2.6.23 to 2.6.29, a mutant since. */
        UNLOCK_BEFORE_DIRTY,
        /** Where nobody holds the folio lock, wait until it is free before the folio is marked: 79352894b285 (2.6.23). */
        WAIT_UNLOCKED_BEFORE_DIRTY,
        /** Where nobody holds the folio lock, take it to mark the folio: 2d6d7f982846 (3.19). */
        LOCK_TO_DIRTY
    }

    /** The present kernel on a filesystem without {@code page_mkwrite}, for an entry that is present and read-only. */
    public static final Steps<Step> WITHOUT_MKWRITE = Steps.of(Step.RECHECK_PTE, Step.LOCK_TO_DIRTY);

    /** How it ended. */
    public enum End {
        /** There was no fault: the entry was writable. */
        NO_FAULT,
        /** The entry is writable now, and the folio was marked dirty. */
        MADE_WRITABLE,
        /** Nothing was mapped: the folio had left the file. The access is tried again. */
        TRUNCATED,
        /** Nothing was mapped: the count of truncations had moved. The access is tried again. */
        COUNT_MOVED,
        /** Nothing was mapped: the entry had changed. The access is tried again. */
        PTE_CHANGED,
        /** The page is behind the end of the file, or was never there ({@code SIGBUS}). */
        SIGBUS
    }

    /** What it works on: see the constructor. */
    public final Mm mm;

    public final DiskFile file;
    private final FilemapFault filemapFault;
    protected final MarkDirty markDirty;

    /** Faults in {@code mm}, whose table maps {@code file} at its first entry. */
    public SharedWriteFault(Kernel kernel, Mm mm, DiskFile file) {
        super(kernel, Step.class);
        this.mm = mm;
        this.file = file;
        filemapFault = new FilemapFault(file.inode, true);
        markDirty = new MarkDirty(kernel, file, MarkDirty.UNLOCKED);
    }

    /** Handles a store to the page: reads the entry and, if it does not permit the store, tries once to make it. */
    public End handle() {
        Entry entry = mm.entry(0);
        long seen = entry.word.readOnce();
        if (Pte.isWritable(seen)) {
            return End.NO_FAULT;
        }
        // Pairs with the write fence between the size and the count (UnmapMapping): who sees the new count sees the
        // new size.
        long count = steps.has(Step.TRUNCATE_COUNT) ? file.inode.truncateCount.loadAcquire() : 0;
        if (Pte.isPresent(seen)) {
            return protectedEntry(entry, seen);
        }
        boolean inside = !steps.has(Step.TRUNCATE_COUNT) || file.inode.size.readOnce() > 0;
        int pfn = (int) file.inode.slot(0).readDependent();
        if (pfn == 0 || !inside) {
            return End.SIGBUS;
        }
        Folio folio = mm.memMap.folioOf(pfn);
        if (steps.has(Step.TRUNCATE_COUNT)) { // filemap_nopage: the page comes unlocked, and nobody asks whose it is
            return filemapFault.get(folio, 0, pfn) ? notify(folio, entry, seen, count, false) : End.TRUNCATED;
        }
        return switch (filemapFault.lock(folio, 0, pfn)) {
            case LOCKED -> notify(folio, entry, seen, count, true);
            case MOVED, TRUNCATED -> End.TRUNCATED;
            case BEYOND_EOF -> End.SIGBUS;
        };
    }

    /** {@code do_wp_page}: the folio is the entry's, referenced under the page-table lock. */
    protected End protectedEntry(Entry entry, long seen) {
        Folio folio = mm.memMap.stableFolioOf(Pte.pfn(seen));
        entry.lock.lock();
        if (entry.word.readOnce() != seen) {
            entry.lock.unlock();
            return End.PTE_CHANGED;
        }
        folio.refcount.add(1);
        End end;
        if (steps.has(Step.PAGE_MKWRITE)) {
            entry.lock.unlock();
            end = notify(folio, entry, seen, 0, false);
        } else {
            makeWritable(entry, folio);
            entry.lock.unlock();
            dirty(folio, false);
            end = End.MADE_WRITABLE;
        }
        folio.put();
        return end;
    }

    /** From {@code page_mkwrite} to the dirty folio, which comes locked if {@code locked}. Puts a folio that it does not map. */
    protected End notify(Folio folio, Entry entry, long seen, long count, boolean locked) {
        boolean held = locked;
        if (steps.has(Step.PAGE_MKWRITE)) {
            if (locked) {
                folio.lock.unlock();
            }
            if (!pageMkwrite(folio)) {
                return refuse(folio, seen, End.TRUNCATED);
            }
            held = steps.has(Step.RETURN_LOCKED);
        }
        if (!held && steps.has(Step.RELOCK) && !Pte.isPresent(seen)) {
            folio.lock.lock();
            held = true;
            if (!file.inode.owns(folio)) {
                folio.lock.unlock();
                return refuse(folio, seen, End.TRUNCATED);
            }
        }
        entry.lock.lock();
        boolean unchanged = !steps.has(Step.RECHECK_PTE) || entry.word.readOnce() == seen;
        boolean counted = Pte.isPresent(seen) // compared itself, which is enough
                || !steps.has(Step.TRUNCATE_COUNT)
                || file.inode.truncateCount.readOnce() == count;
        if (!unchanged || !counted) {
            entry.lock.unlock();
            unlockIf(folio, held);
            return refuse(folio, seen, unchanged ? End.COUNT_MOVED : End.PTE_CHANGED);
        }
        boolean holds = !Pte.isPresent(seen) && steps.has(Step.HOLD_TO_DIRTY);
        if (!Pte.isPresent(seen)) {
            folio.mapcount.add(1);
        }
        if (holds) {
            folio.refcount.add(1);
        }
        makeWritable(entry, folio);
        entry.lock.unlock();
        dirty(folio, held);
        if (holds) {
            folio.put();
        }
        return End.MADE_WRITABLE;
    }

    /** {@code page_mkwrite}: whether the filesystem agreed. Returns with the folio locked if it did and {@link Step#RETURN_LOCKED}. */
    public boolean pageMkwrite(Folio folio) {
        folio.lock.lock();
        boolean agrees = file.inode.owns(folio) && file.inode.size.readOnce() > 0;
        if (agrees) {
            file.reserve(folio);
            markDirty.mark(folio);
            if (steps.has(Step.WAIT_STABLE)) {
                folio.waitForWriteback();
            }
        }
        if (!agrees || !steps.has(Step.RETURN_LOCKED)) {
            folio.lock.unlock();
        }
        return agrees;
    }

    private static void makeWritable(Entry entry, Folio folio) {
        entry.word.writeOnce(Pte.present(folio.pfn, Pte.WRITE | Pte.DIRTY | Pte.ACCESSED));
    }

    /** {@code fault_dirty_shared_page}: marks the folio and unlocks it if it is held. */
    protected void dirty(Folio folio, boolean held) {
        boolean early = held && steps.has(Step.UNLOCK_BEFORE_DIRTY);
        if (early) {
            folio.lock.unlock();
        } else if (!held && steps.has(Step.LOCK_TO_DIRTY)) {
            folio.lock.lock();
        } else if (!held && steps.has(Step.WAIT_UNLOCKED_BEFORE_DIRTY)) {
            folio.flags.await(bits -> (bits & Folio.LOCKED) == 0);
        }
        markDirty.mark(folio);
        unlockIf(folio, held ? !early : steps.has(Step.LOCK_TO_DIRTY));
    }

    private static void unlockIf(Folio folio, boolean held) {
        if (held) {
            folio.lock.unlock();
        }
    }

    /** A folio that came from the page cache has no mapping to hold its reference; one that came from the entry is the caller's. */
    private static End refuse(Folio folio, long seen, End end) {
        if (!Pte.isPresent(seen)) {
            folio.put();
        }
        return end;
    }
}
