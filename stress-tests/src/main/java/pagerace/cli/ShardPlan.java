// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import pagerace.race.Point;
import pagerace.race.Reachability;
import pagerace.report.HostReport;
import pagerace.report.PointFacts;
import pagerace.report.Report;
import pagerace.report.Shard;
import pagerace.stress.StressRun;

/**
 * What one run has of a campaign: all of it, or one shard. Together the shards run, explore and drop steps as one run would, and
 * none does what another does, except that the controls of a point that should hold run wherever that point does.
 *
 * @param plan the points that threads run
 * @param explored the points that are explored
 * @param asked the keys of all points of the campaign, of whichever shard: those that the filter means, and their controls
 * @param stepsDropped points in whose places the explorer drops each step: the whole plan of the races whose first point is in
 *     this shard, because what is said of a step sums up all places of its race
 */
record ShardPlan(List<Point> plan, List<Point> explored, List<Point> stepsDropped, Set<String> asked) {
    /** Measured: exploring a point takes about so long. */
    private static final long EXPLORED_MILLIS = 30;

    /**
     * What {@code shard} has of what {@code filter} means.
     *
     * @param shard null for all of it
     * @param host the memory model of the host, which says what a point costs
     * @param cpus how many CPUs may be busy at once: points with more than two actors need one for each. Which part is whose does not
     *     depend on it
     * @throws BadInput if the filter means nothing, or nothing for which there are CPUs
     */
    static ShardPlan of(Selection selection, String filter, @Nullable Shard shard, Reachability host, int cpus) {
        List<Point> plan = selection.select(filter);
        List<Point> whole = filter.isBlank() ? selection.selectAll("") : plan;
        Set<String> asked = keys(whole);
        asked.addAll(keys(plan));
        if (shard == null) {
            List<Point> fitting =
                    plan.stream().filter(point -> fits(point, cpus)).toList();
            if (fitting.isEmpty()) {
                throw new BadInput(
                        "All points of " + filter + " have three actors, which need three CPUs, and threads may use "
                                + cpus + " here; they can only be explored: ./pagerace explore '" + filter + "'.");
            }
            return new ShardPlan(fitting, whole, plan, asked);
        }
        Set<String> planned = keys(plan);
        List<Point> part = shard.of(
                whole,
                point -> EXPLORED_MILLIS + (planned.contains(point.key()) ? StressRun.minimumMillis(point, host) : 0));
        Set<String> running = Selection.withControls(
                part.stream().filter(point -> planned.contains(point.key())).toList());
        Set<String> here = keys(part);
        here.addAll(running);
        Set<String> races = part.stream()
                .filter(point -> isFirstOfItsRace(point, whole))
                .map(Point::race)
                .collect(Collectors.toSet());
        return new ShardPlan(
                plan.stream()
                        .filter(point -> running.contains(point.key()) && fits(point, cpus))
                        .toList(),
                whole.stream().filter(point -> here.contains(point.key())).toList(),
                plan.stream().filter(point -> races.contains(point.race())).toList(),
                asked);
    }

    /** What the runs of a merged report were together to do and none of them did, in words; empty if nothing. */
    static List<String> missing(Selection selection, Report report) {
        Set<String> explored = report.points().stream()
                .filter(PointFacts::isExplored)
                .map(PointFacts::key)
                .collect(Collectors.toSet());
        Set<String> unexplored = new LinkedHashSet<>();
        List<String> missing = new ArrayList<>();
        for (HostReport host : report.hosts()) {
            int fewest = host.runs().stream()
                    .mapToInt(run -> run.host().cpus())
                    .min()
                    .orElseThrow();
            ShardPlan whole =
                    of(selection, host.runs().get(0).filter(), null, host.host().memoryModel(), fewest);
            Set<String> unplanned = keys(whole.plan);
            host.results().stream().filter(result -> result.plan() != null).forEach(r -> unplanned.remove(r.key()));
            add(missing, "points for the threads of " + host.host(), unplanned);
            unexplored.addAll(keys(whole.explored));
        }
        unexplored.removeAll(explored);
        add(missing, "points to explore", unexplored);
        return List.copyOf(missing);
    }

    /** Two actors are planned on one CPU, too: what that means is the report's to say. */
    static boolean fits(Point point, int cpus) {
        return point.actors() <= Math.max(2, cpus);
    }

    private static void add(List<String> missing, String what, Set<String> keys) {
        if (!keys.isEmpty()) {
            missing.add(
                    what + ": " + keys.size() + ", the first " + keys.iterator().next());
        }
    }

    private static Set<String> keys(List<Point> points) {
        return points.stream().map(Point::key).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static boolean isFirstOfItsRace(Point point, List<Point> whole) {
        return whole.stream()
                .filter(other -> other.race().equals(point.race()))
                .findFirst()
                .orElseThrow()
                .key()
                .equals(point.key());
    }
}
