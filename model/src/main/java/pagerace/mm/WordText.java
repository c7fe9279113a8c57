// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import java.util.List;
import java.util.StringJoiner;

/**
 * The values of the kernel's words as traces show them, found by the last part of a word's name: the bits of an entry, the
 * flags of a folio, how much of a refcount is pins. Pure functions; a word of no known kind is a decimal number.
 */
public final class WordText {
    private static final List<String> FOLIO_FLAGS =
            List.of("locked", "dirty", "writeback", "uptodate", "swapcache", "excl", "hwpoison");

    private static final List<String> BUFFER_FLAGS = List.of("attached", "dirty");

    private static final List<String> MM_FLAGS = List.of("has-pinned");
    private static final List<String> MM_OWNERS = List.of("mm", "parent", "child");

    /** By value: {@link Folio#NO_MAPPING}, {@link Folio#ANON}, {@link Folio#SHMEM}, {@link Folio#FILE}. */
    private static final List<String> MAPPINGS = List.of("none", "anon", "shmem", "file");

    private static final long WRITER = 1;

    private WordText() {}

    /** The value of the word called {@code word}: {@code 1025 (1 + 1 pin)} for {@code folio.refcount}. */
    public static String value(String word, long value) {
        return switch (field(word)) {
            case "pte", "pte1" -> Pte.describe(value);
            case "pmd" ->
                value == PageTable.TABLE ? "table" : Pte.describe(value).replaceFirst("^pte", "pmd");
            case "flags" -> bits(flagsOf(word), value);
            case "refcount" -> refcount(value);
            case "mapping" -> mapping(value);
            case "page_cache", "swap_cache", "compound_head" -> value == 0 ? "empty" : "pfn=" + value;
            case "buffers" -> bits(BUFFER_FLAGS, value);
            case "reserved" -> value == DiskFile.RESERVED ? "reserved" : "none";
            case "dirty-tag" -> value == 0 ? "no" : "yes";
            case "i_private" -> value == Inode.NO_PUNCH ? "no punch" : "punching";
            case "ptl", "i_lock", "xa_lock", "i_private_lock" -> value == 0 ? "free" : "held";
            case "mmap_lock", "i_mmap_rwsem" -> semaphore(value);
            case "write_protect_seq" -> value + ((value & 1) == 0 ? " (even)" : " (odd)");
            case "irqs-off", "rcu", "access" -> value + ((value & 1) == 0 ? " (no)" : " (yes)");
            default -> Long.toString(value);
        };
    }

    /** Bits of the word called {@code word} that an operation sets or clears: {@code PG_dirty}, {@code W}. */
    public static String mask(String word, long mask) {
        return switch (field(word)) {
            case "pte", "pte1", "pmd" -> Pte.describeFlags(mask);
            case "flags" -> bits(flagsOf(word), mask);
            case "buffers" -> bits(BUFFER_FLAGS, mask);
            default -> "0x" + Long.toHexString(mask);
        };
    }

    /** The name without its owner and index. */
    private static String field(String word) {
        int end = word.endsWith("]") ? word.indexOf('[') : word.length();
        return word.substring(word.lastIndexOf('.', end) + 1, end);
    }

    private static List<String> flagsOf(String word) {
        return MM_OWNERS.contains(word.substring(0, word.lastIndexOf('.'))) ? MM_FLAGS : FOLIO_FLAGS;
    }

    private static String bits(List<String> names, long value) {
        StringJoiner text = new StringJoiner(",");
        for (int bit = 0; bit < Long.SIZE; bit++) {
            if ((value & 1L << bit) != 0) {
                text.add(bit < names.size() ? names.get(bit) : "bit" + bit);
            }
        }
        return value == 0 ? "0" : text.toString();
    }

    private static String refcount(long value) {
        if (value > 0 && RefEncoding.FROZEN_BIT.isFrozen(value)) {
            long junk = value - RefEncoding.FROZEN_BIT.frozen;
            return junk == 0 ? "frozen" : "frozen + " + junk + " junk";
        }
        long pins = value / Folio.PIN_BIAS;
        if (pins <= 0) {
            return Long.toString(value);
        }
        long others = value % Folio.PIN_BIAS;
        return value + " (" + (others == 0 ? "" : others + " + ") + pins + (pins == 1 ? " pin)" : " pins)");
    }

    private static String mapping(long value) {
        return value >= 0 && value < MAPPINGS.size() ? MAPPINGS.get((int) value) : Long.toString(value);
    }

    private static String semaphore(long value) {
        if (value == 0) {
            return "free";
        }
        long readers = value >> 1;
        return value == WRITER ? "writer" : readers + (readers == 1 ? " reader" : " readers");
    }
}
