// SPDX-License-Identifier: Apache-2.0
/**
 * Kernel state: page-table entries, folios, page tables, address spaces, the page cache, swap. What is done to it stands in
 * {@code pagerace.mm.op}.
 */
@NullMarked
package pagerace.mm;

import org.jspecify.annotations.NullMarked;
