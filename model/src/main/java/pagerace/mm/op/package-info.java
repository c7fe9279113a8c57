// SPDX-License-Identifier: Apache-2.0
/**
 * Kernel operations, step by step in the kernel's order.
 *
 * <p>These rules make every engine agree: an operation touches shared state only through words, keeps everything else in
 * locals, writes no field, catches nothing, and bounds every retry. Its result says how it ended. The steps in which variants
 * differ are constants of its {@code Step} enum. An operation does exactly the {@link pagerace.mm.Steps} of its {@link
 * pagerace.mm.Kernel}; {@link pagerace.mm.op.Linux} lists those of each release.
 *
 * <p>{@linkplain pagerace.own.OwnFix A user's own fix} may extend an operation. The subclass is made of the public fields of the
 * operation. It overrides the operation's protected methods or, where there are none, its public one, and keeps the same rules.
 * The catalogue itself extends no operation.
 */
@NullMarked
package pagerace.mm.op;

import org.jspecify.annotations.NullMarked;
