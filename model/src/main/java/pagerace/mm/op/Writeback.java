// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.machine.Word;
import pagerace.mm.Buffers;
import pagerace.mm.DiskFile;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;

/**
 * {@code write_cache_pages} for one folio: cleans it and writes its content to disk.
 *
 * <p>Guarantees: what was stored through an entry before the folio was cleaned is written. The content is read without the
 * folio lock, while {@code PG_writeback} is set; filesystems that need it stable wait for that bit in {@code page_mkwrite}.
 */
public class Writeback extends Operation<Writeback.Step> {
    /** The steps in which mainline and proposals differ, in program order. */
    public enum Step {
        /** Mutant: skip a folio that may be pinned, looked up before its entries are cleaned. */
        SKIP_PINNED,
        /** Proposal: write a folio that may be pinned from a copy (Jan Kara's RFC of 2023, for data integrity). */
        BOUNCE_PINNED
    }

    /** How it ended. */
    public enum End {
        /** It was clean, or of no file any more. */
        NOTHING_TO_DO,
        /** It may be pinned, and stays dirty. */
        SKIPPED_PINNED,
        /** It is on disk. */
        WRITTEN,
        /** It is on disk, but changed while it was being written: a checksum computed at the start is wrong. */
        WRITTEN_UNSTABLE,
        /** It was cleaned, but no buffer had to be written: nothing reached the disk. */
        NO_DIRTY_BUFFER
    }

    /** What it works on: see the constructor. */
    public final DiskFile file;

    public final CleanFolio clean;

    /** Writeback to {@code file}, which cleans by {@code clean}. */
    public Writeback(Kernel kernel, DiskFile file, CleanFolio clean) {
        super(kernel, Step.class);
        this.file = file;
        this.clean = clean;
    }

    /** Writes {@code folio} if it is dirty. */
    public End write(Folio folio) {
        folio.lock.lock();
        folio.waitForWriteback();
        End end = prepare(folio);
        if (end != End.WRITTEN && end != End.NO_DIRTY_BUFFER) {
            folio.lock.unlock();
            return end;
        }
        boolean bounce = steps.has(Step.BOUNCE_PINNED) && folio.maybePinned();
        folio.startWriteback();
        file.reserved.writeOnce(0);
        untag(folio);
        folio.lock.unlock();
        if (end == End.WRITTEN) {
            end = copy(folio, bounce);
        }
        folio.endWriteback();
        return end;
    }

    /** Under the folio lock: {@link End#WRITTEN} if the content is to be written now. */
    protected End prepare(Folio folio) {
        if (!file.inode.owns(folio) || !folio.test(Folio.DIRTY)) {
            return End.NOTHING_TO_DO;
        }
        if (steps.has(Step.SKIP_PINNED) && folio.maybePinned()) {
            return End.SKIPPED_PINNED;
        }
        return switch (clean.clearForIo(folio)) {
            case WAS_CLEAN -> End.NOTHING_TO_DO;
            case KEPT_PINNED -> End.SKIPPED_PINNED;
            case WAS_DIRTY -> hasBlockToWrite() ? End.WRITTEN : End.NO_DIRTY_BUFFER;
        };
    }

    /** {@code __block_write_full_folio}: a folio without buffers is given some, all of them dirty. */
    protected boolean hasBlockToWrite() {
        Buffers buffers = file.buffers;
        return buffers == null || !buffers.isAttached() || buffers.testAndClearDirty();
    }

    /** {@code __folio_start_writeback}: a folio that was marked again keeps its tag. */
    protected void untag(Folio folio) {
        Word tag = file.dirtyTag;
        if (tag != null) {
            file.inode.xaLock.lock();
            if (!folio.test(Folio.DIRTY)) {
                tag.writeOnce(0);
            }
            file.inode.xaLock.unlock();
        }
    }

    /** The device reads the page twice, as a checksum and the transfer do; a bounce buffer is filled once. */
    protected End copy(Folio folio, boolean bounce) {
        long first = folio.data.readOnce();
        long last = bounce ? first : folio.data.readOnce();
        file.disk.writeOnce(last);
        return first == last ? End.WRITTEN : End.WRITTEN_UNSTABLE;
    }
}
