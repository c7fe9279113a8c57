// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.mm.Policy;

/** When a write fault on a read-only anonymous page may simply make it writable instead of copying it. */
public enum ReuseRule implements Policy {
    /** Up to 5.8: if this is the only mapping or swap entry. References, pins included, do not count. */
    MAPCOUNT,
    /** 5.9 to 5.17, 09854ba94c6a: if the mapping holds the only reference. */
    REFCOUNT,
    /** 5.18, 53a05ad9f21d: the same, after trying to free the page from the swap cache. */
    REFCOUNT_WITHOUT_SWAPCACHE,
    /** Since 5.19, 6c287605fd56: if the page is exclusive, and only else by the count as in 5.18. */
    EXCLUSIVE
}
