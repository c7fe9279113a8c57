// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import pagerace.machine.Machine;
import pagerace.machine.RwSemaphore;
import pagerace.machine.SpinLock;
import pagerace.machine.Word;

/**
 * {@code struct inode} with its {@code address_space}: a file's size, its page cache, and the lock of its reverse mapping.
 * What a filesystem with a disk keeps besides stands in {@link DiskFile}.
 *
 * <p>Lock order, outer to inner: folio lock, {@link #iMmapRwsem}, page-table lock, {@link #iLock} or {@link #xaLock}.
 */
public final class Inode {
    /** {@link #iPrivate} of a shmem file: nobody punches. */
    public static final long NO_PUNCH = 0;
    /** {@link #iPrivate} of a shmem file: a punch of the whole file is under way; faults had better wait. */
    public static final long PUNCHING = 1;

    /** What {@link Folio#mapping} says of this file's folios: {@link Folio#SHMEM} or {@link Folio#FILE}. */
    public final long kind;
    /** {@code i_lock}: guards {@link #iPrivate}. */
    public final SpinLock iLock;
    /** {@code inode->i_private}: for shmem, the record of a punch under way. */
    public final Word iPrivate;
    /** {@code i_size}, in pages. */
    public final Word size;
    /** {@code truncate_count}, before 2.6.23: unmappings of a range so far. */
    public final Word truncateCount;
    /** {@code i_pages} lock: guards the slots. */
    public final SpinLock xaLock;
    /** {@code i_mmap_rwsem}: held for reading while mappings are found and zapped. */
    public final RwSemaphore iMmapRwsem;

    private final Word[] slots;

    /** A file of as many pages as {@code folios}, all of them in the page cache. */
    public Inode(Machine machine, long kind, Folio... folios) {
        this.kind = kind;
        slots = new Word[folios.length];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = machine.word("page_cache", i, KernelFormat.SLOT, folios[i].pfn);
        }
        iLock = new SpinLock(machine, "inode", "i_lock");
        iPrivate = machine.word("inode", "i_private", KernelFormat.PUNCH, NO_PUNCH);
        size = machine.word("inode", "i_size", slots.length);
        truncateCount = machine.word("inode", "truncate_count", 0);
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

    /** Whether {@code folio->mapping} is this file: one unordered read, stable only under the folio lock. */
    public boolean owns(Folio folio) {
        return folio.mapping.readOnce() == kind;
    }

    /**
     * {@code filemap_add_folio}: puts a locked folio with a reference for the cache into a slot, unless somebody else has
     * filled it ({@code -EEXIST}); whether it did.
     */
    public boolean add(int index, Folio folio) {
        xaLock.lock();
        boolean empty = slots[index].readOnce() == 0;
        if (empty) {
            // Pairs with the dependent read of lookups: they find the folio initialised.
            slots[index].storeRelease(folio.pfn);
        }
        xaLock.unlock();
        return empty;
    }

    /** {@code filemap_remove_folio}: takes a locked folio out; from now on its mapping is none. The caller drops the reference. */
    public void remove(int index, Folio folio) {
        xaLock.lock();
        removeLocked(index, folio);
        xaLock.unlock();
    }

    /** As {@link #remove}; the caller holds {@link #xaLock}. */
    public void removeLocked(int index, Folio folio) {
        slots[index].writeOnce(0);
        folio.mapping.writeOnce(Folio.NO_MAPPING);
    }
}
