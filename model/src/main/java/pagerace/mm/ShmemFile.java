// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import pagerace.machine.Machine;
import pagerace.machine.RwSemaphore;
import pagerace.machine.SpinLock;
import pagerace.machine.Word;

/**
 * A shmem file: its inode, its page cache, and the lock of its reverse mapping.
 *
 * <p>Lock order, outer to inner: folio lock, {@link #iMmapRwsem}, page-table lock, {@link #iLock} or {@link #xaLock}.
 */
public final class ShmemFile {
    /** {@link #iPrivate}: nobody punches. */
    public static final long NO_PUNCH = 0;
    /** {@link #iPrivate}: a punch of the whole file is under way; faults had better wait. */
    public static final long PUNCHING = 1;

    /** {@code i_lock}: guards {@link #iPrivate}. */
    public final SpinLock iLock;
    /** {@code inode->i_private}: the record of a punch under way. */
    public final Word iPrivate;
    /** {@code i_size}, in pages. */
    public final Word size;
    /** {@code i_pages} lock: guards the slots. */
    public final SpinLock xaLock;
    /** {@code i_mmap_rwsem}: held for reading while mappings are found and zapped. */
    public final RwSemaphore iMmapRwsem;

    private final Word[] slots;

    /** A file of one page, {@code folio}. */
    public ShmemFile(Machine machine, Folio folio) {
        this(machine, new Word[] {machine.word("page_cache", 0, folio.pfn)});
    }

    /** A file of two pages. */
    public ShmemFile(Machine machine, Folio folio0, Folio folio1) {
        this(machine, new Word[] {machine.word("page_cache", 0, folio0.pfn), machine.word("page_cache", 1, folio1.pfn)
        });
    }

    private ShmemFile(Machine machine, Word[] slots) {
        this.slots = slots;
        iLock = new SpinLock(machine, "inode", "i_lock");
        iPrivate = machine.word("inode", "i_private", NO_PUNCH);
        size = machine.word("inode", "i_size", slots.length);
        xaLock = new SpinLock(machine, "page_cache", "xa_lock");
        iMmapRwsem = new RwSemaphore(machine, "inode", "i_mmap_rwsem");
    }

    /** The page cache's slot for page {@code index}: a page frame number, or 0. */
    public Word slot(int index) {
        return slots[index];
    }

    /** How many slots there are; the size of the file may have become less. */
    public int pages() {
        return slots.length;
    }

    /** {@code filemap_add_folio}: puts a locked folio with a reference for the cache into an empty slot. */
    public void add(int index, Folio folio) {
        xaLock.lock();
        slots[index].storeRelease(
                folio.pfn); // pairs with the dependent read of lookups: they find the folio initialised
        xaLock.unlock();
    }

    /** {@code filemap_remove_folio}: takes a locked folio out; from now on its mapping is none. The caller drops the reference. */
    public void remove(int index, Folio folio) {
        xaLock.lock();
        slots[index].writeOnce(0);
        folio.mapping.writeOnce(Folio.NO_MAPPING);
        xaLock.unlock();
    }
}
