// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import java.util.StringJoiner;

/**
 * The encoding of a page-table entry in one 64-bit word.
 *
 * <p>An entry is one of five kinds: none (zero), present, swap, migration, marker. Bits 0 to 15 hold flags, the rest a page
 * frame number (present, migration) or a swap offset (swap). The functions here are pure; none accesses shared memory.
 *
 * <p>Two entries are the same entry only if every bit is equal: a changed accessed bit makes GUP-fast's recheck fail, as in
 * the kernel.
 */
public final class Pte {
    /** No entry: the next access faults. */
    public static final long NONE = 0;

    /** Maps a page. */
    public static final long PRESENT = 1;
    /** {@code W}: the CPU may store through it. */
    public static final long WRITE = 1 << 1;
    /** {@code D}: the CPU has stored through it. */
    public static final long DIRTY = 1 << 2;
    /** {@code A}: the CPU has used it. */
    public static final long ACCESSED = 1 << 3;
    /** Stored through since {@code clear_refs} last looked. */
    public static final long SOFT_DIRTY = 1 << 4;
    /** {@code userfaultfd} is to be told of the next store. On a marker: of the next store after the page comes back. */
    public static final long UFFD_WP = 1 << 5;
    /** NUMA hinting: maps a page, but every access faults. */
    public static final long PROTNONE = 1 << 6;
    /** Maps something without a folio: GUP-fast keeps its hands off. */
    public static final long SPECIAL = 1 << 7;
    /** Not present: the page is in the swap slot at {@link #swapOffset}. */
    public static final long SWAP = 1 << 8;
    /** Not present: the page is being migrated. */
    public static final long MIGRATION = 1 << 9;
    /** Not present, and no page either: remembers flags for the next fault. */
    public static final long MARKER = 1 << 10;
    /**
     * On a swap entry: the page was exclusive to this mapping. On a migration entry: readable and exclusive; a writable
     * migration entry has {@link #WRITE} as well.
     */
    public static final long EXCLUSIVE = 1 << 11;

    private static final int NUMBER_SHIFT = 16;
    private static final long FLAGS = (1L << NUMBER_SHIFT) - 1;

    private Pte() {}

    /** A present entry that maps page frame {@code pfn} with {@code flags}, or-ed constants of this class. */
    public static long present(int pfn, long flags) {
        return PRESENT | flags | (long) pfn << NUMBER_SHIFT;
    }

    /** A swap entry for {@code offset}. */
    public static long swap(int offset, boolean exclusive) {
        return SWAP | (exclusive ? EXCLUSIVE : 0) | (long) offset << NUMBER_SHIFT;
    }

    /** A migration entry, to be writable, readable and exclusive, or just readable when the new page arrives. */
    public static long migration(int pfn, boolean writable, boolean exclusive) {
        return MIGRATION | (writable ? WRITE : 0) | (exclusive ? EXCLUSIVE : 0) | (long) pfn << NUMBER_SHIFT;
    }

    /** A marker that remembers {@link #UFFD_WP}. */
    public static long uffdWpMarker() {
        return MARKER | UFFD_WP;
    }

    /** Whether nothing is there, not even a marker. */
    public static boolean isNone(long pte) {
        return pte == NONE;
    }

    /** Whether the entry maps a page. */
    public static boolean isPresent(long pte) {
        return (pte & PRESENT) != 0;
    }

    /** Whether the CPU may store through the entry: present, writable, and not merely hinting. */
    public static boolean isWritable(long pte) {
        return (pte & (PRESENT | WRITE | PROTNONE)) == (PRESENT | WRITE);
    }

    /** Whether any of {@code flags} is set. */
    public static boolean has(long pte, long flags) {
        return (pte & flags) != 0;
    }

    /** The page frame number of a present or migration entry. */
    public static int pfn(long pte) {
        return (int) (pte >>> NUMBER_SHIFT);
    }

    /** The swap offset of a swap entry. */
    public static int swapOffset(long pte) {
        return (int) (pte >>> NUMBER_SHIFT);
    }

    /** The entry as traces show it: {@code pte W,D pfn=1}, {@code swap excl offset=1}, {@code none}. */
    public static String describe(long pte) {
        if (isNone(pte)) {
            return "none";
        }
        String flags = describeFlags(pte);
        StringJoiner text = new StringJoiner(" ");
        text.add(has(pte, SWAP) ? "swap" : has(pte, MIGRATION) ? "migration" : has(pte, MARKER) ? "marker" : "pte");
        if (!flags.isEmpty()) {
            text.add(flags);
        } else if (isPresent(pte)) {
            text.add("R/O");
        }
        if (!has(pte, MARKER)) {
            text.add((has(pte, SWAP) ? "offset=" : "pfn=") + ((pte & ~FLAGS) >>> NUMBER_SHIFT));
        }
        return text.toString();
    }

    /** The flags of {@link #describe} alone, which is how a mask reads: {@code W,D}. */
    public static String describeFlags(long mask) {
        StringJoiner flags = new StringJoiner(",");
        name(flags, mask, WRITE, "W");
        name(flags, mask, DIRTY, "D");
        name(flags, mask, ACCESSED, "A");
        name(flags, mask, SOFT_DIRTY, "soft-dirty");
        name(flags, mask, UFFD_WP, "uffd-wp");
        name(flags, mask, PROTNONE, "protnone");
        name(flags, mask, SPECIAL, "special");
        name(flags, mask, EXCLUSIVE, "excl");
        return flags.toString();
    }

    private static void name(StringJoiner flags, long pte, long flag, String name) {
        if (has(pte, flag)) {
            flags.add(name);
        }
    }
}
