// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import java.util.List;
import java.util.StringJoiner;
import pagerace.machine.Format;
import pagerace.machine.SeqCount;

/** How the values of the kernel's words read: the bits of an entry, the flags of a folio, how much of a refcount is pins. */
public enum KernelFormat implements Format {
    /** A page-table entry, primary or secondary, in the encoding of {@link Pte}. */
    PTE,
    /** A PMD entry: a leaf in the same encoding, or {@link PageTable#TABLE}. */
    PMD,
    /** The {@code PG_} bits of a {@link Folio}. */
    FOLIO_FLAGS,
    /** The flags of an {@link Mm}. */
    MM_FLAGS,
    /** The state of {@link Buffers}. */
    BUFFERS,
    /** References, pins among them, of any {@link RefEncoding}. */
    REFCOUNT,
    /** {@link Folio#mapping}. */
    MAPPING,
    /** A place for a folio: its page frame number, or 0. */
    SLOT,
    /** {@link DiskFile#reserved}. */
    RESERVED,
    /** {@link DiskFile#dirtyTag}. */
    DIRTY_TAG,
    /** {@link Inode#iPrivate}. */
    PUNCH,
    /** A sequence that is odd while an invalidation is under way; it may have been freed. */
    INVALIDATE_SEQ,
    /** A pointer to the one {@link IntervalSubscription}, or to none; it may have been freed. */
    SUBSCRIPTION,
    /** {@link IntervalSubscription#ops}; it may have been freed. */
    OPS,
    /** {@link VhostRing#map}. */
    MAP,
    /** {@link VhostRing#mapAddr}; it may have been freed. */
    ADDRESS;

    private static final List<String> FOLIO_BITS =
            List.of("locked", "dirty", "writeback", "uptodate", "swapcache", "excl", "hwpoison");

    private static final List<String> BUFFER_BITS = List.of("attached", "dirty");

    private static final List<String> MM_BITS = List.of("has-pinned");

    /** By value: {@link Folio#NO_MAPPING}, {@link Folio#ANON}, {@link Folio#SHMEM}, {@link Folio#FILE}. */
    private static final List<String> MAPPINGS = List.of("none", "anon", "shmem", "file");

    @Override
    public String value(long value) {
        return switch (this) {
            case PTE -> Pte.describe(value);
            case PMD -> value == PageTable.TABLE ? "table" : Pte.describe(value).replaceFirst("^pte", "pmd");
            case FOLIO_FLAGS -> bits(FOLIO_BITS, value);
            case MM_FLAGS -> bits(MM_BITS, value);
            case BUFFERS -> bits(BUFFER_BITS, value);
            case REFCOUNT -> refcount(value);
            case MAPPING -> mapping(value);
            case SLOT -> value == 0 ? "empty" : "pfn=" + value;
            case RESERVED -> value == DiskFile.RESERVED ? "reserved" : "none";
            case DIRTY_TAG -> value == 0 ? "no" : "yes";
            case PUNCH -> value == Inode.NO_PUNCH ? "no punch" : "punching";
            case INVALIDATE_SEQ -> live(value, SeqCount.FORMAT.value(value));
            case SUBSCRIPTION -> live(value, value == NotifierSubscriptions.NOBODY ? "empty" : "interval_sub");
            case OPS -> live(value, "ops");
            case MAP -> value == VhostRing.NO_MAP ? "none" : "map";
            case ADDRESS -> live(value, "pfn=" + value);
        };
    }

    @Override
    public String mask(long mask) {
        return switch (this) {
            case PTE, PMD -> Pte.describeFlags(mask);
            case FOLIO_FLAGS, MM_FLAGS, BUFFERS -> value(mask);
            default -> Format.super.mask(mask);
        };
    }

    /** {@code text}, unless the memory has been freed. */
    private static String live(long value, String text) {
        return value == Slab.POISON_FREE ? "poison" : text;
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
}
