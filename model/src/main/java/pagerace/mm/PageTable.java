// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import java.util.Arrays;
import java.util.function.IntFunction;
import pagerace.machine.LockStripes;
import pagerace.machine.Machine;
import pagerace.machine.SpinLock;
import pagerace.machine.Word;

/**
 * One page-table page: its entries, their lock, and the PMD entry that points to it.
 *
 * <p>Entries change only under their lock; GUP-fast reads them without. As with split page-table locks, one lock belongs to
 * the whole table page. Only at scale may a table take its locks from {@link LockStripes}: coarser, so that it shares one with
 * other tables, or finer, so that its entries have several. Whoever works on several entries under one lock
 * ({@code filemap_map_pages}) needs a table that has one.
 */
public final class PageTable {
    /** {@link #pmd}: points to this table. No flag of {@link Pte}, so that a leaf cannot be mistaken for it. */
    public static final long TABLE = 1 << 12;

    /** {@code PTRS_PER_PTE}: the entries of a whole table page. */
    public static final int ENTRIES = 512;

    /** The PMD entry: {@link #TABLE}, or a leaf in the encoding of {@link Pte}, or {@link Pte#NONE}. */
    public final Word pmd;

    private final Word[] ptes;
    private final SpinLock[] ptls;

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
     * @param ptlOf the lock of the entry at an index
     */
    public PageTable(Machine machine, int entries, IntFunction<SpinLock> ptlOf) {
        ptes = new Word[entries];
        ptls = new SpinLock[entries];
        for (int i = 0; i < entries; i++) {
            ptes[i] = machine.word("pte", i, KernelFormat.PTE, Pte.NONE);
            ptls[i] = ptlOf.apply(i);
        }
        pmd = machine.word("pmd", KernelFormat.PMD, TABLE);
    }

    private PageTable(Machine machine, String owner, long pmd, Word... ptes) {
        this.ptes = ptes;
        this.ptls = new SpinLock[Math.max(1, ptes.length)];
        Arrays.fill(ptls, new SpinLock(machine, owner, "ptl"));
        this.pmd = machine.word(owner, "pmd", KernelFormat.PMD, pmd);
    }

    /** No table yet: an empty PMD entry that a leaf may fill. {@code ptl(0)} then stands for the lock of that entry. */
    public static PageTable none(Machine machine, String owner) {
        return new PageTable(machine, owner, Pte.NONE, new Word[0]);
    }

    /** {@code ptl}, the page-table lock of the entry at {@code index}. */
    public SpinLock ptl(int index) {
        return ptls[index];
    }

    /** The entry at {@code index}. */
    public Word pte(int index) {
        return ptes[index];
    }
}
