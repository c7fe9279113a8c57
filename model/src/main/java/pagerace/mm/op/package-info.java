// SPDX-License-Identifier: Apache-2.0
/**
 * Kernel operations, step by step in the kernel's order.
 *
 * <p>Rules, which make every engine agree: an operation touches shared state through words only, keeps everything else in
 * locals, writes no field, catches nothing, and bounds every retry. How it ended is its result. The steps in which variants
 * differ are constants of its {@code Step} enum, and an operation does exactly the {@link pagerace.mm.Steps} of its {@link
 * pagerace.mm.Kernel}; {@link pagerace.mm.op.Linux} lists those of each release.
 *
 * <p>Operations are open for extension, by {@linkplain pagerace.own.OwnFix a user's own fix}: a subclass is made of the public fields of
 * an operation, and overrides its protected methods, or where it has none, its public one. It keeps the same rules. The catalogue itself extends
 * none.
 */
@NullMarked
package pagerace.mm.op;

import org.jspecify.annotations.NullMarked;
