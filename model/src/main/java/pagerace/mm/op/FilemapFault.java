// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.mm.Folio;
import pagerace.mm.Inode;

/**
 * What a fault does with a page that it found in the page cache before it may map it, in {@code filemap_fault} and {@code
 * shmem_fault}: takes a reference, locks the folio, and looks again whether it is the file's. The former then compares the
 * file's size as well; the latter did so before it looked the page up.
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
        /** It is in the file still, but behind its end; not said where the size is not compared. */
        BEYOND_EOF
    }

    private final Inode file;
    private final boolean comparesSize;

    /** Faults on pages of {@code file}, which compare its size under the folio lock if {@code comparesSize}. */
    FilemapFault(Inode file, boolean comparesSize) {
        this.file = file;
        this.comparesSize = comparesSize;
    }

    /** Locks {@code folio}, which was found at {@code index} as page frame {@code pfn}. */
    End lock(Folio folio, int index, int pfn) {
        if (!get(folio, index, pfn)) {
            return End.MOVED;
        }
        folio.lock.lock();
        boolean ours = file.owns(folio);
        if (ours && (!comparesSize || index < file.size.readOnce())) {
            return End.LOCKED;
        }
        folio.lock.unlock();
        folio.put();
        return ours ? End.BEYOND_EOF : End.TRUNCATED;
    }

    /** {@code find_get_page}: whether {@code folio} is referenced, and still in its slot. */
    boolean get(Folio folio, int index, int pfn) {
        if (!folio.tryGet()) {
            return false;
        }
        if (file.slot(index).readOnce() == pfn) {
            return true;
        }
        folio.put();
        return false;
    }
}
