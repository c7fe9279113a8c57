// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import pagerace.race.Dimension;
import pagerace.race.Point;
import pagerace.race.Reachability;
import pagerace.verdict.PredictionSummary;

/**
 * What a report says about a point that holds for every host.
 *
 * @param key its name
 * @param race the race
 * @param variant the variant
 * @param place the values of the dimensions in brackets, as in the key
 * @param dimensions the value of each dimension, by name
 * @param reachableFrom the strongest memory model that reaches the forbidden outcome, by the catalogue
 * @param control the key of the control; null if there is none
 * @param planned whether threads run it in every plan
 * @param predicted what the explorer says
 */
public record PointFacts(
        String key,
        String race,
        String variant,
        String place,
        Map<String, String> dimensions,
        Reachability reachableFrom,
        @Nullable String control,
        boolean planned,
        PredictionSummary predicted) {

    /** The facts of {@code point}. */
    static PointFacts of(Point point, PredictionSummary predicted) {
        return new PointFacts(
                point.key(),
                point.race(),
                point.variant().name(),
                point.place(),
                point.dimensions().stream()
                        .collect(Collectors.toMap(
                                Dimension::dimension, Dimension::label, (a, b) -> a, LinkedHashMap::new)),
                point.reachableFrom(),
                point.controlKey(),
                point.stress() == Point.Stress.PLANNED,
                predicted);
    }

    /** Whether the explorer was asked. */
    public boolean isExplored() {
        return !predicted.models().isEmpty();
    }
}
