// SPDX-License-Identifier: Apache-2.0
/**
 * Which release of Linux has which variants: releases, ranges of them, and the commits that begin and end these ranges.
 *
 * <p>All ranges are of mainline. Stable series carry most of the fixes, and distributions carry more.
 */
@NullMarked
package pagerace.kernel;

import org.jspecify.annotations.NullMarked;
