// SPDX-License-Identifier: Apache-2.0
/**
 * The catalogue: what a race is, the races themselves, and their fix variants.
 *
 * <p>One race is one file, and one variant is one {@link pagerace.race.Row} in it. To add a race, write its class and add it to
 * {@link pagerace.race.Catalogue#BUILT_IN}.
 */
@NullMarked
package pagerace.race;

import org.jspecify.annotations.NullMarked;
