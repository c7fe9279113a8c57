// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a stress run may take.
 *
 * @param clock after so much time by the clock it ends in any case
 * @param given after so much time that the host {@linkplain pagerace.verdict.Measurement#givenMillis gave} it ends, and earlier if
 *     every demand is met; null if it is to use up {@code clock} and to strengthen what it has shown
 */
public record Limits(Duration clock, @Nullable Duration given) {
    /** Until every demand is met, and no longer than makes sense. */
    public static final Limits BY_NEED = new Limits(Duration.ofMinutes(30), Duration.ofMinutes(12));

    /** The same if each tier of each point is to have so many forks, each of which brings what is demanded. */
    public Limits times(int forks) {
        return isByNeed()
                ? new Limits(clock.multipliedBy(forks), requireNonNull(given).multipliedBy(forks))
                : this;
    }

    /** All of {@code clock}. */
    public static Limits of(Duration clock) {
        return new Limits(clock, null);
    }

    /** Whether it ends as soon as every demand is met. */
    public boolean isByNeed() {
        return given != null;
    }
}
