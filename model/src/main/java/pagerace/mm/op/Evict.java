// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import org.jspecify.annotations.Nullable;
import pagerace.mm.DiskFile;
import pagerace.mm.Folio;

/**
 * How {@code shrink_folio_list} ends for a folio of a file that nobody maps, or no longer: it takes the folio out of the page
 * cache and gives it back to the page allocator, or keeps it. {@link ReclaimFile} unmaps the folio first.
 *
 * <p>Assumptions: the caller has a reference, from isolating the folio. Putting a kept folio back on the LRU, which drops that
 * reference, is not modelled. A dirty folio is left to the flusher, as since 3.2; older kernels would write it here.
 *
 * <p>Algorithm notes. Reclaim may leave the folio alone, so it asks first, and lookups are held off by the frozen count until
 * the slot is empty. {@link TruncateFolio} may not.
 */
public class Evict {
    /** How it ended. The caller's reference is gone if the folio left the page cache. */
    public enum End {
        /** The folio lock was taken by somebody else. */
        KEPT_LOCKED,
        /** The folio was dirty from the start: left to the flusher. */
        KEPT_DIRTY,
        /** Its private data is in use. */
        KEPT_BUSY,
        /** Somebody else had a reference when it was to be frozen, or had taken it out of the file. */
        KEPT_REFERENCED,
        /** It was frozen, and found dirty: dirtied after the first look. */
        KEPT_UNFROZEN,
        /** Out of the page cache, and free. */
        FREED
    }

    /** The references of a folio that nobody else uses: the caller's and the page cache's. */
    private static final long OWN_REFERENCES = 2;

    /** What it works on: see the constructor. */
    public final DiskFile file;

    public final @Nullable StripBuffers strip;
    public final Freeze freeze;

    /**
     * Evicts the folio of {@code file}.
     *
     * @param strip how its private data is released; null if it has none
     */
    public Evict(DiskFile file, @Nullable StripBuffers strip, Freeze freeze) {
        this.file = file;
        this.strip = strip;
        this.freeze = freeze;
    }

    /** Frees {@code folio}, unless something speaks against it. */
    public End evict(Folio folio) {
        if (!folio.lock.tryLock()) {
            return End.KEPT_LOCKED;
        }
        End end = evictLocked(folio);
        folio.lock.unlock();
        return end;
    }

    /** The same for a folio that is locked, and stays so. */
    End evictLocked(Folio folio) {
        if (folio.test(Folio.DIRTY)) {
            return End.KEPT_DIRTY;
        }
        // Before the freeze: releasing private data may sleep, and nobody may sleep under a lock of the page cache.
        if (strip != null && !strip.strip(folio)) {
            return End.KEPT_BUSY;
        }
        return removeMapping(folio);
    }

    /** {@code __remove_mapping}. */
    protected End removeMapping(Folio folio) {
        // Without this the reference of a truncation that is not done yet would pass for the page cache's.
        if (!file.inode.owns(folio)) {
            return End.KEPT_REFERENCED;
        }
        file.inode.xaLock.lock();
        Freeze.End end = freeze.freeze(folio, OWN_REFERENCES);
        if (end == Freeze.End.FROZEN) {
            file.delete(folio);
        }
        file.inode.xaLock.unlock();
        return switch (end) {
            case FROZEN -> End.FREED;
            case REFERENCED -> End.KEPT_REFERENCED;
            case DIRTY -> End.KEPT_UNFROZEN;
        };
    }
}
