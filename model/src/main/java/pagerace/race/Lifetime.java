// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

/**
 * The outcome that the explored machine adds to those of every race: an actor broke the rule of reference counts. It is forbidden in
 * every race, and has a schedule as any other. Threads do not look for it.
 */
public enum Lifetime implements Outcome {
    /** {@code folio_get} on a count of zero, which the kernel warns of ({@code folio_ref_zero_or_close_to_overflow}). */
    @Forbidden("an actor added a reference to a folio that was free or frozen, which somebody else may own by then")
    REFERENCE_FROM_ZERO
}
