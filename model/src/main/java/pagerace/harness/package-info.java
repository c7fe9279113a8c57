// SPDX-License-Identifier: Apache-2.0
/**
 * The annotation processor that writes the stress harnesses, one class per planned point of the catalogue and one per race for
 * the points that users add, and what it shares with the one that writes the floors of prices.
 *
 * <p>It runs on the compiler's processor path, where it reads {@link pagerace.race.Catalogue} itself, so a harness can not
 * disagree with the catalogue: there is no second place to state a variant or an outcome.
 */
@NullMarked
package pagerace.harness;

import org.jspecify.annotations.NullMarked;
