// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import pagerace.explore.Necessity;
import pagerace.explore.Sha256;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.verdict.PredictionSummary;
import pagerace.verdict.PredictionSummary.Told;
import pagerace.verdict.Verdict;

/**
 * All that is known of one run, or of several that were merged: the source of every format.
 *
 * @param schema the version of this format; a change that breaks readers raises it
 * @param catalogue the digest of the catalogue; see {@link #digest}
 * @param races the races that have such points, in the catalogue's order
 * @param points the points that were asked for and their controls, in the catalogue's order
 * @param hosts what was measured, one for each class of hosts
 * @param missing of reports that were merged what their runs were to do together, and none did: shards and points, in words
 */
public record Report(
        int schema,
        String catalogue,
        List<RaceFacts> races,
        List<PointFacts> points,
        List<HostReport> hosts,
        List<String> missing) {
    /** Of the digest of the catalogue: enough to tell versions apart, and to be read aloud. */
    private static final int DIGITS = 12;

    private static final List<Verdict> DECIDED = List.of(
            Verdict.HOLDS, Verdict.REPRODUCED, Verdict.LATENT, Verdict.BROKEN, Verdict.UNPREDICTED, Verdict.UNKNOWN);

    /** The version written today. */
    public static final int SCHEMA = 8;

    /**
     * The simplest schedule to an outcome.
     *
     * @param outcome the outcome's word
     * @param told the schedule
     */
    public record Simplest(String outcome, Told told) {
        /** Says what it is. */
        String head() {
            return "The simplest schedule to " + outcome + " under "
                    + told.under().inWords();
        }
    }

    /**
     * A point and what hosts of one class showed of it.
     *
     * @param point the point
     * @param variant its variant
     * @param result the result
     */
    public record Row(PointFacts point, RaceFacts.VariantFacts variant, Result result) {
        /** Whether no plan of threads has it, and only the explorer looks at it. */
        public boolean isExploredOnly() {
            return result.verdict() == Verdict.SKIPPED && result.reason().startsWith(Result.EXPLORED_ONLY);
        }

        /** The releases that have the variant. */
        public String kernels() {
            return variant.origin().kernels();
        }

        /**
         * The simplest schedule to a forbidden outcome: to one that was seen, if the explorer has one; null if it has none. Of a point
         * that is UNPREDICTED another outcome's schedule would explain nothing.
         */
        public @Nullable Simplest schedule() {
            List<Simplest> schedules = point.predicted().schedules().entrySet().stream()
                    .map(each -> new Simplest(each.getKey(), each.getValue()))
                    .toList();
            Optional<Simplest> toSeen = schedules.stream()
                    .filter(each -> result.outcomes().containsKey(each.outcome)
                            || result.early().containsKey(each.outcome))
                    .findFirst();
            return result.verdict() == Verdict.UNPREDICTED
                    ? toSeen.orElse(null)
                    : toSeen.or(() -> schedules.stream().findFirst()).orElse(null);
        }

        /** The point's name within its race. */
        public String name() {
            return point.variant() + point.place();
        }
    }

    /** Which predictions an earlier command explored, in words: {@code , 3 of them on 2026-11-30T14:05:00Z}; empty if none. */
    public String cached() {
        List<String> dates = points.stream()
                .map(point -> point.predicted().cached())
                .filter(Objects::nonNull)
                .sorted()
                .toList();
        return dates.isEmpty()
                ? ""
                : ", " + dates.size() + " of them not now, but on " + dates.get(0)
                        + (dates.get(0).equals(dates.get(dates.size() - 1)) ? "" : " and later") + " (from the cache)";
    }

    /**
     * Grades everything.
     *
     * @param races the catalogue
     * @param asked the keys of the points that were asked for, and of their controls
     * @param predictions what the explorer says of each point that it was asked about, by key
     * @param necessity which steps are needed, by race
     * @param sessions what was measured; each of another class of hosts
     */
    public static Report of(
            List<Race> races,
            Set<String> asked,
            Map<String, PredictionSummary> predictions,
            Map<String, List<Necessity.Row>> necessity,
            List<Session> sessions) {
        List<Point> points = races.stream()
                .flatMap(race -> race.points().stream())
                .filter(point -> asked.contains(point.key()))
                .toList();
        Set<String> its = points.stream().map(Point::race).collect(Collectors.toSet());
        return new Report(
                SCHEMA,
                digest(races),
                races.stream()
                        .filter(race -> its.contains(race.name()))
                        .map(race -> RaceFacts.of(race, necessity.getOrDefault(race.name(), List.of())))
                        .toList(),
                points.stream()
                        .map(point ->
                                PointFacts.of(point, predictions.getOrDefault(point.key(), PredictionSummary.NONE)))
                        .toList(),
                sessions.stream()
                        .map(session -> HostReport.of(races, points, predictions, session))
                        .toList(),
                List.of());
    }

    /** The same, in which that is missing. */
    public Report lacking(List<String> missing) {
        return new Report(schema, catalogue, races, points, hosts, missing);
    }

    /** The points with what {@code host}, one of {@link #hosts}, showed of them. */
    public List<Row> rows(HostReport host) {
        return IntStream.range(0, points.size())
                .mapToObj(i -> new Row(
                        points.get(i),
                        race(points.get(i).race()).variant(points.get(i).variant()),
                        host.results().get(i)))
                .toList();
    }

    /** The race called {@code name}. */
    public RaceFacts race(String name) {
        return races.stream()
                .filter(race -> race.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** What is said of all hosts: the worst that is said of one; where something is missing at least that it is undecided. */
    public RunVerdict verdict() {
        RunVerdict ofHosts = hosts.stream()
                .map(HostReport::verdict)
                .max(Comparator.naturalOrder())
                .orElse(RunVerdict.FAILED);
        boolean isWhole = missing.isEmpty() || ofHosts.compareTo(RunVerdict.UNDECIDED) > 0;
        return isWhole ? ofHosts : RunVerdict.UNDECIDED;
    }

    /** What is missing, in one sentence; empty if nothing is. */
    public String missingInWords() {
        return missing.isEmpty() ? "" : RunVerdict.UNDECIDED + ": missing: " + String.join("; ", missing);
    }

    /** The races of which the threads of {@code host} ran points and decided none: too little of it was to be had. */
    public List<String> undecided(HostReport host) {
        Map<String, Boolean> decided = new LinkedHashMap<>();
        rows(host).stream()
                .filter(row -> row.result.plan() != null)
                .forEach(row ->
                        decided.merge(row.point.race(), DECIDED.contains(row.result.verdict()), Boolean::logicalOr));
        return decided.entrySet().stream()
                .filter(race -> !race.getValue())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Tells two catalogues apart: a hash of all points but those of own fixes, and of where each is reachable from. */
    public static String digest(List<Race> races) {
        String identity = races.stream()
                .flatMap(race -> race.points().stream())
                .filter(point -> !point.variant().isOwn())
                .map(point -> point.key() + ' ' + point.reachableFrom() + '\n')
                .collect(Collectors.joining());
        return Sha256.hex(identity).substring(0, DIGITS);
    }
}
