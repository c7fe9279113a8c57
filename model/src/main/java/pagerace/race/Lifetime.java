// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import java.util.Arrays;
import java.util.Optional;

/**
 * The outcomes that the explored machine adds to those of every race: an actor broke a rule of reference counts. They are forbidden in
 * every race, and have schedules as any other. Stress runs do not look for them; the soak does.
 */
public enum Lifetime implements Outcome {
    /** {@code folio_get} on a count of zero, which the kernel warns of ({@code folio_ref_zero_or_close_to_overflow}). */
    @Forbidden(
            value =
                    "an actor added a reference to a folio that was free or frozen, which somebody else may own by then",
            byEnds = true)
    REFERENCE_FROM_ZERO,
    /**
     * A write to {@code flags}, {@code _mapcount}, {@code _pincount}, {@code mapping} or the content of a folio that has no reference any
     * more, or a reference that is given back where there is none ({@code put_page_testzero}'s {@code VM_BUG_ON_PAGE}).
     */
    @Forbidden(value = "an actor wrote to a folio that was free, or that somebody else had frozen", byEnds = true)
    TOUCHED_WHEN_FREE;

    /** The one whose name is {@code word}. */
    public static Optional<Lifetime> named(String word) {
        return Arrays.stream(values())
                .filter(outcome -> outcome.name().equals(word))
                .findFirst();
    }
}
