// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.mm.Folio;
import pagerace.mm.Inode;

/**
 * What a fault does with a page that it found in the page cache before it may map it, in {@code filemap_fault} and {@code
 * shmem_fault}: takes a reference, locks the folio, and looks again whether it is the file's.
 *
 * <p>Guarantees: while the lock is held the folio belongs to the file, and truncation waits.
 */
final class FilemapFault {
    /** How it ended. Nothing is held, except by {@link #LOCKED}. */
    enum End {
        /** The folio is referenced, locked, and of this file. */
        LOCKED,
        /** The folio was free, or in the slot no more. */
        MOVED,
        /** The folio had left the file when it was locked. */
        TRUNCATED,
        /** It is in the file still, but behind its end. */
        BEYOND_EOF
    }

    private final Inode file;

    /** Faults on pages of {@code file}. */
    FilemapFault(Inode file) {
        this.file = file;
    }

    /** Locks {@code folio}, which was found at {@code index} as page frame {@code pfn}. */
    End lock(Folio folio, int index, int pfn) {
        if (!folio.tryGet()) {
            return End.MOVED;
        }
        if (file.slot(index).readOnce() != pfn) {
            folio.put();
            return End.MOVED;
        }
        folio.lock.lock();
        boolean ours = file.owns(folio);
        if (ours && index < file.size.readOnce()) {
            return End.LOCKED;
        }
        folio.lock.unlock();
        folio.put();
        return ours ? End.BEYOND_EOF : End.TRUNCATED;
    }
}
