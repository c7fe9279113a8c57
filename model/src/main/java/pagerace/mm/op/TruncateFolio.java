// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import org.jspecify.annotations.Nullable;
import pagerace.mm.DiskFile;
import pagerace.mm.Folio;
import pagerace.mm.Inode;

/**
 * {@code truncate_inode_folio}: unmaps a folio, forgets what was to be written of it, takes it out of the file and drops the
 * page cache's reference. {@link HolePunch} is the walk over a whole file around it.
 *
 * <p>Assumptions: the caller has a reference, from looking the folio up. A shmem folio's dirty mark is not modelled: nobody
 * writes it.
 *
 * <p>Guarantees: one who holds the folio lock finds the folio either wholly in the file or in none. One who does not may mark
 * the folio dirty at any time, and has to look under the lock of the page cache whether it is still there.
 *
 * <p>Algorithm notes. Unlike reclaim ({@link Evict}), truncation must not fail: it asks nobody, empties the slot, and drops the
 * cache's reference as anybody would; the last one who still has one frees the folio later.
 */
public class TruncateFolio {
    /**
     * What became of a folio.
     *
     * @param unmapped whether it was mapped, and had to be unmapped
     * @param freed whether the page cache's reference was the last
     */
    public record Truncated(boolean unmapped, boolean freed) {
        private static final Truncated NOT_IN_FILE = new Truncated(false, false);
    }

    /** What it works on: see the constructor. */
    public final Inode inode;

    public final @Nullable DiskFile disk;
    public final @Nullable CleanFolio clean;
    public final @Nullable UnmapMapping unmap;

    /**
     * Takes folios out of a file that has no disk.
     *
     * @param unmap how a mapped folio is unmapped; null if it stays mapped, or nobody maps the file
     */
    public TruncateFolio(Inode file, @Nullable UnmapMapping unmap) {
        this(file, null, null, unmap);
    }

    /** The same on disk, where {@code clean} cancels what was to be written. */
    public TruncateFolio(DiskFile file, CleanFolio clean, @Nullable UnmapMapping unmap) {
        this(file.inode, file, clean, unmap);
    }

    private TruncateFolio(
            Inode inode, @Nullable DiskFile disk, @Nullable CleanFolio clean, @Nullable UnmapMapping unmap) {
        this.inode = inode;
        this.disk = disk;
        this.clean = clean;
        this.unmap = unmap;
    }

    /** Takes {@code folio}, page {@code index} of the file, out of it, unless somebody else has. */
    public Truncated truncate(Folio folio, int index) {
        folio.lock.lock();
        return truncateLocked(folio, index);
    }

    /** The same for a folio that is locked; unlocks it. */
    Truncated truncateLocked(Folio folio, int index) {
        if (!inode.owns(folio)) {
            folio.lock.unlock();
            return Truncated.NOT_IN_FILE;
        }
        boolean mapped = unmap != null && folio.mapcount.readOnce() > 0;
        if (unmap != null && mapped) {
            unmap.unmap(index, false);
        }
        if (disk != null && disk.buffers != null) {
            disk.buffers.discard();
        }
        if (clean != null) {
            clean.cancel(folio);
        }
        inode.xaLock.lock();
        if (disk != null) {
            disk.delete(folio);
        } else {
            inode.removeLocked(index, folio);
        }
        inode.xaLock.unlock();
        folio.lock.unlock();
        return new Truncated(mapped, folio.put());
    }
}
