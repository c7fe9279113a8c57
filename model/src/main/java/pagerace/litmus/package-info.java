// SPDX-License-Identifier: Apache-2.0
/**
 * Litmus tests: small C programs in the Linux kernel's litmus syntax, run by the explorer on the same machine as the races.
 *
 * <p>{@link pagerace.litmus.LitmusTest#parse} reads one. It refuses by name and line what it cannot run, and skips nothing.
 */
@NullMarked
package pagerace.litmus;

import org.jspecify.annotations.NullMarked;
