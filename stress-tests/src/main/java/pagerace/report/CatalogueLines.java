// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pagerace.explore.Necessity;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;
import pagerace.race.Variant;

/** What the catalogue says, for programs: each an object in one line, without its end. */
public final class CatalogueLines {
    /** A variant of a race, and from where on a forbidden outcome is reachable at each of its points, by key. */
    private record VariantLine(
            String race, @JsonUnwrapped RaceFacts.VariantFacts variant, Map<String, Reachability> points) {}

    /** What dropping a step of some variant of a race comes to. */
    private record NecessityLine(String race, @JsonUnwrapped Necessity.Row row) {}

    private CatalogueLines() {}

    /** A race, with its variants and outcomes, as in a report. */
    public static String of(Race race) {
        return Json.line(RaceFacts.of(race, List.of()));
    }

    /** A variant of {@code race}. */
    public static String of(Race race, Variant variant) {
        Map<String, Reachability> points = new LinkedHashMap<>();
        race.points().stream()
                .filter(point -> point.variant() == variant)
                .forEach(point -> points.put(point.key(), point.reachableFrom()));
        return Json.line(new VariantLine(
                race.name(),
                new RaceFacts.VariantFacts(variant.name(), variant.origin(), variant.deadlocks()),
                points));
    }

    /** The variant of {@code point}. */
    public static String of(Race race, Point point) {
        return of(race, point.variant());
    }

    /** What was found of a step of {@code race}. */
    public static String of(Race race, Necessity.Row row) {
        return Json.line(new NecessityLine(race.name(), row));
    }
}
