// SPDX-License-Identifier: Apache-2.0
/**
 * The catalogue: what a race is, the races themselves, and their fix variants.
 *
 * <p>One race is one file. To add one, write its class, and add it to {@link pagerace.race.Catalogue#BUILT_IN}.
 */
@NullMarked
package pagerace.race;

import org.jspecify.annotations.NullMarked;
