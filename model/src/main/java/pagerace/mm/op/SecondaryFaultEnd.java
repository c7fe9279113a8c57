// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

/** How a fault of a secondary MMU ended. */
public enum SecondaryFaultEnd {
    /** The first page that it looked up is in the secondary entry. */
    MAPPED,
    /** The check under the secondary MMU's lock sent it back, and the second attempt succeeded. */
    MAPPED_AFTER_RETRY,
    /** It saw the invalidation before it took that lock: it waited or went back, and then succeeded. */
    MAPPED_AFTER_WAIT,
    /** The primary entry mapped nothing. */
    NOTHING_THERE,
    /** It was sent back as often as allowed; the access faults again. */
    GAVE_UP
}
