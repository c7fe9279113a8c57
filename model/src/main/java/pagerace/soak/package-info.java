// SPDX-License-Identifier: Apache-2.0
/**
 * The soak: many threads run random operations over one address space for a long time, and invariants are checked over all of
 * it whenever the threads pause. {@link pagerace.soak.Soak} is the way in.
 *
 * <p>This is no model code: it drives the model as the rest of a kernel would, keeps to the contract of each operation, and owns
 * the threads, the random numbers and the clock.
 */
@NullMarked
package pagerace.soak;

import org.jspecify.annotations.NullMarked;
