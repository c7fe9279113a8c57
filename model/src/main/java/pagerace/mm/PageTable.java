// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import pagerace.machine.Machine;
import pagerace.machine.SpinLock;
import pagerace.machine.Word;

/**
 * One page-table page: its entries, its lock, and the PMD entry that points to it.
 *
 * <p>The lock belongs to the table page, as with split page-table locks. Entries change only under it; GUP-fast reads them
 * without.
 */
public final class PageTable {
    /** {@link #pmd}: points to this table. No flag of {@link Pte}, so that a leaf cannot be mistaken for it. */
    public static final long TABLE = 1 << 12;

    /** {@code ptl}, the page-table lock. */
    public final SpinLock ptl;
    /** The PMD entry: {@link #TABLE}, or a leaf in the encoding of {@link Pte}, or {@link Pte#NONE}. */
    public final Word pmd;

    private final Word[] ptes;

    /** A table whose words traces call {@code owner.ptl}, {@code owner.pmd} and {@code owner.pte}. */
    public PageTable(Machine machine, String owner, long pte) {
        this(machine, owner, TABLE, machine.word(owner, "pte", pte));
    }

    /** A table of two entries, {@code owner.pte} and {@code owner.pte1}. */
    public PageTable(Machine machine, String owner, long pte0, long pte1) {
        this(machine, owner, TABLE, machine.word(owner, "pte", pte0), machine.word(owner, "pte1", pte1));
    }

    private PageTable(Machine machine, String owner, long pmd, Word... ptes) {
        this.ptes = ptes;
        this.ptl = new SpinLock(machine, owner, "ptl");
        this.pmd = machine.word(owner, "pmd", pmd);
    }

    /** No table yet: an empty PMD entry that a leaf may fill. {@link #ptl} then stands for the lock of that entry. */
    public static PageTable none(Machine machine, String owner) {
        return new PageTable(machine, owner, Pte.NONE, new Word[0]);
    }

    /** The entry at {@code index}. */
    public Word pte(int index) {
        return ptes[index];
    }
}
