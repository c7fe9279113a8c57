// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.mm.Buffers;
import pagerace.mm.DiskFile;
import pagerace.mm.Folio;
import pagerace.mm.Mm;

/**
 * {@code truncate_inode_folio} on a filesystem with a disk: unmaps a folio, forgets what was to be written of it, and takes it
 * out of the file. {@link HolePunch} is the walk over a whole shmem file around it.
 *
 * <p>Assumptions: the file's size was changed before, and the range zapped once; one address space maps the file.
 *
 * <p>Guarantees: whoever holds the folio lock finds the folio either wholly in the file or in none. Whoever does not may mark
 * the folio dirty at any time, and has to look under the lock of the page cache whether it is still there.
 */
public final class TruncateFolio {
    private final Mm mm;
    private final DiskFile file;
    private final CleanFolio clean;
    private final Zap zap;

    /** Truncates {@code file}, which {@code mm} maps at the first entry of its table; {@code zap} unmaps. */
    public TruncateFolio(Mm mm, DiskFile file, CleanFolio clean, Zap zap) {
        this.mm = mm;
        this.file = file;
        this.clean = clean;
        this.zap = zap;
    }

    /** Removes {@code folio}, on which the caller holds a reference: whether it was still in the file. */
    public boolean truncate(Folio folio) {
        folio.lock.lock();
        boolean inFile = file.inode.owns(folio);
        if (inFile) {
            if (folio.mapcount.readOnce() > 0) {
                file.inode.iMmapRwsem.readLock();
                zap.zap(mm.table.pte(0), false, true);
                file.inode.iMmapRwsem.readUnlock();
            }
            discardBuffers();
            clean.cancel(folio);
            file.inode.xaLock.lock();
            file.delete(folio);
            file.inode.xaLock.unlock();
        }
        folio.lock.unlock();
        if (inFile) {
            folio.put();
        }
        return inFile;
    }

    /** {@code block_invalidate_folio}: what the buffers had to write is forgotten, and they are freed. */
    private void discardBuffers() {
        Buffers buffers = file.buffers;
        if (buffers != null) {
            buffers.privateLock.lock();
            buffers.testAndClearDirty();
            buffers.detach();
            buffers.privateLock.unlock();
        }
    }
}
