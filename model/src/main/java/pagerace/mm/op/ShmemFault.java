// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.FreeFolios;
import pagerace.mm.Inode;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.Pte;

/**
 * A direct fault on one page of a shmem mapping: {@code shmem_fault} and {@code finish_fault}, or {@code do_cow_fault} in a
 * private mapping.
 *
 * <p>Assumptions: {@code spares} belong to the faulting actor; one is needed when the page must be allocated or
 * copied.
 *
 * <p>Guarantees: the folio lock is held from before the check that the folio belongs to the file until the entry is set. A
 * fault that finds a punch published waits until the punch is over; that is a courtesy against starvation, and no punch
 * relies on it.
 */
public class ShmemFault extends Operation<ShmemFault.Step> {
    /** The steps in which releases and mutants differ, in program order. */
    public enum Step {
        /** Wait while a punch is published in {@code i_private}: f00cdc6df7d7, then 8e205f779d14 (both 3.16). */
        WAIT_FOR_PUNCH,
        /** Where a marker remembers {@code uffd-wp}, map the page write-protected again (5.19). */
        RESTORE_UFFD_WP
    }

    /** Once for each time that somebody else filled the slot, changed the page between lookup and lock, or a punch ended. */
    private static final int TRIES = 3;

    /** What it works on: see the constructor. */
    public final Mm mm;

    public final Inode file;
    public final FreeFolios spares;
    private final FilemapFault filemapFault;

    /** Direct faults in {@code mm}, whose table maps {@code file} from its first page on. */
    public ShmemFault(Kernel kernel, Mm mm, Inode file, FreeFolios spares) {
        super(kernel, Step.class);
        this.mm = mm;
        this.file = file;
        this.spares = spares;
        filemapFault = new FilemapFault(file, false);
    }

    /** Reads the entry at {@code index} and, if it maps nothing, maps the file's page: shared and writable. */
    public FaultEnd handle(int index) {
        return handle(index, false);
    }

    /** {@code do_cow_fault}: as {@link #handle}, but maps a private writable copy. */
    public FaultEnd handleCow(int index) {
        return handle(index, true);
    }

    private FaultEnd handle(int index, boolean copy) {
        boolean waited = false;
        boolean lost = false;
        for (int tries = 0; tries < TRIES; tries++) {
            long seen = mm.entry(index).word.readOnce();
            if (Pte.isPresent(seen)) {
                return FaultEnd.NO_FAULT;
            }
            if (waitedForPunch()) {
                waited = true;
                continue;
            }
            FaultEnd end = copy ? faultInCopy(index, seen) : faultIn(index, seen);
            if (end == FaultEnd.SKIPPED_MOVED || end == FaultEnd.SKIPPED_TRUNCATED) {
                lost = true;
                continue;
            }
            if (waited) {
                return FaultEnd.WAITED_FOR_PUNCH;
            }
            boolean gone = end == FaultEnd.SKIPPED_EMPTY || end == FaultEnd.BEYOND_EOF;
            return lost && gone ? FaultEnd.SKIPPED_TRUNCATED : end;
        }
        return FaultEnd.GAVE_UP;
    }

    /** Whether a punch was under way: it is over now, and the fault starts again. */
    protected boolean waitedForPunch() {
        if (!steps.has(Step.WAIT_FOR_PUNCH) || file.iPrivate.readOnce() == Inode.NO_PUNCH) {
            return false;
        }
        file.iLock.lock();
        boolean punching = file.iPrivate.readOnce() != Inode.NO_PUNCH;
        file.iLock.unlock();
        if (punching) {
            file.iPrivate.await(record -> record == Inode.NO_PUNCH);
            file.iLock.lock(); // finish_wait: leaves the queue
            file.iLock.unlock();
        }
        return punching;
    }

    /** Maps the page of the file, which it makes if there is none; {@code seen} is what the entry held. */
    protected FaultEnd faultIn(int index, long seen) {
        if (index >= file.size.readOnce()) {
            return FaultEnd.BEYOND_EOF;
        }
        int pfn = (int) file.slot(index).readDependent();
        if (pfn == 0) {
            return faultInNew(index, seen);
        }
        Folio folio = mm.memMap.folioOf(pfn);
        FaultEnd end = lock(folio, index, pfn);
        return end == FaultEnd.MAPPED ? install(folio, mm.entry(index), seen, FaultEnd.MAPPED) : end;
    }

    /** Maps a private copy of the page of the file; {@code seen} is what the entry held. */
    protected FaultEnd faultInCopy(int index, long seen) {
        if (index >= file.size.readOnce()) {
            return FaultEnd.BEYOND_EOF;
        }
        int pfn = (int) file.slot(index).readDependent();
        if (pfn == 0) {
            return FaultEnd.SKIPPED_EMPTY;
        }
        Folio folio = mm.memMap.folioOf(pfn);
        FaultEnd end = lock(folio, index, pfn);
        if (end != FaultEnd.MAPPED) {
            return end;
        }
        Entry entry = mm.entry(index);
        entry.lock.lock();
        if (entry.word.readOnce() == seen) {
            Folio copy = spares.take();
            copy.allocateAnon(folio.data.readOnce(), true);
            copy.mapcount.writeOnce(1);
            entry.word.writeOnce(Pte.present(copy.pfn, Pte.WRITE | Pte.DIRTY | Pte.ACCESSED));
            end = FaultEnd.MAPPED_COPY;
        } else {
            end = FaultEnd.SKIPPED_PRESENT;
        }
        entry.lock.unlock();
        folio.lock.unlock(); // only now: a removal of the page finds the copy, or the copy finds the page gone
        folio.put();
        return end;
    }

    /** Adds a page to the file and maps it; {@code seen} is what the entry held. */
    protected FaultEnd faultInNew(int index, long seen) {
        Folio fresh = spares.take();
        fresh.allocateShmem(0, Folio.LOCKED);
        fresh.refcount.add(1);
        if (!file.add(index, fresh)) {
            fresh.lock.unlock();
            fresh.refcount.writeOnce(0); // nobody else has seen it
            return FaultEnd.SKIPPED_MOVED;
        }
        return install(fresh, mm.entry(index), seen, FaultEnd.MAPPED_NEW);
    }

    /** {@link FaultEnd#MAPPED} if the folio is referenced, locked, and of this file. */
    protected FaultEnd lock(Folio folio, int index, int pfn) {
        return switch (filemapFault.lock(folio, index, pfn)) {
            case LOCKED -> FaultEnd.MAPPED;
            case MOVED -> FaultEnd.SKIPPED_MOVED;
            case TRUNCATED -> FaultEnd.SKIPPED_TRUNCATED;
            case BEYOND_EOF -> throw new IllegalStateException("shmem compares no size under the folio lock");
        };
    }

    /** {@code finish_fault} on a locked folio; unlocks it. */
    protected FaultEnd install(Folio folio, Entry entry, long seen, FaultEnd mapped) {
        entry.lock.lock();
        boolean unchanged = entry.word.readOnce() == seen;
        if (unchanged) {
            boolean protect = steps.has(Step.RESTORE_UFFD_WP) && Pte.has(seen, Pte.UFFD_WP);
            folio.mapcount.add(1);
            entry.word.writeOnce(Pte.present(folio.pfn, Pte.ACCESSED | (protect ? Pte.UFFD_WP : Pte.WRITE)));
        }
        entry.lock.unlock();
        folio.lock.unlock();
        if (!unchanged) {
            folio.put();
            return FaultEnd.SKIPPED_PRESENT;
        }
        return mapped;
    }
}
