// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

/** How a fault on a page of a file mapping ended, for the page that is looked at. */
public enum FaultEnd {
    /** There was no fault: the entry was present. */
    NO_FAULT,
    /** The page that was in the page cache is mapped now. */
    MAPPED,
    /** A new page, filled with zeros, is mapped now. */
    MAPPED_NEW,
    /** The fault waited for a punch to end, and whatever it found after that is mapped now. */
    WAITED_FOR_PUNCH,
    /** A private copy is mapped now. */
    MAPPED_COPY,
    /** Nothing was mapped: the page cache has no page there. */
    SKIPPED_EMPTY,
    /** Nothing was mapped: somebody else holds the folio lock. */
    SKIPPED_LOCKED,
    /** Nothing was mapped: the folio was being freed, or had left its slot. */
    SKIPPED_MOVED,
    /** Nothing was mapped: the folio, once locked, was no longer of this file. */
    SKIPPED_TRUNCATED,
    /** Nothing was mapped: under the page-table lock the entry was no longer what the fault had seen. */
    SKIPPED_PRESENT,
    /** Nothing was mapped: a punch was under way. */
    SKIPPED_PUNCH,
    /** The page is behind the end of the file ({@code SIGBUS}). */
    BEYOND_EOF,
    /** Retried as often as allowed. */
    GAVE_UP
}
