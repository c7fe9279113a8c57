// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.machine.Order;
import pagerace.mm.DiskFile;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.Platform;
import pagerace.mm.Pte;

/**
 * {@code shrink_folio_list} for one folio of a file on disk with one mapping: from the folio lock to the freed page, or to the
 * step at which it is kept. {@link Reclaim} is the same for anonymous memory.
 *
 * <p>Assumptions: those of {@link Evict}, which does the rest once the folio is unmapped; nobody else reclaims the folio.
 * Without {@link Step#KEEP_WRITEBACK} it is not being written.
 *
 * <p>Guarantees, since 6.4: the folio of a pin that was there when the entry was cleared keeps its buffers. An ordinary
 * reference keeps the folio, but not its buffers: they are gone before the count is looked at.
 */
public class ReclaimFile extends Operation<ReclaimFile.Step> {
    /** The steps in which releases and mutants differ, in program order. */
    public enum Step {
        /** Keep a folio that is being written. As old as writeback; races in which nobody writes leave it out. */
        KEEP_WRITEBACK,
        /** Mutant: look for pins before the entry is cleared, and never again. */
        LOOK_BEFORE_UNMAP,
        /** Mutant: clear the entry by a plain store. */
        CLEAR_PLAINLY,
        /** Mutant: look for pins as soon as the entry is cleared, before anything is uncounted, and never again. */
        LOOK_WHEN_CLEARED,
        /** Mark the folio dirty if the entry was. */
        TRANSFER_DIRTY,
        /** Mapping and reference are uncounted by operations that return a value, and hence order. */
        ORDERED_UNCOUNT,
        /** After unmapping, keep a folio that may be pinned: d824ec2a1546 (6.4). */
        LOOK_AFTER_UNMAP
    }

    /** How it ended. */
    public enum End {
        /** The folio lock was taken by somebody else. */
        KEPT_LOCKED,
        /** The folio was being written. */
        KEPT_WRITEBACK,
        /** Unmapped; a look for pins found one. */
        KEPT_PINNED,
        /** Unmapped; the folio was dirty. */
        KEPT_DIRTY,
        /** Unmapped; the folio had seemed clean, but its buffers were not, or no longer. */
        KEPT_BUFFERS,
        /**
         * Unmapped, and the buffers are gone; but somebody else has a reference, or had one and left the folio dirty, or took it
         * out of the file.
         */
        STRIPPED,
        /** Out of the page cache, and free. */
        RECLAIMED
    }

    /** What it works on: see the constructor. */
    public final Mm mm;

    public final DiskFile file;
    public final Evict evict;
    protected final Platform.PteUpdate pteUpdate;
    protected final MarkDirty markDirty;

    /** Reclaims the folio of {@code file}, which {@code mm} maps at the first entry of its table; {@code evict} does the rest. */
    public ReclaimFile(Kernel kernel, Mm mm, DiskFile file, Evict evict) {
        super(kernel, Step.class);
        this.mm = mm;
        this.file = file;
        this.evict = evict;
        pteUpdate = steps.has(Step.CLEAR_PLAINLY) ? Platform.PteUpdate.PLAIN : mm.platform.pteUpdate(kernel);
        markDirty = new MarkDirty(kernel, file, MarkDirty.UNLOCKED);
    }

    /** Tries to reclaim {@code folio}. */
    public End shrink(Folio folio) {
        if (!folio.lock.tryLock()) {
            return End.KEPT_LOCKED;
        }
        End end = shrinkLocked(folio);
        folio.lock.unlock();
        return end;
    }

    /** The same under the folio lock, which stays held. */
    protected End shrinkLocked(Folio folio) {
        if (steps.has(Step.KEEP_WRITEBACK) && folio.test(Folio.WRITEBACK)) {
            return End.KEPT_WRITEBACK;
        }
        boolean pinned = steps.has(Step.LOOK_BEFORE_UNMAP) && folio.maybePinned();
        if (folio.mapcount.readOnce() > 0) {
            file.inode.iMmapRwsem.readLock();
            pinned |= unmap(folio);
            file.inode.iMmapRwsem.readUnlock();
        }
        if (pinned || (steps.has(Step.LOOK_AFTER_UNMAP) && folio.maybePinned())) {
            return End.KEPT_PINNED;
        }
        return switch (evict.evictLocked(folio)) {
            case KEPT_LOCKED -> End.KEPT_LOCKED;
            case KEPT_DIRTY -> End.KEPT_DIRTY;
            case KEPT_BUSY -> End.KEPT_BUFFERS;
            case KEPT_REFERENCED, KEPT_UNFROZEN -> End.STRIPPED;
            case FREED -> End.RECLAIMED;
        };
    }

    /** {@code try_to_unmap_one}: whether a look for pins on the way found one. The flush is left for the end of the batch. */
    protected boolean unmap(Folio folio) {
        Entry entry = mm.entry(0);
        entry.lock.lock();
        long seen = entry.word.readOnce();
        if (!Pte.isPresent(seen) || Pte.pfn(seen) != folio.pfn) {
            entry.lock.unlock();
            return false;
        }
        long old = pteUpdate.getAndClear(entry);
        mm.tlb.flush();
        boolean pinned = steps.has(Step.LOOK_WHEN_CLEARED) && folio.maybePinned();
        if (Pte.has(old, Pte.DIRTY) && steps.has(Step.TRANSFER_DIRTY)) {
            markDirty.mark(folio);
        }
        // The look for pins after the unmapping needs order between the cleared entry and the count, to pair with
        // GUP-fast's fence behind the pin. Where clearing the entry orders nothing, these two are all that gives it.
        Order uncount = steps.has(Step.ORDERED_UNCOUNT) ? Order.FULL : Order.RELAXED;
        folio.mapcount.fetchAdd(-1, uncount);
        folio.refcount.fetchAdd(-1, uncount);
        entry.lock.unlock();
        return pinned;
    }
}
