// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import pagerace.race.Point;
import pagerace.race.Reachability;
import pagerace.verdict.PredictionSummary;

/**
 * What the explorer found of a point, for programs and for comparison: nothing in it depends on the host or the time.
 *
 * @param key the point
 * @param recorded the memory model from which on, by the catalogue, a forbidden outcome is reachable
 * @param models what was found, by memory model
 */
public record ExploredPoint(String key, Reachability recorded, Map<Reachability, Found> models) {
    /**
     * What was found under one memory model.
     *
     * @param outcomes the words of all outcomes that can be reached
     * @param states distinct states of actors and memory
     * @param bound the bound that stopped the exploration; null if all executions were explored
     * @param digest a digest of all ways in which executions end: how each actor ended, what each word holds, and what the judge
     *     made of it
     */
    public record Found(
            SortedSet<String> outcomes,
            long states,
            @Nullable String bound,
            String digest) {}

    /** What {@code prediction} says of {@code point}. */
    public static ExploredPoint of(Point point, PredictionSummary prediction) {
        return of(point.key(), point.reachableFrom(), prediction);
    }

    /** The same of a point in a report. */
    public static ExploredPoint of(PointFacts point) {
        return of(point.key(), point.reachableFrom(), point.predicted());
    }

    private static ExploredPoint of(String key, Reachability recorded, PredictionSummary prediction) {
        Map<Reachability, Found> models = new TreeMap<>();
        prediction
                .models()
                .forEach((model, explored) -> models.put(
                        model,
                        new Found(
                                new TreeSet<>(explored.outcomes()),
                                explored.states(),
                                explored.bound(),
                                explored.digest())));
        return new ExploredPoint(key, recorded, models);
    }

    /** It as one line of JSON, without its end. */
    public String line() {
        return Json.line(this);
    }
}
