// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.mm.Buffers;
import pagerace.mm.DiskFile;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;

/**
 * {@code writepages} of a filesystem that keeps buffers, for one folio: what it makes of a folio that is dirty without having
 * any, before {@link Writeback} writes it.
 *
 * <p>Buffers come with the filesystem's agreement to the folio being dirtied. A dirty folio without buffers is one that it has
 * not been asked about: there may be no block for it.
 *
 * <p>Assumptions: it runs when everybody else has come to an end, so the folio lock may be given back between the look at the
 * buffers and the write; in the kernel it is held over both.
 */
public class WritePages extends Operation<WritePages.Step> {
    /** What a filesystem does with a dirty folio that has no buffers; none of them, and it takes the buffers for granted. */
    public enum Step {
        /** Crash: ext4 until cc5095747edf. */
        PANIC,
        /** Warn, take the mark off and skip the folio: ext4 since cc5095747edf (5.18). */
        WARN_AND_SKIP,
        /** Leave the folio to a worker, who asks the filesystem belatedly: btrfs, 247e743cbe6e (2.6.29). */
        FIX_UP,
        /** Make new buffers, all of them dirty: {@code block_write_full_folio}, and ext4 in 2008 (f0e6c98593eb). */
        RECREATE
    }

    /** How it ended. */
    public enum End {
        /** The folio was clean, or of no file any more. */
        NOTHING_TO_DO,
        /** It is on disk. */
        WRITTEN,
        /** It is on disk, with buffers that were attached for the purpose. */
        WRITTEN_WITH_NEW_BUFFERS,
        /** It is on disk, after the filesystem had been asked belatedly. */
        FIXED_UP,
        /** There were no buffers where some were taken for granted. */
        NO_BUFFERS,
        /** There were no buffers: the kernel is dead. */
        PANICKED,
        /** There were no buffers: the folio was cleaned without being written. */
        SKIPPED
    }

    /** What it works on: see the constructor. */
    public final DiskFile file;

    public final Writeback writeback;
    protected final Buffers buffers;

    /**
     * Writes the folio of {@code file} by {@code writeback}.
     *
     * @throws IllegalArgumentException if the file has no buffers
     */
    public WritePages(Kernel kernel, DiskFile file, Writeback writeback) {
        super(kernel, Step.class);
        this.file = file;
        this.writeback = writeback;
        if (file.buffers == null) {
            throw new IllegalArgumentException("the filesystem keeps no buffers");
        }
        buffers = file.buffers;
    }

    /** Writes {@code folio} if it is dirty. */
    public End write(Folio folio) {
        folio.lock.lock();
        boolean missing = file.inode.owns(folio) && folio.test(Folio.DIRTY) && !buffers.isAttached();
        End end = missing ? withoutBuffers(folio) : End.WRITTEN;
        folio.lock.unlock();
        return switch (end) {
            case NO_BUFFERS, PANICKED, SKIPPED, NOTHING_TO_DO -> end;
            case WRITTEN, WRITTEN_WITH_NEW_BUFFERS, FIXED_UP ->
                switch (writeback.write(folio)) {
                    case WRITTEN, WRITTEN_UNSTABLE -> end;
                    case NOTHING_TO_DO, SKIPPED_PINNED, NO_DIRTY_BUFFER -> End.NOTHING_TO_DO;
                };
        };
    }

    /** The folio lock is held: what becomes of a dirty folio without buffers. */
    protected End withoutBuffers(Folio folio) {
        if (steps.has(Step.PANIC)) {
            return End.PANICKED;
        }
        if (steps.has(Step.WARN_AND_SKIP)) {
            folio.testAndClearDirty();
            return End.SKIPPED;
        }
        if (steps.has(Step.FIX_UP)) {
            file.reserve(folio);
            return End.FIXED_UP;
        }
        if (steps.has(Step.RECREATE)) {
            buffers.attachTo(folio);
            return End.WRITTEN_WITH_NEW_BUFFERS;
        }
        return End.NO_BUFFERS;
    }
}
