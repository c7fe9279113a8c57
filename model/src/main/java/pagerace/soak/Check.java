// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import java.util.Locale;

/**
 * A place in the code that evaluates an invariant. Each is counted by itself, for each can stop by itself. What reads the entries of
 * the parent and of the child, or of two kinds of file, is one check for each of them.
 */
enum Check {
    /** Whoever gives a pin back looks at the entry. */
    PIN_MAPPED_AT_RELEASE(Invariant.COHERENT_PINS, Moment.WHILE_RUNNING, On.PAGES, "a pin given back"),
    /** Whoever gives a reference back looks at the entry. */
    REFERENCE_MAPPED_AT_RELEASE(
            Invariant.COHERENT_PINS, Moment.WHILE_RUNNING, On.PAGES, "a reference for writing given back"),
    /** The entry maps what is pinned. */
    PIN_MAPPED(Invariant.COHERENT_PINS, Moment.BETWEEN_ROUNDS, On.THREADS, "the entry of a pin"),
    /** The entry maps what is referenced, or names its slot. */
    REFERENCE_MAPPED(
            Invariant.COHERENT_PINS, Moment.BETWEEN_ROUNDS, On.THREADS, "the entry of a reference for writing"),
    /** The user stores, and the device loads. */
    SEEN_BY_WRITING_DEVICE(
            Invariant.COHERENT_PINS, Moment.BY_DATA, On.THREADS, "a pin for writing reads what the user stores"),
    /** The user stores, and the device loads. */
    SEEN_BY_READING_DEVICE(
            Invariant.COHERENT_PINS, Moment.BY_DATA, On.THREADS, "a pin for reading reads what the user stores"),
    /** No fault of these stores and loads has taken away what is referenced. */
    REFERENCE_MAPPED_AFTER_DATA(
            Invariant.COHERENT_PINS, Moment.AFTER_DATA, On.THREADS, "the entry of a reference for writing"),
    /** An exclusive folio has one mapping. */
    MAPPED_ONCE(Invariant.EXCLUSIVITY, Moment.BETWEEN_ROUNDS, On.FOLIOS, "how often an exclusive folio is mapped"),
    /** What the parent may write is exclusive. */
    PARENT_WRITES_EXCLUSIVE(Invariant.EXCLUSIVITY, Moment.BETWEEN_ROUNDS, On.FOLIOS, "writable entries of the parent"),
    /** What the child may write is exclusive. */
    CHILD_WRITES_EXCLUSIVE(Invariant.EXCLUSIVITY, Moment.BETWEEN_ROUNDS, On.FOLIOS, "writable entries of the child"),
    /** Whoever gives a pin back looks at the folio. */
    PIN_EXCLUSIVE_AT_RELEASE(Invariant.EXCLUSIVE_PINS, Moment.WHILE_RUNNING, On.FOLIOS, "a pin given back"),
    /** What is pinned is exclusive. */
    PIN_EXCLUSIVE(Invariant.EXCLUSIVE_PINS, Moment.BETWEEN_ROUNDS, On.THREADS, "the folio of a pin"),
    /** What is in the swap cache for an entry is not exclusive. */
    SWAPPED_SHARED(Invariant.SHARED_WHEN_SWAPPED, Moment.BETWEEN_ROUNDS, On.FOLIOS, "the folio behind a swap entry"),
    /** No migration of the parent's was left unfinished. */
    PARENT_MIGRATED(Invariant.NO_MIGRATION_LEFT, Moment.BETWEEN_ROUNDS, On.PAGES, "entries of the parent"),
    /** None of the child's was. */
    CHILD_MIGRATED(Invariant.NO_MIGRATION_LEFT, Moment.BETWEEN_ROUNDS, On.PAGES, "entries of the child"),
    /** The reference count of what is mapped is right. */
    REFERENCES_WHEN_MAPPED(
            Invariant.COUNTED_REFERENCES, Moment.BETWEEN_ROUNDS, On.FOLIOS, "references to a mapped folio"),
    /** The reference count of what was mapped once is right. */
    REFERENCES_WHEN_UNMAPPED(
            Invariant.COUNTED_REFERENCES, Moment.BETWEEN_ROUNDS, On.FOLIOS, "references to a folio no longer mapped"),
    /** The mapcount of what is mapped is right. */
    MAPCOUNT_WHEN_MAPPED(Invariant.COUNTED_REFERENCES, Moment.BETWEEN_ROUNDS, On.FOLIOS, "mappings of a mapped folio"),
    /** The mapcount of what was mapped once is zero. */
    MAPCOUNT_WHEN_UNMAPPED(
            Invariant.COUNTED_REFERENCES, Moment.BETWEEN_ROUNDS, On.FOLIOS, "mappings of a folio no longer mapped"),
    /** Whoever reclaims a page looks at the folio. */
    RECLAIMED_SHARED(Invariant.SWAP_BOOKKEEPING, Moment.WHILE_RUNNING, On.SLOTS, "a reclaimed folio is not exclusive"),
    /** Whoever reclaims a page looks at the device. */
    RECLAIMED_WRITTEN(Invariant.SWAP_BOOKKEEPING, Moment.WHILE_RUNNING, On.SLOTS, "a reclaimed folio is on the device"),
    /** The count of a slot that an entry names is one. */
    SLOT_NAMED(Invariant.SWAP_BOOKKEEPING, Moment.BETWEEN_ROUNDS, On.SLOTS, "the count of a slot in use"),
    /** The count of a slot that an entry named once is zero. */
    SLOT_NO_LONGER_NAMED(
            Invariant.SWAP_BOOKKEEPING, Moment.BETWEEN_ROUNDS, On.SLOTS, "the count of a slot no longer in use"),
    /** What the swap cache has knows it. */
    CACHED_FOR_SLOT(Invariant.SWAP_BOOKKEEPING, Moment.BETWEEN_ROUNDS, On.SLOTS, "the folio in the swap cache"),
    /** The parent stores, and the child loads. */
    UNSEEN_BY_CHILD(Invariant.ISOLATION, Moment.BY_DATA, On.PAGES, "the child does not see the parent's store"),
    /** The child stores, and the parent loads. */
    UNSEEN_BY_PARENT(Invariant.ISOLATION, Moment.BY_DATA, On.PAGES, "the parent does not see the child's store"),
    /** Whoever has faulted around looks. */
    SHMEM_MAPPED_AFTER_FAULT(
            Invariant.MAPPED_WHILE_IN_FILE, Moment.WHILE_RUNNING, On.PAGES, "shmem after a fault-around"),
    /** What an entry maps is in the file. */
    SHMEM_MAPPED(Invariant.MAPPED_WHILE_IN_FILE, Moment.BETWEEN_ROUNDS, On.PAGES, "entries of shmem"),
    /** What an entry maps is in the file. */
    DISK_MAPPED(Invariant.MAPPED_WHILE_IN_FILE, Moment.BETWEEN_ROUNDS, On.FILES, "entries of files on disk"),
    /** Whoever evicts a page looks at it. */
    EVICTED_CLEAN(Invariant.CLEAN_PAGES_ON_DISK, Moment.WHILE_RUNNING, On.FILES, "an evicted folio is clean"),
    /** What is clean and what is on the disk are the same. */
    CLEAN_ON_DISK(Invariant.CLEAN_PAGES_ON_DISK, Moment.BETWEEN_ROUNDS, On.FILES, "a clean folio and its disk"),
    /** The same where only the disk is looked at. */
    CLEAN_AFTER_DISK_ROUND(
            Invariant.CLEAN_PAGES_ON_DISK, Moment.AFTER_DISK_ROUNDS, On.FILES, "a clean folio and its disk"),
    /** What the user may write the filesystem agreed to. */
    WRITABLE_AGREED(Invariant.WRITABLE_BY_AGREEMENT, Moment.BETWEEN_ROUNDS, On.FILES, "writable entries"),
    /** Whoever has punched a hole looks. */
    GONE_AFTER_PUNCH(Invariant.PUNCHED_OUT, Moment.WHILE_RUNNING, On.PAGES, "pages after a punch"),
    /** Whoever has truncated looks. */
    GONE_AFTER_TRUNCATION(Invariant.PUNCHED_OUT, Moment.WHILE_RUNNING, On.PAGES, "pages after a truncation"),
    /** What is dirty the filesystem agreed to. */
    DIRTY_AGREED(Invariant.DIRTY_BY_AGREEMENT, Moment.BETWEEN_ROUNDS, On.FILES, "dirty folios"),
    /** Whoever asks for such a pin looks whether he has got it. */
    LONGTERM_REFUSED(Invariant.NO_LONGTERM_FILE_PINS, Moment.WHILE_RUNNING, On.FILES, "a pin that was asked for"),
    /** The folio lock of what was mapped once is free. */
    UNLOCKED(Invariant.NOTHING_LOCKED, Moment.BETWEEN_ROUNDS, On.FOLIOS, "the folio lock"),
    /** What a file on disk maps, or mapped once, is not being written. */
    NOT_UNDER_WRITEBACK(Invariant.NOTHING_LOCKED, Moment.BETWEEN_ROUNDS, On.FOLIOS, "the writeback of a file's folio"),
    /** The machine's counters look, each time somebody adds without looking. */
    ADDED_TO_HELD(Invariant.NO_REFERENCE_FROM_ZERO, Moment.WHILE_RUNNING, On.FOLIOS, "a reference taken"),
    /** The machine looks, at each write to a folio's words. */
    WROTE_TO_HELD(Invariant.NOT_TOUCHED_WHEN_FREE, Moment.WHILE_RUNNING, On.FOLIOS, "a folio written to");

    /** What a check is evaluated on. */
    enum On {
        PAGES,
        FOLIOS,
        SLOTS,
        FILES,
        /** What each thread holds: it must be looked at for each of them. */
        THREADS;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    final Invariant invariant;
    final Moment moment;
    final On on;

    /** What it looks at, in words. */
    final String what;

    Check(Invariant invariant, Moment moment, On on, String what) {
        this.invariant = invariant;
        this.moment = moment;
        this.on = on;
        this.what = what;
    }

    /** On so many objects it must be evaluated in a run of that many threads. */
    int fewestObjects(int threads) {
        return on == On.THREADS ? threads : 1;
    }
}
