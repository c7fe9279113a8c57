// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.machine.Order;
import pagerace.machine.Word;
import pagerace.mm.Buffers;
import pagerace.mm.DiskFile;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Steps;

/**
 * {@code folio_mark_dirty} and {@code set_page_dirty_lock}: says that a folio's content is newer than the disk.
 *
 * <p>Guarantees, when all steps of mainline are taken: the folio is dirty afterwards, and so are its buffers if it has any. It
 * does <em>not</em> ask the filesystem, so a call outside the folio's writable epoch leaves a page that is dirty
 * without the filesystem's agreement.
 */
public class MarkDirty extends Operation<MarkDirty.Step> {
    /** The steps in which releases and mutants differ, in program order. */
    public enum Step {
        /** Leave a folio alone that is dirty already: {@code unpin_user_pages_dirty_lock}. Nothing orders this look. */
        PRECHECK,
        /** Proposal: a full fence before that look. */
        FENCE_BEFORE_PRECHECK,
        /** Take the folio lock: the {@code _lock} forms. */
        LOCK_FOLIO,
        /** Ask the filesystem as a write fault would: Jan Kara's idea of 2018. */
        NOTIFY,
        /** Only mark the folio itself if a look without any lock finds it in no file. */
        LOOK_AT_MAPPING,
        /** Test-and-set of the dirty bit orders even if the bit was set: 415d83249709 (6.0), and x86 always. */
        ORDERED_WHEN_SET,
        /** Under the lock of the page cache, tag and account only a folio that is still in the file. */
        CHECK_MAPPING
    }

    /** {@code folio_mark_dirty}, whose caller keeps the mapping stable. */
    public static final Steps<Step> UNLOCKED =
            Steps.of(Step.LOOK_AT_MAPPING, Step.ORDERED_WHEN_SET, Step.CHECK_MAPPING);
    /** {@code set_page_dirty_lock}. */
    public static final Steps<Step> LOCKED = UNLOCKED.with(Step.LOCK_FOLIO);
    /** {@code unpin_user_pages_dirty_lock}. */
    public static final Steps<Step> UNPIN = LOCKED.with(Step.PRECHECK);

    /** How it ended. */
    public enum End {
        /** The first look found the folio dirty; nothing was done. */
        SKIPPED,
        /** The folio was dirty already; its buffers are too, now. */
        WAS_DIRTY,
        /** The folio is dirty now. */
        DIRTIED,
        /** The first look found the folio in no file; it is marked, and nobody will write it. */
        IN_NO_FILE,
        /** The folio is marked, but it had left the file: nobody will write it. */
        NOT_IN_FILE
    }

    /** What it works on: see the constructor. */
    public final DiskFile file;

    /** Marks folios of {@code file}. */
    public MarkDirty(Kernel kernel, DiskFile file) {
        super(kernel, Step.class);
        this.file = file;
    }

    /** The same, for a caller that says in which steps. */
    public MarkDirty(Kernel kernel, DiskFile file, Steps<Step> steps) {
        super(kernel, steps);
        this.file = file;
    }

    /** Marks {@code folio}, on which the caller holds a reference. */
    public End mark(Folio folio) {
        if (steps.has(Step.PRECHECK)) {
            if (steps.has(Step.FENCE_BEFORE_PRECHECK)) {
                // Pairs with the fully ordered clearing of the bit (CleanFolio): our store is visible before we
                // look, so one who cleans the folio after that look reads it.
                file.machine.smpMb();
            }
            if (folio.test(Folio.DIRTY)) {
                return End.SKIPPED;
            }
        }
        if (steps.has(Step.LOCK_FOLIO)) {
            folio.lock.lock();
        }
        if (steps.has(Step.NOTIFY) && file.inode.owns(folio)) {
            folio.waitForWriteback();
            file.reserve(folio);
        }
        End end = markHeld(folio);
        if (steps.has(Step.LOCK_FOLIO)) {
            folio.lock.unlock();
        }
        return end;
    }

    /** {@code block_dirty_folio}, or {@code filemap_dirty_folio} where there are no buffers. */
    protected End markHeld(Folio folio) {
        if (steps.has(Step.LOOK_AT_MAPPING) && !file.inode.owns(folio)) {
            return testAndSetDirty(folio) ? End.WAS_DIRTY : End.IN_NO_FILE;
        }
        Buffers buffers = file.buffers;
        boolean wasDirty;
        if (buffers == null) {
            wasDirty = testAndSetDirty(folio);
        } else {
            // One section: one who strips buffers sees both marks or neither.
            buffers.privateLock.lock();
            if (buffers.isAttached()) {
                buffers.state.or(Buffers.DIRTY);
            }
            wasDirty = testAndSetDirty(folio);
            buffers.privateLock.unlock();
        }
        if (wasDirty) {
            return End.WAS_DIRTY;
        }
        return account(folio) ? End.DIRTIED : End.NOT_IN_FILE;
    }

    /** Sets the mark; whether it was set before. */
    protected boolean testAndSetDirty(Folio folio) {
        if (!steps.has(Step.ORDERED_WHEN_SET) && folio.test(Folio.DIRTY)) {
            return true;
        }
        return (folio.flags.fetchOr(Folio.DIRTY, Order.FULL) & Folio.DIRTY) != 0;
    }

    /** {@code __folio_mark_dirty}: whether the folio was still in the file. */
    protected boolean account(Folio folio) {
        Word tag = file.dirtyTag;
        if (tag == null) {
            return true;
        }
        file.inode.xaLock.lock();
        boolean inFile = !steps.has(Step.CHECK_MAPPING) || file.inode.owns(folio);
        if (inFile) {
            tag.writeOnce(1);
        }
        file.inode.xaLock.unlock();
        return inFile;
    }
}
