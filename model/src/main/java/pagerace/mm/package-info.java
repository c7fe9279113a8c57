// SPDX-License-Identifier: Apache-2.0
/**
 * Kernel state: page-table entries, folios, page tables, address spaces, the page cache, swap. The operations on it are in
 * {@code pagerace.mm.op}.
 */
@NullMarked
package pagerace.mm;

import org.jspecify.annotations.NullMarked;
