// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import org.jspecify.annotations.Nullable;
import pagerace.machine.Machine;
import pagerace.machine.Word;

/**
 * A file of one page on a filesystem that must agree before a page is dirtied: it reserves blocks or journal credits in
 * {@code page_mkwrite} and {@code write()}, and spends them when the page is written.
 *
 * <p>From the agreement to the moment when the page is cleaned is the page's writable epoch. A store outside of it is one that
 * the filesystem has not heard of.
 *
 * <p>Assumptions: the agreement is spent when a write is submitted, under the folio lock. Real filesystems turn reservations
 * into blocks there too; when the device is done is not told apart.
 */
public final class DiskFile {
    /** {@link #reserved}: the filesystem has agreed to the page being dirtied. */
    public static final long RESERVED = 1;

    /** What its words are on. */
    public final Machine machine;
    /** The inode and its page cache. */
    public final Inode inode;
    /** The page's content on disk. */
    public final Word disk;
    /** {@link #RESERVED}, or 0. Changed under the folio lock. */
    public final Word reserved;
    /** The page cache's dirty tag of the page's slot, guarded by {@link Inode#xaLock}; null where nobody looks at it. */
    public final @Nullable Word dirtyTag;
    /** The folio's buffers; null where the filesystem has none. */
    public final @Nullable Buffers buffers;

    /** A file of one page, {@code folio}, with {@code content} on disk, of which nobody looks at the tag or at buffers. */
    public DiskFile(Machine machine, Folio folio, long content, boolean reserved) {
        this(machine, new Inode(machine, Folio.FILE, folio), content, reserved, null, null);
    }

    /** A file whose page is {@code folio}, in {@code inode}, with {@code content} on disk. */
    public DiskFile(
            Machine machine,
            Inode inode,
            long content,
            boolean reserved,
            @Nullable Word dirtyTag,
            @Nullable Buffers buffers) {
        this.machine = machine;
        this.inode = inode;
        this.disk = machine.word("disk", content);
        this.reserved = machine.word("fs", "reserved", KernelFormat.RESERVED, reserved ? RESERVED : 0);
        this.dirtyTag = dirtyTag;
        this.buffers = buffers;
    }

    /**
     * The filesystem agrees to {@code folio} being dirtied, as {@code page_mkwrite} has it: blocks are reserved for it, and
     * buffers attached if it has none. The caller holds the folio lock.
     */
    public void reserve(Folio folio) {
        reserved.writeOnce(RESERVED);
        if (buffers != null) {
            buffers.attachTo(folio);
        }
    }

    /**
     * {@code page_cache_delete}: takes the page's folio out of the page cache, and the tag with it. The caller holds the folio
     * lock and {@link Inode#xaLock}, and drops the cache's reference.
     */
    public void delete(Folio folio) {
        if (dirtyTag != null) {
            dirtyTag.writeOnce(0);
        }
        inode.removeLocked(0, folio);
    }

    /** Whether a store into the page is one that the filesystem has agreed to: one unordered read. */
    public boolean isReserved() {
        return reserved.readOnce() == RESERVED;
    }
}
