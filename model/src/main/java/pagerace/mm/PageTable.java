// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import java.util.function.IntFunction;
import pagerace.machine.LockStripes;
import pagerace.machine.Machine;
import pagerace.machine.SpinLock;
import pagerace.machine.Word;

/**
 * One page-table page: its entries, which share a lock, and the PMD entry that points to it.
 *
 * <p>As with split page-table locks, one lock belongs to
 * the whole table page. Only at scale may a table take its locks from {@link LockStripes}: coarser, so that it shares one with
 * other tables, or finer, so that its entries have several. An operation on several entries under one lock
 * ({@code filemap_map_pages}) needs a table that has one.
 */
public final class PageTable {
    /** {@link #pmd}: points to this table. No flag of {@link Pte}, so that a leaf cannot be mistaken for it. */
    public static final long TABLE = 1 << 12;

    /** {@code PTRS_PER_PTE}: the entries of a whole table page. */
    public static final int ENTRIES = 512;

    private final Entry pmd;
    private final Entry[] entries;

    /** A table whose words traces call {@code owner.ptl}, {@code owner.pmd} and {@code owner.pte}. */
    public PageTable(Machine machine, String owner, long pte) {
        this(machine, owner, TABLE, machine.word(owner, "pte", KernelFormat.PTE, pte));
    }

    /** A table of two entries, {@code owner.pte} and {@code owner.pte1}. */
    public PageTable(Machine machine, String owner, long pte0, long pte1) {
        this(
                machine,
                owner,
                TABLE,
                machine.word(owner, "pte", KernelFormat.PTE, pte0),
                machine.word(owner, "pte1", KernelFormat.PTE, pte1));
    }

    /**
     * A table of {@code entries} empty entries.
     *
     * @param entries at least one
     * @param ptlOf the lock of the entry at an index
     */
    public PageTable(Machine machine, int entries, IntFunction<SpinLock> ptlOf) {
        Word[] ptes = new Word[entries];
        SpinLock[] ptls = new SpinLock[entries];
        for (int i = 0; i < entries; i++) {
            ptes[i] = machine.word("pte", i, KernelFormat.PTE, Pte.NONE);
            ptls[i] = ptlOf.apply(i);
        }
        pmd = new Entry(machine.word("pmd", KernelFormat.PMD, TABLE), ptls[0], Entry.Level.PMD, null);
        this.entries = new Entry[entries];
        for (int i = 0; i < entries; i++) {
            this.entries[i] = new Entry(ptes[i], ptls[i], Entry.Level.PTE, pmd);
        }
    }

    private PageTable(Machine machine, String owner, long pmd, Word... ptes) {
        SpinLock ptl = new SpinLock(machine, owner, "ptl");
        this.pmd = new Entry(machine.word(owner, "pmd", KernelFormat.PMD, pmd), ptl, Entry.Level.PMD, null);
        entries = new Entry[ptes.length];
        for (int i = 0; i < ptes.length; i++) {
            entries[i] = new Entry(ptes[i], ptl, Entry.Level.PTE, this.pmd);
        }
    }

    /** No table yet: an empty PMD entry that a leaf may fill, with a lock of its own. There are no entries below it. */
    public static PageTable none(Machine machine, String owner) {
        return new PageTable(machine, owner, Pte.NONE, new Word[0]);
    }

    /** The PMD entry: {@link #TABLE}, or a leaf in the encoding of {@link Pte}, or {@link Pte#NONE}. */
    public Entry pmd() {
        return pmd;
    }

    /** The entry at {@code index}. */
    public Entry entry(int index) {
        return entries[index];
    }
}
