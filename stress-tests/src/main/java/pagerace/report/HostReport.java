// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import pagerace.price.Price;
import pagerace.price.PriceControl;
import pagerace.price.PriceFile;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.verdict.Given;
import pagerace.verdict.Grade;
import pagerace.verdict.Grader;
import pagerace.verdict.Measurement;
import pagerace.verdict.PredictionSummary;
import pagerace.verdict.PredictionSummary.Explored;
import pagerace.verdict.Probe;
import pagerace.verdict.Tally;
import pagerace.verdict.Tier;
import pagerace.verdict.Verdict;

/**
 * What hosts of one class showed.
 *
 * @param host the class
 * @param runs the runs, in the order in which they began
 * @param verdict what is said of all of them
 * @param headline the same in one sentence: what fails; or what is open, why, and what to do about it
 * @param given what the hosts gave the forks
 * @param canaries what the runs showed besides the plan, one for each run and tier
 * @param results one per point of the report, in its order
 * @param pricing how the prices were measured; null if nobody gave any
 * @param workloads the prices of what is no point
 * @param measurements what each fork measured: the source of the results
 */
public record HostReport(
        HostClass host,
        List<Run> runs,
        RunVerdict verdict,
        String headline,
        Given given,
        List<CanaryResult> canaries,
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
     * @param controls whether the prices count, for each race and workload; of those that do not, the report has none
     */
    public record Pricing(String host, String jdk, String method, boolean complete, List<PriceControl> controls) {
        private static Pricing of(PriceFile file) {
            return new Pricing(file.host(), file.jdk(), file.method(), file.complete(), file.controls());
        }

        /** Whether prices that were measured as {@code other} were can be compared with these. */
        boolean isLike(Pricing other) {
            return host.equals(other.host)
                    && jdk.equals(other.jdk)
                    && method.equals(other.method)
                    && complete == other.complete;
        }
    }

    /** Grades what {@code session} measured of these {@code points}. */
    static HostReport of(
            List<Race> races, List<Point> points, Map<String, PredictionSummary> predictions, Session session) {
        return new Grading(races, points, predictions, session).report();
    }

    /** The grading of one session. */
    private record Grading(
            List<Race> races, List<Point> points, Map<String, PredictionSummary> predictions, Session session) {
        HostReport report() {
            Map<String, Tally> tallies = tallies();
            Map<String, Grader> graders = graders();
            Map<String, List<Price>> prices = new LinkedHashMap<>(prices().stream()
                    .collect(Collectors.groupingBy(Price::point, LinkedHashMap::new, Collectors.toList())));
            Map<Point, Grade> grades = new LinkedHashMap<>();
            points.forEach(point -> grades.put(point, grade(point, tallies, graders)));
            Map<Point, Grade> judged = Grade.together(grades);
            List<Result> results = points.stream()
                    .map(point -> result(
                            point,
                            tallies.get(point.key()),
                            graders,
                            prices.getOrDefault(point.key(), List.of()),
                            requireNonNull(judged.get(point))))
                    .toList();
            // What is left has no point anywhere; a point that nobody asked for is no workload.
            races.stream().flatMap(race -> race.points().stream()).forEach(point -> prices.remove(point.key()));
            List<CanaryResult> canaries = new ArrayList<>();
            long missing =
                    judged.values().stream().mapToLong(Grade::missingMillis).sum();
            for (Run run : runs()) {
                for (Tier tier : tiers(run)) {
                    Tally canary = canary(run, tier);
                    Grade grade = requireNonNull(graders.get(run.id())).canary(canary);
                    missing += grade.missingMillis();
                    canaries.add(CanaryResult.of(run, tier, canary, grade));
                }
            }
            Given given = Given.of(session.measurements());
            RunVerdicts run = new RunVerdicts(session, results, canaries);
            PriceFile file = session.prices();
            return new HostReport(
                    session.hostClass(),
                    runs(),
                    run.verdict(),
                    run.headline(given, missing),
                    given,
                    List.copyOf(canaries),
                    results,
                    file == null ? null : Pricing.of(file),
                    prices.values().stream().flatMap(List::stream).toList(),
                    session.measurements());
        }

        /** In the order in which they began. */
        private List<Run> runs() {
            return session.runs().stream()
                    .sorted(Comparator.comparing(Run::started).thenComparing(Run::id))
                    .toList();
        }

        /** The tiers that it used. */
        private Set<Tier> tiers(Run run) {
            return session.measurements().stream()
                    .filter(measurement -> measurement.run().equals(run.id()))
                    .map(Measurement::tier)
                    .collect(Collectors.toCollection(() -> EnumSet.noneOf(Tier.class)));
        }

        private Tally canary(Run run, Tier tier) {
            Tally canary = new Tally(tier.canary());
            session.measurements().stream()
                    .filter(measurement -> measurement.run().equals(run.id())
                            && measurement.tier() == tier
                            && measurement.point().equals(tier.canary().key()))
                    .forEach(canary::add);
            return canary;
        }

        private List<Price> prices() {
            PriceFile file = session.prices();
            return file == null ? List.of() : file.counting();
        }

        /** One for each run, the one with the best excuse first. */
        private Map<String, Grader> graders() {
            Map<String, List<Measurement>> measured =
                    session.measurements().stream().collect(Collectors.groupingBy(Measurement::run));
            Function<Run, Probe> probe =
                    run -> Given.of(measured.getOrDefault(run.id(), List.of())).probe();
            Map<String, Grader> graders = new LinkedHashMap<>();
            session.runs().stream()
                    .sorted(Comparator.comparing((Run run) -> run.host().cpus() > 1)
                            .thenComparing(run -> probe.apply(run).isGood()))
                    .forEach(run -> graders.put(run.id(), new Grader(run.host(), probe.apply(run))));
            return graders;
        }

        /**
         * Of the runs that measured a point the one with the least excuse: nobody excuses what another did not show. Of a point
         * that none has measured, nobody knows which was to: then the one with the best.
         */
        private static Grader grader(Map<String, Grader> graders, Set<String> runs) {
            List<String> ids = new ArrayList<>(graders.keySet());
            if (!runs.isEmpty()) {
                ids.retainAll(runs);
                Collections.reverse(ids);
            }
            return requireNonNull(graders.get(ids.get(0)));
        }

        private Map<String, Tally> tallies() {
            Map<String, Tally> tallies = new LinkedHashMap<>();
            Map<String, Race> byName = races.stream().collect(Collectors.toMap(Race::name, Function.identity()));
            Set<String> plan = Set.copyOf(session.plan());
            points.stream()
                    .filter(point -> plan.contains(point.key()))
                    .map(this::settled)
                    .forEach(point -> tallies.put(
                            point.key(),
                            new Tally(
                                    point,
                                    requireNonNull(byName.get(point.race())).outcomes())));
            for (Measurement measurement : session.measurements()) {
                Tally tally = tallies.get(measurement.point());
                if (tally != null) {
                    tally.add(measurement);
                }
            }
            return tallies;
        }

        private Point settled(Point point) {
            return predictions.getOrDefault(point.key(), PredictionSummary.NONE).settle(point);
        }

        private Grade grade(Point point, Map<String, Tally> tallies, Map<String, Grader> graders) {
            Tally tally = tallies.get(point.key());
            PredictionSummary prediction = predictions.get(point.key());
            Grader grader = grader(graders, runs(tally));
            if (tally == null) {
                Grade explored = grader.explored(settled(point), prediction);
                return explored == null ? Grade.of(Verdict.SKIPPED, whyNotRun(point, prediction != null)) : explored;
            }
            // What another machine showed of the control does not say that this one could have.
            @Nullable Tally control = tallies.get(point.controlKey());
            return grader.grade(tally, control == null ? null : control.of(runs(tally)), prediction);
        }

        private String whyNotRun(Point point, boolean isExplored) {
            if (!isExplored) {
                return Result.NOT_HERE;
            }
            if (point.stress() == Point.Stress.EXPLORED_ONLY) {
                return Result.EXPLORED_ONLY;
            }
            int actors = point.actors();
            boolean lacksCpus = actors > 2
                    && session.runs().stream().allMatch(run -> run.host().cpus() < actors);
            return lacksCpus ? Result.lackingCpus(actors) : Result.NOT_HERE;
        }

        private static Set<String> runs(@Nullable Tally tally) {
            return tally == null ? Set.of() : tally.runs();
        }

        private Result result(
                Point point, @Nullable Tally tally, Map<String, Grader> graders, List<Price> prices, Grade grade) {
            if (tally == null) {
                return result(new Tally(point, List.of()), null, prices, List.of(), grade);
            }
            Grader grader = grader(graders, tally.runs());
            List<String> unseen = new ArrayList<>();
            PredictionSummary prediction = predictions.get(point.key());
            Explored onHost = prediction == null ? null : prediction.models().get(grader.memoryModel());
            if (onHost != null) {
                unseen.addAll(onHost.onThreads().outcomes());
                unseen.removeAll(tally.seen());
            }
            return result(tally, Result.Plan.of(grader.demand(tally)), prices, unseen, grade);
        }

        private static Result result(
                Tally tally, Result.@Nullable Plan plan, List<Price> prices, List<String> unseen, Grade grade) {
            return new Result(
                    tally.point().key(),
                    plan,
                    tally.samples(),
                    tally.forbiddenSamples(),
                    tally.forbidden() - tally.forbiddenSamples(),
                    tally.windows(),
                    tally.outcomes(),
                    tally.early(),
                    prices,
                    List.copyOf(unseen),
                    grade.verdict(),
                    grade.reason(),
                    grade.cause(),
                    grade.fails());
        }
    }

    /** This, not yet graded, so that another session of the same hosts can be added. */
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
                                PriceFile.SCHEMA,
                                pricing.host,
                                pricing.jdk,
                                pricing.method,
                                pricing.complete,
                                pricing.controls,
                                all));
    }

    /** Whether all runs went on to their ends. */
    public boolean isComplete() {
        return runs.stream().allMatch(Run::complete);
    }
}
