// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import pagerace.race.Point;
import pagerace.race.Race;

/** Grades again what a report carries: an edited verdict contradicts the measurements below it. */
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
     * Checks that all counts and verdicts follow from the measurements and predictions that stand in the report. The
     * wording of reasons, the demands of the plan, and prices are not compared.
     *
     * @throws Mismatch if one does not
     */
    public static void check(List<Race> races, Merge.Source source) {
        Map<String, List<Object>> given = counts(source.report());
        Map<String, List<Object>> graded =
                counts(Merge.of(races, List.of(source)).report());
        given.forEach((name, counts) -> {
            if (!counts.equals(graded.get(name))) {
                throw new Mismatch("What " + source.name() + " says of " + name
                        + " does not follow from the measurements that stand there: grade the measured.jsonl of the run, or"
                        + " use the version of PageRace that wrote the report.");
            }
        });
    }

    /** What has to follow: first of the points, then of the run, which would only say less of where it is. */
    private static Map<String, List<Object>> counts(Report report) {
        Map<String, List<Object>> counts = new LinkedHashMap<>();
        for (HostReport host : report.hosts()) {
            host.results().forEach(result -> counts.put(name(result.key(), host), counts(result)));
            counts.put(
                    name("the run", host),
                    List.of(
                            host.verdict(),
                            host.given(),
                            host.canaries().stream().map(Regrading::counts).toList()));
        }
        return counts;
    }

    private static String name(String point, HostReport host) {
        return point + " on " + host.host();
    }

    private static List<Object> counts(CanaryResult canary) {
        return List.of(canary.run(), canary.tier(), canary.samples(), canary.shown(), canary.verdict(), canary.fails());
    }

    private static List<Object> counts(Result result) {
        return List.of(
                result.samples(),
                result.forbidden(),
                result.forbiddenEarly(),
                result.window(),
                result.outcomes(),
                result.early(),
                result.verdict(),
                result.fails());
    }
}
