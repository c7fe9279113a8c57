// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import pagerace.price.Price;
import pagerace.price.PriceFile;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.verdict.Demand;
import pagerace.verdict.Grade;
import pagerace.verdict.Grader;
import pagerace.verdict.Host;
import pagerace.verdict.Measurement;
import pagerace.verdict.Prediction;
import pagerace.verdict.Prediction.Explored;
import pagerace.verdict.Tally;
import pagerace.verdict.Verdict;

/**
 * What hosts of one class showed.
 *
 * @param host the class
 * @param runs the runs, in the order in which they began
 * @param results one per point of the report, in its order
 * @param pricing how the prices were measured; null if there are none
 * @param workloads the prices of what is no point
 * @param measurements what each fork measured: the source of the results
 */
public record HostReport(
        HostClass host,
        List<Run> runs,
        List<Result> results,
        @Nullable Pricing pricing,
        List<Price> workloads,
        List<Measurement> measurements) {

    /**
     * How prices were measured; the benchmarks do that, in a run of their own.
     *
     * @param host processors and architecture
     * @param jdk the version of the JVM
     * @param method rounds and statistics, in words
     * @param complete false if that run was interrupted
     */
    public record Pricing(String host, String jdk, String method, boolean complete) {}

    /** Grades {@code session}. */
    static HostReport of(List<Race> races, Map<String, Prediction> predictions, Session session) {
        return new Grading(races, predictions, session).report();
    }

    /** The grading of one session. */
    private record Grading(List<Race> races, Map<String, Prediction> predictions, Session session) {
        HostReport report() {
            Map<String, Tally> tallies = tallies();
            Grader grader = new Grader(host(), Tally.areStarved(tallies.values()));
            Map<String, List<Price>> prices = new LinkedHashMap<>(prices().stream()
                    .collect(Collectors.groupingBy(Price::point, LinkedHashMap::new, Collectors.toList())));
            List<Result> results = new ArrayList<>();
            for (Race race : races) {
                for (Point point : race.points()) {
                    List<Price> cost = prices.getOrDefault(point.key(), List.of());
                    results.add(result(point, tallies, grader, cost));
                    prices.remove(point.key());
                }
            }
            PriceFile file = session.prices();
            return new HostReport(
                    session.hostClass(),
                    session.runs().stream()
                            .sorted(Comparator.comparing(Run::started).thenComparing(Run::id))
                            .toList(),
                    List.copyOf(results),
                    file == null ? null : new Pricing(file.host(), file.jdk(), file.method(), file.complete()),
                    prices.values().stream().flatMap(List::stream).toList(),
                    session.measurements());
        }

        private List<Price> prices() {
            PriceFile file = session.prices();
            return file == null ? List.of() : file.prices();
        }

        /** The weakest of the hosts. */
        private Host host() {
            return session.runs().stream()
                    .map(Run::host)
                    .min(Comparator.comparingInt(Host::cpus))
                    .orElseThrow();
        }

        private Map<String, Tally> tallies() {
            Map<String, Tally> tallies = new LinkedHashMap<>();
            for (Race race : races) {
                race.points().stream()
                        .filter(point -> session.plan().contains(point.key()))
                        .map(this::settled)
                        .forEach(point -> tallies.put(point.key(), new Tally(point, race.outcomes())));
            }
            for (Measurement measurement : session.measurements()) {
                Tally tally = tallies.get(measurement.point());
                if (tally != null) {
                    tally.add(measurement);
                }
            }
            return tallies;
        }

        private Point settled(Point point) {
            return predictions.getOrDefault(point.key(), Prediction.NONE).settle(point);
        }

        private Result result(Point point, Map<String, Tally> tallies, Grader grader, List<Price> prices) {
            Tally tally = tallies.get(point.key());
            Prediction prediction = predictions.get(point.key());
            if (tally == null) {
                Grade explored = grader.explored(settled(point), prediction);
                String reason = point.stress() == Point.Stress.PLANNED ? "not selected" : Result.EXPLORED_ONLY;
                Grade grade = explored == null ? Grade.of(Verdict.SKIPPED, reason) : explored;
                return result(new Tally(point, List.of()), null, prices, List.of(), grade);
            }
            Demand demand = grader.demand(tally);
            List<String> unseen = new ArrayList<>();
            Explored onHost = prediction == null ? null : prediction.models().get(grader.memoryModel());
            if (onHost != null) {
                unseen.addAll(onHost.outcomes());
                unseen.removeAll(tally.outcomes().keySet());
            }
            @Nullable Tally control = tallies.get(point.controlKey());
            return result(tally, Result.Plan.of(demand), prices, unseen, grader.grade(tally, control, prediction));
        }

        private static Result result(
                Tally tally, Result.@Nullable Plan plan, List<Price> prices, List<String> unseen, Grade grade) {
            return new Result(
                    tally.point().key(),
                    plan,
                    tally.samples(),
                    tally.forbidden(),
                    tally.windows(),
                    tally.outcomes(),
                    prices,
                    List.copyOf(unseen),
                    grade.verdict(),
                    grade.reason(),
                    grade.fails());
        }
    }

    /** This, not yet graded: for whoever adds another session of the same hosts. */
    public Session session() {
        List<Price> all = new ArrayList<>(workloads);
        results.forEach(result -> all.addAll(result.prices()));
        return new Session(
                runs,
                results.stream()
                        .filter(result -> result.plan() != null)
                        .map(Result::key)
                        .toList(),
                measurements,
                pricing == null
                        ? null
                        : new PriceFile(
                                PriceFile.SCHEMA, pricing.host, pricing.jdk, pricing.method, pricing.complete, all));
    }

    /** Whether any of the runs was interrupted. */
    public boolean isComplete() {
        return runs.stream().allMatch(Run::complete);
    }
}
