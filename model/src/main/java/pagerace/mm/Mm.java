// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import pagerace.machine.Machine;
import pagerace.machine.RwSemaphore;
import pagerace.machine.SeqCount;
import pagerace.machine.Tlb;
import pagerace.machine.Word;

/** {@code mm_struct}: one address space. */
public final class Mm {
    /** {@code MMF_HAS_PINNED}: some page of this address space was pinned once. Never cleared. */
    private static final long HAS_PINNED = 1;

    /** What its memory is on. */
    public final Machine machine;
    /** How its entries are updated. */
    public final Platform platform;
    /** The folios that its entries map. */
    public final MemMap memMap;
    /** {@code mmap_lock}. */
    public final RwSemaphore mmapLock;
    /** {@code write_protect_seq}: odd while fork write-protects. */
    public final SeqCount writeProtectSeq;
    /** Its page table, or one of them. */
    public final PageTable table;
    /** Its TLB and the walkers that a flush may wait for. */
    public final Tlb tlb;

    private final Word flags;

    /** An address space whose words traces call {@code owner.mmap_lock} and so on. */
    public Mm(
            Machine machine,
            String owner,
            Platform platform,
            MemMap memMap,
            PageTable table,
            Tlb tlb,
            boolean hasPinned) {
        this.machine = machine;
        this.platform = platform;
        this.memMap = memMap;
        mmapLock = new RwSemaphore(machine, owner, "mmap_lock");
        writeProtectSeq = new SeqCount(machine, owner, "write_protect_seq");
        flags = machine.word(owner, "flags", KernelFormat.MM_FLAGS, hasPinned ? HAS_PINNED : 0);
        this.table = table;
        this.tlb = tlb;
    }

    /**
     * The same address space, through another of its page tables: locks, counts and TLB are those of {@code mm}. An address
     * space of several tables is as many of these.
     */
    public Mm(Mm mm, PageTable table) {
        machine = mm.machine;
        platform = mm.platform;
        memMap = mm.memMap;
        mmapLock = mm.mmapLock;
        writeProtectSeq = mm.writeProtectSeq;
        flags = mm.flags;
        this.table = table;
        tlb = mm.tlb;
    }

    /** The entry at {@code index} of its table. */
    public Entry entry(int index) {
        return table.entry(index);
    }

    /** {@code mm_set_has_pinned_flag}: tests first, so that the shared line is written once in an address space's life. */
    public void setHasPinned() {
        if (!hasPinned()) {
            flags.or(HAS_PINNED);
        }
    }

    /** {@code test_bit(MMF_HAS_PINNED)}: one unordered read. */
    public boolean hasPinned() {
        return (flags.readOnce() & HAS_PINNED) != 0;
    }
}
