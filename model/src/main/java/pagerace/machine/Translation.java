// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

/**
 * What the TLB of one CPU holds for one page, and the accesses that use it.
 *
 * <p>Guarantees: after {@link #invalidate} returned, no access uses the old translation any more, neither the cached one nor one
 * that was just walked. That is true of every kind of flush: an interrupt comes between two accesses, and a broadcast
 * invalidation completes only after the accesses that it overtakes. (A broadcast does not wait for a <em>software</em> walk with
 * interrupts off; for those see {@link Tlb#irqSave}.)
 *
 * <p>Assumptions: one CPU uses it. A translation is cached before the actors start, or never: hardware may cache again after
 * each access, but an actor that walks each time sees no less.
 */
public final class Translation {
    /** The value of a translation that is not cached. */
    public static final long NONE = 0;

    private final Word cached;
    private final ReaderSections accesses;

    /**
     * A CPU that has cached the page-table entry {@code entry}, or nothing if that is {@link #NONE}.
     *
     * @param format how page-table entries read
     */
    public Translation(Machine machine, Format format, long entry) {
        cached = machine.word("tlb.pte", format, entry);
        accesses = new ReaderSections(machine, "access", 1);
    }

    /** Begins an access: the entry that it was translated through, or {@link #NONE} if the page table must be walked. */
    public long begin() {
        accesses.enter(0);
        return cached.readOnce();
    }

    /** Ends the access. */
    public void end() {
        accesses.leave(0);
    }

    /** Drops the translation and waits until no access uses it. The caller must not be inside one. */
    public void invalidate() {
        cached.writeOnce(NONE); // before the full fence in synchronize: an access that begins after it walks
        accesses.synchronize();
    }
}
