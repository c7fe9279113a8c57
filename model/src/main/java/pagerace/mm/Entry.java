// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import org.jspecify.annotations.Nullable;
import pagerace.machine.SpinLock;
import pagerace.machine.Word;

/**
 * One entry of a page table: {@code pte_t} or {@code pmd_t}, with its page-table lock.
 *
 * <p>Software changes it only under that lock. Hardware sets its accessed and dirty bits, and GUP-fast reads it, without. {@link
 * PageTable} makes it, once and for all: the same entry is always the same object.
 */
public final class Entry {
    /** Where in the page tables an entry stands. No operation asks yet: all are about {@link #PTE}, but for a leaf of a shmem file. */
    public enum Level {
        /** {@code pte_t}, whose lock {@code pte_offset_map_lock} takes: maps one page. */
        PTE,
        /** {@code pmd_t}, whose lock is {@code pmd_lock}: points to a table of {@link #PTE} entries, or is a leaf that maps a large folio. */
        PMD,
        /** The entry of a {@code hugetlbfs} page, whose lock is {@code huge_pte_lock}, and which has nothing above it that anybody compares. No table has one yet. */
        HUGETLB
    }

    /** What it holds, in the encoding of {@link Pte}; or {@link PageTable#TABLE}. */
    public final Word word;

    /**
     * {@code ptl}, its page-table lock; other entries may share it. A {@link Level#PMD} entry that points to a table has none of
     * its own yet: this is that of the table's first entry, and nobody takes it for the PMD entry's sake.
     */
    public final SpinLock lock;

    /** Where it stands. */
    public final Level level;

    /** The entry that points to its table; null at the top. */
    public final @Nullable Entry above;

    Entry(Word word, SpinLock lock, Level level, @Nullable Entry above) {
        this.word = word;
        this.lock = lock;
        this.level = level;
        this.above = above;
    }
}
