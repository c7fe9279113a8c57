// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What must be true of the whole model while no operation is under way, and of what an operation has just done. The lifetime of page
 * tables is not modelled: tables are never freed.
 */
enum Invariant {
    /**
     * A page that is pinned, or referenced for writing, and that the user has not given up, is mapped where it was; what the
     * device writes the user reads, and back. While threads run, whoever gives a reference back looks at the entry.
     */
    COHERENT_PINS("pages", Moment.WHILE_RUNNING, Moment.BETWEEN_ROUNDS, Moment.BY_DATA),
    /** A writable entry's folio is exclusive; an exclusive folio is mapped once. */
    EXCLUSIVITY("folios", Moment.BETWEEN_ROUNDS),
    /** A pinned anonymous folio is exclusive. While threads run, whoever gives a pin back looks. */
    EXCLUSIVE_PINS("folios", Moment.WHILE_RUNNING, Moment.BETWEEN_ROUNDS),
    /** A folio behind a swap entry is not exclusive. */
    SHARED_WHEN_SWAPPED("folios", Moment.BETWEEN_ROUNDS),
    /** No migration entry is left over. */
    NO_MIGRATION_LEFT("pages", Moment.BETWEEN_ROUNDS),
    /** Every reference is known, as every mapping is. */
    COUNTED_REFERENCES("folios", Moment.BETWEEN_ROUNDS),
    /** A slot counts the entries that name it, and its cache and the folio agree. What reclaim frees is on the device. */
    SWAP_BOOKKEEPING("slots", Moment.WHILE_RUNNING, Moment.BETWEEN_ROUNDS),
    /** What the parent stores the child does not see, and back. */
    ISOLATION("pages", Moment.BY_DATA),
    /** A file's page is mapped only while it is in the file. While threads run, whoever has faulted around looks. */
    MAPPED_WHILE_IN_FILE("pages", Moment.WHILE_RUNNING, Moment.BETWEEN_ROUNDS),
    /** A clean page is on the disk; what eviction frees is clean. */
    CLEAN_PAGES_ON_DISK("files", Moment.WHILE_RUNNING, Moment.BETWEEN_ROUNDS),
    /** An entry is writable only while the filesystem agrees. */
    WRITABLE_BY_AGREEMENT("files", Moment.BETWEEN_ROUNDS),
    /** What was in the file when a punch began is in it no more when it ends. */
    PUNCHED_OUT("pages", Moment.WHILE_RUNNING),
    /** Where no reference writes, a dirty page is one that the filesystem agreed to. */
    DIRTY_BY_AGREEMENT("files", Moment.BETWEEN_ROUNDS),
    /** GUP-fast takes no long-term pin for writing on a file whose dirty pages are tracked. */
    NO_LONGTERM_FILE_PINS("files", Moment.WHILE_RUNNING),
    /** No folio is locked or being written. */
    NOTHING_LOCKED("folios", Moment.BETWEEN_ROUNDS),
    /** Nobody adds a reference to a count of zero. The machine's counters look, each time somebody adds without looking. */
    NO_REFERENCE_FROM_ZERO("folios", Moment.WHILE_RUNNING),
    /** Nobody writes to a folio that is free, but the one who freed it. The machine looks, at each write to a folio's words. */
    NOT_TOUCHED_WHEN_FREE("folios", Moment.WHILE_RUNNING);

    /** What it is evaluated on. */
    final String objects;

    /** When it is evaluated: in each run at each of these. */
    final Set<Moment> moments;

    Invariant(String objects, Moment first, Moment... others) {
        this.objects = objects;
        this.moments = Collections.unmodifiableSet(EnumSet.of(first, others));
    }

    /** To be thrown, since it does not hold: {@code what} was found, at {@code page} of {@code area} if a page is concerned. */
    Violation.Found violated(String what, @Nullable Area area, int page, int pfn) {
        return new Violation.Found(new Violation(this + ": " + what, area, page, pfn));
    }

    /** The words that reports say: {@code coherent pins}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
