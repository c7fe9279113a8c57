// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import pagerace.race.Point;
import pagerace.race.Race;

/** Grades again what a report carries: whoever edits a verdict contradicts the measurements below it. */
public final class Regrading {
    private Regrading() {}

    /**
     * Whether {@code races} can grade {@code report}: it was made with the same catalogue, and every own fix that it knows is
     * there.
     */
    public static boolean isPossible(List<Race> races, Report report) {
        Set<String> keys = races.stream()
                .flatMap(race -> race.points().stream())
                .map(Point::key)
                .collect(Collectors.toSet());
        return report.catalogue().equals(Report.digest(races))
                && report.points().stream().map(PointFacts::key).allMatch(keys::contains);
    }

    /**
     * Checks that all counts and verdicts follow from the measurements and predictions that stand in the report. In what words
     * a reason is given, what the plan demanded and what prices there are does not count.
     *
     * @throws Mismatch if one does not, or a point of the catalogue is not there
     */
    public static void check(List<Race> races, Merge.Source source) {
        Map<String, List<Object>> given = counts(source.report());
        Map<String, List<Object>> graded =
                counts(Merge.of(races, List.of(source)).report());
        List<Point> points =
                races.stream().flatMap(race -> race.points().stream()).toList();
        for (HostReport host : source.report().hosts()) {
            for (Point point : points) {
                String name = name(point.key(), host);
                boolean isUnknownThere = point.variant().isOwn() && !given.containsKey(name);
                if (!isUnknownThere && !Objects.equals(graded.get(name), given.get(name))) {
                    throw new Mismatch("What " + source.name() + " says of " + name
                            + " does not follow from the measurements that stand there: grade the measured.jsonl of the"
                            + " run, or use the version of PageRace that wrote the report.");
                }
            }
        }
    }

    /** What has to follow. */
    private static Map<String, List<Object>> counts(Report report) {
        Map<String, List<Object>> counts = new HashMap<>();
        report.hosts()
                .forEach(host ->
                        host.results().forEach(result -> counts.put(name(result.key(), host), counts(result))));
        return counts;
    }

    private static String name(String point, HostReport host) {
        return point + " on " + host.host();
    }

    private static List<Object> counts(Result result) {
        return List.of(
                result.samples(),
                result.forbidden(),
                result.window(),
                result.outcomes(),
                result.verdict(),
                result.fails());
    }
}
