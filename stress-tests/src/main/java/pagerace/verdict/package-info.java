// SPDX-License-Identifier: Apache-2.0
/** Measurements, what the plan demands of a point, and the verdict that follows. Pure functions and data. */
@NullMarked
package pagerace.verdict;

import org.jspecify.annotations.NullMarked;
