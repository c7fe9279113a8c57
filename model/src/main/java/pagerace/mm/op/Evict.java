// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import org.jspecify.annotations.Nullable;
import pagerace.mm.Buffers;
import pagerace.mm.Folio;
import pagerace.mm.Inode;

/**
 * Takes a folio that nobody maps out of the page cache and gives it back to the page allocator: {@code shrink_folio_list} with
 * {@code __remove_mapping}, or {@code truncate_inode_folio}.
 *
 * <p>Assumptions: the caller has a reference, from isolating the folio or from looking it up. Putting a kept folio back on the
 * LRU, which drops that reference, is not modelled.
 *
 * <p>Algorithm notes. Reclaim may leave the folio alone, so it asks first, and lookups are held off by the frozen count until
 * the slot is empty. Truncation must not fail: it empties the slot, drops the cache's reference as anybody would, and whoever
 * still has one frees the folio later.
 */
public final class Evict {
    /** How it ended. The caller's reference is gone if the folio left the page cache. */
    public enum End {
        /** The folio lock was taken by somebody else. */
        KEPT_LOCKED,
        /** The folio was dirty from the start: left to the flusher. */
        KEPT_DIRTY,
        /** Its private data is in use. */
        KEPT_BUSY,
        /** Somebody else had a reference when it was to be frozen. */
        KEPT_REFERENCED,
        /** It was frozen, and found dirty: dirtied after the first look. */
        KEPT_UNFROZEN,
        /** Out of the page cache, but somebody else has a reference and will free it. */
        LEFT_TO_OTHERS,
        /** Out of the page cache, and free. */
        FREED
    }

    /** The references of a folio that nobody else uses: the caller's and the page cache's. */
    private static final long OWN_REFERENCES = 2;

    private final Inode file;
    private final @Nullable Buffers buffers;
    private final Freeze freeze;

    /**
     * Evicts folios of {@code file}.
     *
     * @param buffers the folio's private data; null if it has none
     */
    public Evict(Inode file, @Nullable Buffers buffers, Freeze freeze) {
        this.file = file;
        this.buffers = buffers;
        this.freeze = freeze;
    }

    /** Reclaim: frees {@code folio}, page {@code index} of the file, unless something speaks against it. */
    public End reclaim(Folio folio, int index) {
        if (!folio.lock.tryLock()) {
            return End.KEPT_LOCKED;
        }
        End end = reclaimLocked(folio, index);
        folio.lock.unlock();
        return end;
    }

    private End reclaimLocked(Folio folio, int index) {
        if (folio.test(Folio.DIRTY)) {
            return End.KEPT_DIRTY;
        }
        // Before the freeze: releasing private data may sleep, and nobody may sleep under a lock of the page cache.
        if (buffers != null && !strip(buffers)) {
            return End.KEPT_BUSY;
        }
        file.xaLock.lock();
        Freeze.End end = freeze.freeze(folio, OWN_REFERENCES);
        if (end == Freeze.End.FROZEN) {
            file.removeLocked(index, folio);
        }
        file.xaLock.unlock();
        return switch (end) {
            case FROZEN -> End.FREED;
            case REFERENCED -> End.KEPT_REFERENCED;
            case DIRTY -> End.KEPT_UNFROZEN;
        };
    }

    /** {@code filemap_release_folio}, abridged: whether the private data is gone. The caller holds the folio lock. */
    private static boolean strip(Buffers buffers) {
        buffers.privateLock.lock();
        boolean clean = (buffers.state.readOnce() & Buffers.DIRTY) == 0;
        if (clean) {
            buffers.detach();
        }
        buffers.privateLock.unlock();
        return clean;
    }

    /** Truncation: takes {@code folio}, page {@code index} of the file, out of it. */
    public End truncate(Folio folio, int index) {
        folio.lock.lock();
        file.remove(index, folio);
        folio.lock.unlock();
        boolean cacheWasLast = folio.put();
        return folio.put() || cacheWasLast ? End.FREED : End.LEFT_TO_OTHERS;
    }
}
