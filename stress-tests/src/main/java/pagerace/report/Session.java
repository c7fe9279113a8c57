// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import pagerace.price.PriceFile;
import pagerace.race.Catalogue;
import pagerace.race.Point;
import pagerace.verdict.Measurement;

/**
 * What was measured on hosts of one class, not yet graded.
 *
 * @param runs the runs that measured it; at least one
 * @param plan the keys of the points that threads were to run
 * @param measurements what the forks measured
 * @param prices what was timed; null if nothing was
 */
public record Session(
        List<Run> runs,
        List<String> plan,
        List<Measurement> measurements,
        @Nullable PriceFile prices) {
    private static final Set<String> CANARIES =
            Catalogue.CANARY.points().stream().map(Point::key).collect(Collectors.toUnmodifiableSet());

    /**
     * Checks that every measured point was planned or is a canary.
     *
     * @throws IllegalArgumentException if one was not
     */
    public Session {
        Set<String> planned = Set.copyOf(plan);
        measurements.stream()
                .map(Measurement::point)
                .filter(point -> !isDue(point, planned))
                .forEach(point -> {
                    throw new IllegalArgumentException("measured, and not planned: " + point);
                });
    }

    /** Whether a run with that plan measures {@code point}: it is planned, or a canary. */
    public static boolean isDue(String point, Set<String> plan) {
        return plan.contains(point) || CANARIES.contains(point);
    }

    /** The class of the hosts. */
    public HostClass hostClass() {
        return HostClass.of(runs.get(0).host());
    }
}
