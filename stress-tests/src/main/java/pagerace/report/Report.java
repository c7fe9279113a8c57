// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import pagerace.price.Price;
import pagerace.price.PriceFile;
import pagerace.race.Dimension;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;
import pagerace.verdict.Demand;
import pagerace.verdict.Grade;
import pagerace.verdict.Grader;
import pagerace.verdict.Host;
import pagerace.verdict.Prediction;
import pagerace.verdict.Prediction.Explored;
import pagerace.verdict.Tally;
import pagerace.verdict.Tier;
import pagerace.verdict.Verdict;

/**
 * All that is known of one run: the source of every other format.
 *
 * @param schema the version of this format; a change that breaks readers raises it
 * @param host the machine that the threads ran on
 * @param catalogue what the results are about
 * @param run how the run went
 * @param pricing how the prices were measured; null if there are none
 * @param results one per point of the catalogue, in its order
 */
public record Report(
        int schema,
        Host host,
        Contents catalogue,
        Run run,
        @Nullable Pricing pricing,
        List<Result> results) {
    private static final List<Verdict> DECIDED = List.of(
            Verdict.HOLDS, Verdict.REPRODUCED, Verdict.LATENT, Verdict.BROKEN, Verdict.UNPREDICTED, Verdict.UNKNOWN);

    private static final String EXPLORED_ONLY = "explored only";

    /** The version written today. */
    public static final int SCHEMA = 1;

    /**
     * The catalogue that was run.
     *
     * @param races how many races it has
     * @param points how many points they have
     * @param digest tells two catalogues apart: a hash of all points and where each is reachable from
     */
    public record Contents(int races, int points, String digest) {}

    /**
     * How the run went.
     *
     * @param filter which points were asked for; empty for all
     * @param budget the time it was given, in seconds
     * @param elapsed the time it took, in seconds
     * @param complete false if it was interrupted
     */
    public record Run(String filter, long budget, long elapsed, boolean complete) {}

    /**
     * How prices were measured; the benchmarks do that, in a run of their own.
     *
     * @param host processors and architecture
     * @param jdk the version of the JVM
     * @param method rounds and statistics, in words
     * @param complete false if that run was interrupted
     */
    public record Pricing(String host, String jdk, String method, boolean complete) {}

    /**
     * What the plan demands of a point.
     *
     * @param aim what the point is run for
     * @param configurations the tiers that must run
     * @param samples at least so many executions
     * @param window at least so many of them in the window
     * @param forbidden at least so many forbidden ones
     */
    public record Plan(Demand.Aim aim, List<Tier> configurations, long samples, long window, long forbidden) {}

    /**
     * One point.
     *
     * @param race the race
     * @param variant the fix
     * @param dimensions the value of each dimension, by name
     * @param key all three as one name
     * @param kernels the releases that have the variant
     * @param reachableFrom the strongest memory model that reaches the forbidden outcome
     * @param control the key of the control; null if there is none
     * @param plan what was demanded; null if it was not planned
     * @param samples executions measured
     * @param forbidden how many of them were forbidden
     * @param window how many of them were in the window
     * @param outcomes executions per outcome and tier
     * @param explored what the explorer predicts per memory model; empty if it was not asked
     * @param prices what its actors cost, each alone; empty if they were not timed
     * @param unseen outcomes that this host could show by that prediction, and that no sample showed
     * @param verdict the verdict
     * @param reason why; empty where the counts say it all
     * @param fails whether it fails the build
     */
    public record Result(
            String race,
            String variant,
            Map<String, String> dimensions,
            String key,
            String kernels,
            Reachability reachableFrom,
            @Nullable String control,
            @Nullable Plan plan,
            long samples,
            long forbidden,
            long window,
            Map<String, Map<Tier, Long>> outcomes,
            Map<Reachability, Prediction.Explored> explored,
            List<Price> prices,
            List<String> unseen,
            Verdict verdict,
            String reason,
            boolean fails) {
        /** Whether no plan of threads has it, and only the explorer looks at it. */
        @JsonIgnore
        public boolean isExploredOnly() {
            return verdict == Verdict.SKIPPED && reason.equals(EXPLORED_ONLY);
        }
    }

    /** Whether the build fails: a verdict does, or threads ran points of a race and could decide nothing about it. */
    public boolean fails() {
        return results.stream().anyMatch(Result::fails) || !undecided().isEmpty();
    }

    /** The races of which threads ran points and decided none: too little of the host was to be had. */
    public List<String> undecided() {
        Map<String, Boolean> decided = new LinkedHashMap<>();
        results.stream()
                .filter(result -> result.plan() != null)
                .forEach(
                        result -> decided.merge(result.race(), DECIDED.contains(result.verdict()), Boolean::logicalOr));
        return decided.entrySet().stream()
                .filter(race -> !race.getValue())
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * Grades everything.
     *
     * @param races the catalogue
     * @param tallies what was measured of each point of the plan, by key
     * @param predictions what the explorer says of each point that it was asked about, by key
     * @param prices what was timed; null if nothing was
     */
    public static Report of(
            List<Race> races,
            Host host,
            Run run,
            Map<String, Tally> tallies,
            Map<String, Prediction> predictions,
            @Nullable PriceFile prices) {
        Grader grader = new Grader(host, Tally.areStarved(tallies.values()));
        Map<String, List<Price>> priceOf =
                prices == null ? Map.of() : prices.prices().stream().collect(Collectors.groupingBy(Price::point));
        List<Result> results = new ArrayList<>();
        for (Race race : races) {
            for (Point point : race.points()) {
                Tally tally = tallies.get(point.key());
                Prediction prediction = predictions.get(point.key());
                List<Price> cost = priceOf.getOrDefault(point.key(), List.of());
                results.add(
                        tally == null
                                ? skipped(point, grader, prediction, cost)
                                : measured(tally, tallies.get(point.controlKey()), grader, prediction, cost));
            }
        }
        Contents contents = new Contents(races.size(), results.size(), digest(races));
        Pricing pricing =
                prices == null ? null : new Pricing(prices.host(), prices.jdk(), prices.method(), prices.complete());
        return new Report(SCHEMA, host, contents, run, pricing, List.copyOf(results));
    }

    private static Result skipped(Point point, Grader grader, @Nullable Prediction prediction, List<Price> prices) {
        Grade wrongCatalogue = grader.catalogue(point, prediction);
        String reason = point.stress() == Point.Stress.PLANNED ? "not selected" : EXPLORED_ONLY;
        Grade grade = wrongCatalogue == null ? Grade.of(Verdict.SKIPPED, reason) : wrongCatalogue;
        return result(point, null, null, prediction, prices, List.of(), grade);
    }

    private static Result measured(
            Tally tally, @Nullable Tally control, Grader grader, @Nullable Prediction prediction, List<Price> prices) {
        Demand demand = grader.demand(tally);
        Plan plan = new Plan(demand.aim(), demand.tiers(), demand.samples(), demand.windows(), demand.forbidden());
        List<String> unseen = new ArrayList<>();
        Explored onHost = prediction == null ? null : prediction.models().get(grader.memoryModel());
        if (onHost != null) {
            unseen.addAll(onHost.outcomes());
            unseen.removeAll(tally.outcomes().keySet());
        }
        return result(tally.point(), tally, plan, prediction, prices, unseen, grader.grade(tally, control, prediction));
    }

    private static Result result(
            Point point,
            @Nullable Tally tally,
            @Nullable Plan plan,
            @Nullable Prediction prediction,
            List<Price> prices,
            List<String> unseen,
            Grade grade) {
        return new Result(
                point.race(),
                point.variant().name(),
                point.dimensions().stream()
                        .collect(Collectors.toMap(
                                Dimension::dimension, Dimension::label, (a, b) -> a, LinkedHashMap::new)),
                point.key(),
                point.variant().kernels(),
                point.reachableFrom(),
                point.controlKey(),
                plan,
                tally == null ? 0 : tally.samples(),
                tally == null ? 0 : tally.forbidden(),
                tally == null ? 0 : tally.windows(),
                tally == null ? Map.of() : tally.outcomes(),
                prediction == null ? Map.of() : prediction.models(),
                prices,
                List.copyOf(unseen),
                grade.verdict(),
                grade.reason(),
                grade.fails());
    }

    /** Tells two catalogues apart: a hash of all points but those of own fixes, and of where each is reachable from. */
    public static String digest(List<Race> races) {
        String identity = races.stream()
                .flatMap(race -> race.points().stream())
                .filter(point -> !point.variant().isOwn())
                .map(point -> point.key() + ' ' + point.reachableFrom() + '\n')
                .collect(Collectors.joining());
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(identity.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
