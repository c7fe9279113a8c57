// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What must be true of the whole model while no operation is under way, and of what an operation has just done; each {@link Check}
 * looks at a part of one. The lifetime of page tables is not modelled: tables are never freed.
 */
enum Invariant {
    /**
     * A page that is pinned, or referenced for writing, and that the user has not given up, is mapped where it was; what the
     * user stores a pinning device reads. While threads run, whoever gives a reference back looks at the entry.
     */
    COHERENT_PINS,
    /** A writable entry's folio is exclusive; an exclusive folio is mapped once. */
    EXCLUSIVITY,
    /** A pinned anonymous folio is exclusive. While threads run, whoever gives a pin back looks. */
    EXCLUSIVE_PINS,
    /** A folio behind a swap entry is not exclusive. */
    SHARED_WHEN_SWAPPED,
    /** No migration entry is left over. */
    NO_MIGRATION_LEFT,
    /** Every reference is known, as every mapping is. */
    COUNTED_REFERENCES,
    /** A slot counts the entries that name it, and its cache and the folio agree. What reclaim frees is on the device. */
    SWAP_BOOKKEEPING,
    /** What the parent stores the child does not see, and back. */
    ISOLATION,
    /** A file's page is mapped only while it is in the file. While threads run, whoever has faulted around looks. */
    MAPPED_WHILE_IN_FILE,
    /** A clean page is on the disk; what eviction frees is clean. */
    CLEAN_PAGES_ON_DISK,
    /** An entry is writable only while the filesystem agrees. */
    WRITABLE_BY_AGREEMENT,
    /** What was in the file when a punch began is in it no more when it ends. */
    PUNCHED_OUT,
    /** Where no reference writes, a dirty page is one that the filesystem agreed to. */
    DIRTY_BY_AGREEMENT,
    /** GUP-fast takes no long-term pin for writing on a file whose dirty pages are tracked. */
    NO_LONGTERM_FILE_PINS,
    /** No folio is locked or being written. */
    NOTHING_LOCKED,
    /** Nobody adds a reference to a count of zero. */
    NO_REFERENCE_FROM_ZERO,
    /** Nobody writes to a folio that is free, but the one who freed it. */
    NOT_TOUCHED_WHEN_FREE;

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
