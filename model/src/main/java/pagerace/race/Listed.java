// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import org.jspecify.annotations.Nullable;
import pagerace.mm.Kernel;

/**
 * A variant of the catalogue: a constant of an enum of its race. Everything that the catalogue says of it stands in its {@link Row};
 * the enum adds what all rows have in common.
 */
public interface Listed extends Candidate {
    /** Its row. */
    Row row();

    /** The variant that it fixes, with which its price is compared. Null if that is the first variant of its race. */
    default @Nullable Candidate unfixed() {
        return null;
    }

    /** The control there of a variant whose row names none; null where x86 can show none. */
    default @Nullable Variant usualControl(Place at) {
        return null;
    }

    @Override
    default Origin origin() {
        return row().origin();
    }

    @Override
    default boolean deadlocks() {
        return row().isDeadlocking();
    }

    @Override
    default boolean has(Place at) {
        return row().has(at);
    }

    @Override
    default Reachability reachableFrom(Place at) {
        return row().reachableFrom(at);
    }

    @Override
    default @Nullable Variant control(Place at) {
        Variant named = row().control(at);
        return named == null ? usualControl(at) : named;
    }

    @Override
    default boolean isPlanned(Place at) {
        return row().isPlanned(at);
    }

    @Override
    default Kernel kernel(Place at) {
        return row().kernel();
    }
}
