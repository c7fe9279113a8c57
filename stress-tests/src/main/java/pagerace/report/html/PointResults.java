// SPDX-License-Identifier: Apache-2.0
package pagerace.report.html;

import java.util.List;
import java.util.stream.IntStream;
import pagerace.report.PointFacts;
import pagerace.report.RaceFacts;
import pagerace.report.RaceFacts.VariantFacts;
import pagerace.report.Report;
import pagerace.report.Result;

/**
 * A point with what every class of hosts showed of it.
 *
 * @param facts the point
 * @param variant its variant
 * @param results one for each class of hosts, in the report's order
 */
record PointResults(PointFacts facts, VariantFacts variant, List<Result> results) {
    /** The points of {@code race}, in the report's order. */
    static List<PointResults> of(Report report, RaceFacts race) {
        return IntStream.range(0, report.points().size())
                .filter(i -> report.points().get(i).race().equals(race.name()))
                .mapToObj(i -> new PointResults(
                        report.points().get(i),
                        race.variant(report.points().get(i).variant()),
                        report.hosts().stream()
                                .map(host -> host.results().get(i))
                                .toList()))
                .toList();
    }

    /** The point's name within its race. */
    String name() {
        return facts.variant() + facts.place();
    }

    /** The id of the part of the page about it. */
    String id() {
        return Fragments.id("point", facts.key());
    }

    /** Whether it fails the build somewhere. */
    boolean fails() {
        return results.stream().anyMatch(Result::fails);
    }

    /** Whether it has a row and a part of its own: threads ran it somewhere, or it fails. */
    boolean isShown() {
        return results.stream().anyMatch(result -> result.plan() != null || result.fails());
    }
}
