// SPDX-License-Identifier: Apache-2.0
/**
 * The exhaustive explorer: every execution of a small concurrent program, under a choice of memory models, from the same
 * model code that runs on hardware.
 *
 * <p>{@link pagerace.explore.Program} is what is explored, {@link pagerace.explore.Explorer} does it,
 * {@link pagerace.explore.MemoryModel} says what an access may return, and {@link pagerace.explore.Exploration} is the answer:
 * the reachable outcomes, each with its simplest {@link pagerace.explore.Schedule}.
 */
@NullMarked
package pagerace.explore;

import org.jspecify.annotations.NullMarked;
