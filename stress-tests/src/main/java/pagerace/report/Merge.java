// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagerace.explore.Necessity;
import pagerace.price.Price;
import pagerace.price.PriceControl;
import pagerace.price.PriceFile;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.verdict.Measurement;
import pagerace.verdict.PredictionSummary;

/**
 * Several reports as one.
 *
 * <p>What hosts of one class measured is added up and graded again; hosts of different classes stay apart. Runs on one class
 * must be different shards of one campaign: then nothing is counted twice but the controls that came along with several shards,
 * and those are separate samples. What was explored on one host holds for all.
 *
 * <p>The order of the reports does not matter, and the result can be merged again.
 *
 * @param report all of them
 * @param missing the shards that none of them has, each with its class of hosts
 */
public record Merge(Report report, List<String> missing) {
    /**
     * A report that is to be merged.
     *
     * @param name what complaints call it
     * @param report the report
     */
    public record Source(String name, Report report) {
        Stream<Run> runs() {
            return report.hosts().stream().flatMap(host -> host.runs().stream());
        }

        private List<String> points() {
            return report.points().stream().map(PointFacts::key).toList();
        }

        private String firstRun() {
            return runs().map(Run::id).min(Comparator.naturalOrder()).orElse("");
        }
    }

    /**
     * Merges {@code sources}.
     *
     * @param races the catalogue, which grades
     * @throws Mismatch if they are of another catalogue, or overlap
     */
    public static Merge of(List<Race> races, List<Source> sources) {
        List<Source> inOrder =
                sources.stream().sorted(Comparator.comparing(Source::firstRun)).toList();
        Map<String, Point> points = races.stream()
                .flatMap(race -> race.points().stream())
                .collect(Collectors.toMap(Point::key, Function.identity(), (a, b) -> a, LinkedHashMap::new));
        String digest = Report.digest(races);
        inOrder.forEach(source -> refuseOtherCatalogue(source, digest, points.keySet()));
        refuseSameRun(inOrder);
        Map<String, List<HostReport>> byClass = inOrder.stream()
                .flatMap(source -> source.report.hosts().stream())
                .collect(Collectors.groupingBy(host -> host.host().toString(), TreeMap::new, Collectors.toList()));
        byClass.values().forEach(Merge::refuseOverlap);
        refuseOtherPoints(inOrder);
        Report report = Report.of(
                races,
                inOrder.stream().flatMap(source -> source.points().stream()).collect(Collectors.toSet()),
                predictions(inOrder),
                necessity(inOrder),
                byClass.values().stream()
                        .map(hosts -> session(hosts, points.keySet()))
                        .toList());
        return new Merge(
                report, byClass.values().stream().flatMap(Merge::missing).toList());
    }

    private static void refuseOtherCatalogue(Source source, String digest, Set<String> points) {
        if (!source.report.catalogue().equals(digest)) {
            throw new Mismatch("The report " + source.name + " is of the catalogue " + source.report.catalogue()
                    + ", and this one is " + digest + ": merge with the version of PageRace that measured.");
        }
        for (PointFacts point : source.report.points()) {
            if (!points.contains(point.key())) {
                throw new Mismatch("The report " + source.name + " has the point " + point.key()
                        + ", which is not in this catalogue: put the jar that brought it on the class path.");
            }
        }
    }

    /** Shards of different points would not be parts of one whole; own fixes count here, of which the digest knows nothing. */
    private static void refuseOtherPoints(List<Source> sources) {
        Map<HostClass, Source> first = new HashMap<>();
        for (Source source : sources) {
            for (HostReport host : source.report.hosts()) {
                Source other = first.putIfAbsent(host.host(), source);
                if (other != null && !other.points().equals(source.points())) {
                    throw new Mismatch(
                            "On " + host.host() + ", " + other.name + " and " + source.name
                                    + " are parts of different points, from "
                                    + firstDifference(other.points(), source.points())
                                    + " on: measure all shards with the same fixes of yours on the class path, in the same order.");
                }
            }
        }
    }

    private static String firstDifference(List<String> one, List<String> other) {
        int same = 0;
        while (same < Math.min(one.size(), other.size()) && one.get(same).equals(other.get(same))) {
            same++;
        }
        return (one.size() > other.size() ? one : other).get(same);
    }

    private static void refuseSameRun(List<Source> sources) {
        Map<String, String> seen = new HashMap<>();
        for (Source source : sources) {
            source.runs().map(Run::id).forEach(id -> {
                String other = seen.put(id, source.name);
                if (other != null) {
                    throw new Mismatch("The run " + id + " is in " + other + " and in " + source.name
                            + ": leave one of them out.");
                }
            });
        }
    }

    private static List<Run> runs(List<HostReport> hosts) {
        return hosts.stream().flatMap(host -> host.runs().stream()).toList();
    }

    private static void refuseOverlap(List<HostReport> hosts) {
        List<Run> runs = runs(hosts);
        for (int i = 0; i < runs.size(); i++) {
            for (Run other : runs.subList(i + 1, runs.size())) {
                Run one = runs.get(i);
                if (!areDifferentShardsOfOneCampaign(one, other)) {
                    throw new Mismatch("On " + hosts.get(0).host() + ", " + inWords(one) + " and " + inWords(other)
                            + " are not different shards of one campaign: merge only such, and compare the others.");
                }
            }
        }
    }

    private static boolean areDifferentShardsOfOneCampaign(Run one, Run other) {
        if (one.shard() == null || other.shard() == null) {
            return false;
        }
        Shard shard = Shard.parse(one.shard());
        Shard otherShard = Shard.parse(other.shard());
        return shard.count() == otherShard.count()
                && shard.number() != otherShard.number()
                && one.filter().equals(other.filter())
                && one.jvmArguments().equals(other.jvmArguments())
                && one.forks() == other.forks()
                && one.version().equals(other.version());
    }

    private static String inWords(Run run) {
        return "run " + run.id() + " (" + (run.shard() == null ? "all" : "shard " + run.shard()) + " of "
                + (run.filter().isEmpty() ? "all points" : run.filter()) + ", flags " + run.jvmArguments() + ", forks "
                + run.forks() + ", version " + run.version() + ")";
    }

    private static Stream<String> missing(List<HostReport> hosts) {
        List<Shard> had = runs(hosts).stream()
                .map(Run::shard)
                .filter(Objects::nonNull)
                .map(Shard::parse)
                .toList();
        return had.isEmpty()
                ? Stream.empty()
                : IntStream.rangeClosed(1, had.get(0).count())
                        .mapToObj(number -> new Shard(number, had.get(0).count()))
                        .filter(shard -> !had.contains(shard))
                        .map(shard -> "shard " + shard + " of " + hosts.get(0).host());
    }

    private static Session session(List<HostReport> hosts, Set<String> points) {
        List<Session> sessions = hosts.stream().map(HostReport::session).toList();
        Set<String> planned =
                sessions.stream().flatMap(session -> session.plan().stream()).collect(Collectors.toSet());
        List<Measurement> measurements = sessions.stream()
                .flatMap(session -> session.measurements().stream())
                .toList();
        return new Session(
                runs(hosts),
                points.stream().filter(planned::contains).toList(),
                measurements,
                prices(
                        hosts.get(0).host(),
                        sessions.stream()
                                .map(Session::prices)
                                .filter(Objects::nonNull)
                                .toList()));
    }

    /**
     * All prices. Shards that were given one and the same price file have the same prices, which is no overlap; two that were
     * measured apart cannot be told to be one. If those of a subject are void in one, they are in all.
     */
    private static @Nullable PriceFile prices(HostClass host, List<PriceFile> files) {
        if (files.isEmpty()) {
            return null;
        }
        Map<List<String>, Price> prices = new LinkedHashMap<>();
        for (PriceFile file : files) {
            for (Price price : file.prices()) {
                Price other = prices.putIfAbsent(List.of(price.point(), price.operation()), price);
                if (other != null && !other.equals(price)) {
                    throw new Mismatch("On " + host + ", " + price.operation() + " of " + price.point()
                            + " was timed twice: give --prices to one shard only, or the same file to all.");
                }
            }
        }
        return new PriceFile(
                PriceFile.SCHEMA,
                joined(files, PriceFile::host),
                joined(files, PriceFile::jdk),
                joined(files, PriceFile::method),
                files.stream().allMatch(PriceFile::complete),
                controls(files),
                List.copyOf(prices.values()));
    }

    private static List<PriceControl> controls(List<PriceFile> files) {
        Map<String, PriceControl> worst = new TreeMap<>();
        files.stream()
                .flatMap(file -> file.controls().stream())
                .forEach(control -> worst.merge(control.subject(), control, PriceControl::worst));
        return List.copyOf(worst.values());
    }

    private static String joined(List<PriceFile> files, Function<PriceFile, String> part) {
        return files.stream().map(part).distinct().sorted().collect(Collectors.joining("; "));
    }

    private static Map<String, PredictionSummary> predictions(List<Source> sources) {
        Map<String, PredictionSummary> predictions = new HashMap<>();
        for (Source source : sources) {
            for (PointFacts point : source.report.points()) {
                if (point.isExplored()) {
                    PredictionSummary other = predictions.putIfAbsent(point.key(), point.predicted());
                    if (other != null && !answers(other).equals(answers(point.predicted()))) {
                        throw new Mismatch("In " + source.name + " the explorer says something else of " + point.key()
                                + " than in another of the reports: measure all of them with one build.");
                    }
                }
            }
        }
        return predictions;
    }

    /** What was found, and not how long that took. */
    private static Set<Object> answers(PredictionSummary prediction) {
        Set<Object> answers = new HashSet<>();
        prediction
                .models()
                .forEach((model, explored) -> answers.add(
                        List.of(model, explored.reachability(), Set.copyOf(explored.outcomes()), explored.digest())));
        return answers;
    }

    private static Map<String, List<Necessity.Row>> necessity(List<Source> sources) {
        Map<String, Set<Necessity.Row>> rows = new HashMap<>();
        sources.forEach(source -> source.report
                .races()
                .forEach(race -> rows.computeIfAbsent(race.name(), unused -> new LinkedHashSet<>())
                        .addAll(race.necessity())));
        Map<String, List<Necessity.Row>> necessity = new HashMap<>();
        rows.forEach((race, its) -> necessity.put(race, new ArrayList<>(its)));
        return necessity;
    }
}
