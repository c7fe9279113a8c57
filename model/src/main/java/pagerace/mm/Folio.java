// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import org.jspecify.annotations.Nullable;
import pagerace.machine.BitLock;
import pagerace.machine.Format;
import pagerace.machine.Machine;
import pagerace.machine.Order;
import pagerace.machine.Word;

/**
 * A folio: one page or several that are managed as one.
 *
 * <p>Assumptions: a large folio's sub-pages other than the first are not modelled; {@code PG_anon_exclusive} of the first
 * sub-page lives in the same flags word as the folio lock, as in the kernel.
 *
 * <p>Counts. {@link #refcount} counts mappings, the page cache or swap cache, isolation, and every other reference; a pin
 * of a small folio adds {@link #PIN_BIAS} to it. A pin of a large folio adds one reference and one to {@link #pincount}.
 * A {@link RefEncoding} says how it shows that the folio is free, or frozen by the one that is about to free it: by
 * being zero, in all released kernels.
 */
public final class Folio {
    /** {@code GUP_PIN_COUNTING_BIAS}: references that a pin of a small folio takes. */
    public static final long PIN_BIAS = 1024;

    /** {@code PG_locked}: the folio lock. */
    public static final long LOCKED = 1;
    /** {@code PG_dirty}: memory is newer than the backing store. */
    public static final long DIRTY = 1 << 1;
    /** {@code PG_writeback}: being written right now. */
    public static final long WRITEBACK = 1 << 2;
    /** {@code PG_uptodate}: the content is valid. */
    public static final long UPTODATE = 1 << 3;
    /** {@code PG_swapcache}: its backing store is a swap slot. */
    public static final long SWAPCACHE = 1 << 4;
    /** {@code PG_anon_exclusive}: mapped by one address space only, so pins are safe. */
    public static final long ANON_EXCLUSIVE = 1 << 5;
    /** {@code PG_hwpoison}: bad memory, not to be given out any more. */
    public static final long HWPOISON = 1 << 6;

    /** {@link #mapping}: truncated or never used. */
    public static final long NO_MAPPING = 0;
    /** {@link #mapping}: anonymous memory. */
    public static final long ANON = 1;
    /** {@link #mapping}: the page cache of the scenario's shmem file. */
    public static final long SHMEM = 2;
    /** {@link #mapping}: the page cache of the scenario's file on disk, whose filesystem tracks dirty pages. */
    public static final long FILE = 3;

    /** Where a page-table entry finds it; unique within a {@link MemMap}. */
    public final int pfn;
    /** Whether it has more than one page, and thus a {@link #pincount}. */
    public final boolean large;
    /** {@code _refcount}. */
    public final Word refcount;
    /** {@code _mapcount}, counted from zero. */
    public final Word mapcount;
    /** The {@code PG_} bits. */
    public final Word flags;
    /** {@code folio->mapping}: {@link #NO_MAPPING}, {@link #ANON}, {@link #SHMEM} or {@link #FILE}. */
    public final Word mapping;
    /** The content, abridged to one number. */
    public final Word data;
    /** {@code folio_lock}. */
    public final BitLock lock;

    private final RefEncoding encoding;
    private final @Nullable Word pincount;

    /** What a folio is before the actors start. */
    public record Initially(long refcount, long mapcount, long flags, long mapping, long data) {
        /** A free folio: an allocation may take it. */
        public static final Initially FREE = new Initially(0, 0, 0, NO_MAPPING, 0);
    }

    /** A folio whose words traces call {@code name.refcount} and so on. */
    public Folio(Machine machine, String name, int pfn, boolean large, Initially initially) {
        this(machine, name, pfn, large, initially, RefEncoding.UNLESS_ZERO);
    }

    /** A folio whose refcount is of {@code encoding}. */
    public Folio(Machine machine, String name, int pfn, boolean large, Initially initially, RefEncoding encoding) {
        this.pfn = pfn;
        this.large = large;
        this.encoding = encoding;
        refcount = encoding == RefEncoding.UNLESS_ZERO
                ? machine.counter(name, "refcount", KernelFormat.REFCOUNT, initially.refcount)
                : machine.word(name, "refcount", KernelFormat.REFCOUNT, initially.refcount);
        mapcount = machine.keptBy(refcount, name, "mapcount", Format.DECIMAL, initially.mapcount);
        flags = machine.keptBy(refcount, name, "flags", KernelFormat.FOLIO_FLAGS, initially.flags);
        mapping = machine.keptBy(refcount, name, "mapping", KernelFormat.MAPPING, initially.mapping);
        data = machine.keptBy(refcount, name, "data", Format.DECIMAL, initially.data);
        pincount = large ? machine.keptBy(refcount, name, "pincount", Format.DECIMAL, 0) : null;
        lock = new BitLock(flags, LOCKED);
    }

    /** {@code _pincount}. Only large folios have one. */
    public Word pincount() {
        if (pincount == null) {
            throw new IllegalStateException("a small folio counts its pins in the refcount");
        }
        return pincount;
    }

    /**
     * {@code folio_maybe_dma_pinned}: one unordered read. May say yes for a small folio with very many ordinary references;
     * says no for a pin that is not visible yet.
     */
    public boolean maybePinned() {
        return large ? pincount().readOnce() > 0 : refcount.readOnce() >= PIN_BIAS;
    }

    /** Whether any of the {@code PG_} bits {@code mask} is set: one unordered read. */
    public boolean test(long mask) {
        return (flags.readOnce() & mask) != 0;
    }

    /**
     * {@code noop_dirty_folio}: marks a folio dirty that no filesystem keeps a record of. Looks first; a folio that is dirty
     * already is only read, and nothing is ordered.
     */
    public void markDirtyQuietly() {
        if (!test(DIRTY)) {
            flags.testAndSetBit(DIRTY);
        }
    }

    /**
     * {@code __folio_remove_rmap}: one mapping less. Fully ordered ({@code atomic_add_negative}); {@code wp_page_copy} relies on
     * that, to let nobody reuse the page before the new entry is there.
     */
    public void uncountMapping() {
        mapcount.fetchAdd(-1, Order.FULL);
    }

    /** {@code folio_start_writeback}: fully ordered ({@code test_and_set_bit}). */
    public void startWriteback() {
        flags.testAndSetBit(WRITEBACK);
    }

    /**
     * {@code folio_end_writeback}: one who finds the bit clear sees what was done to the folio before. So it is since 6.7;
     * the {@code test_and_clear_bit} before that was fully ordered.
     */
    public void endWriteback() {
        flags.clearBitUnlock(WRITEBACK);
    }

    /** {@code test_and_clear_bit(PG_dirty)}: fully ordered, whether it was set. */
    public boolean testAndClearDirty() {
        return flags.testAndClearBit(DIRTY);
    }

    /** {@code folio_wait_writeback}: waits until the folio is not being written. The last look orders nothing. */
    public void waitForWriteback() {
        flags.await(bits -> (bits & WRITEBACK) == 0);
    }

    /** {@code folio_put}: gives one reference back; whether it was the last, so that the folio is free now. */
    public boolean put() {
        return put(Order.FULL);
    }

    /** {@code unpin_folio}: gives one pin back. */
    public void unpin() {
        if (large) {
            pincount().add(-1);
            refcount.subAndTest(1);
        } else {
            refcount.subAndTest(PIN_BIAS);
        }
    }

    /** As {@link #put()}, in the given order. */
    public boolean put(Order order) {
        return encoding.put(refcount, order);
    }

    /** {@code folio_try_get}: one more reference, fully ordered; false if the folio is free or frozen. */
    public boolean tryGet() {
        return encoding.tryGet(refcount);
    }

    /** {@code folio_ref_freeze}: from exactly {@code expected} references to none, fully ordered; false if there are others. */
    public boolean freeze(long expected) {
        return freeze(expected, Order.FULL);
    }

    /** As {@link #freeze(long)}, in the given order. */
    public boolean freeze(long expected, Order order) {
        return encoding.freeze(refcount, expected, order);
    }

    /** {@code folio_ref_unfreeze}: the one who froze it stores {@code references}, with release. */
    public void unfreeze(long references) {
        refcount.storeRelease(references);
    }

    /** Whether the folio is free, or frozen: one unordered read. */
    public boolean isFrozen() {
        return encoding.isFrozen(refcount.readOnce());
    }

    /**
     * Turns a spare folio into an anonymous one with one reference, not mapped yet. The spare is the allocating actor's own,
     * so nobody else has seen it.
     *
     * @throws IllegalStateException if it is in use: the scenario gave its actor too few spares
     */
    public void allocateAnon(long content, boolean exclusive) {
        allocate(ANON, UPTODATE | (exclusive ? ANON_EXCLUSIVE : 0), content);
    }

    /** Turns a spare folio into an unmapped page-cache one with one reference, as {@link #allocateAnon}. */
    public void allocateShmem(long content, long pageFlags) {
        allocate(SHMEM, UPTODATE | pageFlags, content);
    }

    /** Turns a spare folio into an unmapped one of a file on disk with one reference, as {@link #allocateAnon}. */
    public void allocateFile(long content, long pageFlags) {
        allocate(FILE, UPTODATE | pageFlags, content);
    }

    private void allocate(long owner, long pageFlags, long content) {
        if (!isFrozen()) {
            throw new IllegalStateException("the spare folio is in use already");
        }
        refcount.writeOnce(
                1); // set_page_refcounted, in post_alloc_hook or (since 6.14) its caller: before the page gets an owner
        mapping.writeOnce(owner);
        flags.writeOnce(pageFlags);
        data.writeOnce(content);
    }
}
