// SPDX-License-Identifier: Apache-2.0
/**
 * Kernel operations, step by step in the kernel's order.
 *
 * <p>Rules, which make every engine agree: an operation touches shared state through words only, keeps everything else in
 * locals, writes no field, catches nothing, and bounds every retry. How it ended is its result. The steps in which variants
 * differ are constants of its {@code Step} enum, and an operation does exactly the {@link pagerace.mm.op.Steps} that it was
 * given.
 */
@NullMarked
package pagerace.mm.op;

import org.jspecify.annotations.NullMarked;
