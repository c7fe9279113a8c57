// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.explore.Necessity;
import pagerace.price.Price;
import pagerace.price.PriceControl;
import pagerace.price.PriceFile;
import pagerace.race.Catalogue;
import pagerace.race.Outcome;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;
import pagerace.report.HostReport;
import pagerace.report.Json;
import pagerace.report.Merge;
import pagerace.report.Mismatch;
import pagerace.report.Report;
import pagerace.report.Result;
import pagerace.report.Run;
import pagerace.report.Session;
import pagerace.report.Shard;
import pagerace.stress.StressRun;
import pagerace.verdict.Cause;
import pagerace.verdict.Host;
import pagerace.verdict.Measurement;
import pagerace.verdict.PredictionSummary;
import pagerace.verdict.PredictionSummary.Answer;
import pagerace.verdict.PredictionSummary.Explored;
import pagerace.verdict.TestRace;
import pagerace.verdict.Tier;
import pagerace.verdict.Verdict;

/** A campaign over the whole catalogue whose threads and explorations are made up, split and merged. */
class CampaignTest {
    private static final Host X86 = new Host("Linux 6.1", "amd64", 2, "17", Reachability.TSO);
    private static final Host ARM = new Host("Linux 6.1", "aarch64", 4, "17", Reachability.WEAK);
    private static final Host WITH_ROOM_FOR_ALL = new Host("Linux 6.1", "amd64", 4, "17", Reachability.TSO);
    private static final Selection SELECTION = new Selection(Catalogue.RACES);

    private static ShardPlan shardPlan(String filter, @Nullable Shard shard, Host host) {
        return ShardPlan.of(SELECTION, filter, shard, host.memoryModel(), host.cpus());
    }

    private static Report report(String filter, @Nullable Shard shard, Host host) {
        return report(filter, shard, host, null);
    }

    private static Report report(String filter, @Nullable Shard shard, Host host, @Nullable PriceFile prices) {
        return report(filter, shard, host, prices, Stream::of);
    }

    /** As {@code fate} would have it: what becomes of each fork. */
    private static Report report(
            String filter,
            @Nullable Shard shard,
            Host host,
            @Nullable PriceFile prices,
            Function<Measurement, Stream<Measurement>> fate) {
        ShardPlan shardPlan = shardPlan(filter, shard, host);
        Run run = new Run(
                filter + shard + host.arch(),
                "2026-01-01T00:00:00Z",
                "1",
                null,
                host,
                filter,
                shard == null ? null : shard.toString(),
                List.of(),
                1,
                60,
                50,
                true);
        return Report.of(
                Catalogue.RACES,
                shardPlan.asked(),
                shardPlan.explored().stream().collect(Collectors.toMap(Point::key, CampaignTest::explored)),
                necessity(shardPlan.stepsDropped()),
                List.of(new Session(
                        List.of(run),
                        shardPlan.plan().stream().map(Point::key).toList(),
                        Stream.concat(
                                        TestRace.canaries(run.id()).stream(),
                                        shardPlan.plan().stream().flatMap(point -> forks(run.id(), point, host)))
                                .flatMap(fate)
                                .toList(),
                        prices)));
    }

    /** An exploration that finds what the catalogue says. */
    private static PredictionSummary explored(Point point) {
        Set<String> words = new TreeSet<>();
        Catalogue.race(point.race()).orElseThrow().outcomes().forEach(outcome -> words.add(outcome.name()));
        Map<Reachability, Explored> models = new EnumMap<>(Reachability.class);
        for (Reachability model : Reachability.values()) {
            if (model.compareTo(Reachability.WEAK) <= 0) {
                Answer answer = point.reachableFrom().isReachableOn(model) ? Answer.REACHABLE : Answer.NEVER;
                models.put(model, new Explored(answer, words, null, 1, 2, 3, 0.5, "c0ffee", null));
            }
        }
        return new PredictionSummary(models, Map.of(), null);
    }

    /** What is said of a race: where. */
    private static Map<String, List<Necessity.Row>> necessity(List<Point> points) {
        Map<String, List<Necessity.Row>> rows = new LinkedHashMap<>();
        points.forEach(point -> rows.put(
                point.race(),
                List.of(new Necessity.Row(
                        "a", "b", "c", Necessity.Verdict.NEEDED, "needed", places(point.race(), points)))));
        return rows;
    }

    private static List<String> places(String race, List<Point> points) {
        return points.stream()
                .filter(point -> point.race().equals(race))
                .map(Point::place)
                .distinct()
                .toList();
    }

    /** A fork in each tier: what is reachable on the host is seen, and of the first race's last point what must not be. */
    private static Stream<Measurement> forks(String run, Point point, Host host) {
        Map<String, Long> outcomes = new LinkedHashMap<>();
        for (Outcome outcome : Catalogue.race(point.race()).orElseThrow().outcomes()) {
            boolean seen = outcome.mark() != Outcome.Mark.FORBIDDEN
                    || point.reachableFrom().isReachableOn(host.memoryModel())
                    || isBroken(point.key());
            outcomes.put(outcome.name(), seen ? 400_000L + point.key().length() : 0);
        }
        if (point.variant().deadlocks()) {
            outcomes.put("STUCK", 7L);
        }
        return Stream.of(Tier.values())
                .map(tier -> new Measurement(
                        run, 1, point.key(), tier, 4, 900, 900, 1, outcomes, Map.of(), TestRace.GOOD, null));
    }

    private static boolean isBroken(String point) {
        return point.equals("UnpinDirtyVsClean/ALWAYS_LOCK");
    }

    private static List<Merge.Source> shards(String filter, int count, Host host) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(number -> new Merge.Source(
                        "shard " + number + " " + host.arch(), report(filter, new Shard(number, count), host)))
                .toList();
    }

    private static Merge merge(List<Merge.Source> sources) {
        return Merge.of(Catalogue.RACES, sources);
    }

    private static Map<String, Result> results(HostReport host) {
        return host.results().stream().collect(Collectors.toMap(Result::key, Function.identity()));
    }

    @ParameterizedTest
    @CsvSource({"'', 2", "'', 7", "'', 16", "GupFastVsFork, 5", "Unpin, 1"})
    void splitAndMergedItIsTheSame(String filter, int count) {
        Report whole = report(filter, null, X86);
        Merge merge = merge(shards(filter, count, X86));
        assertThat(merge.missing()).isEmpty();
        Report merged = merge.report();
        assertThat(ShardPlan.missing(SELECTION, merged)).isEmpty();
        assertThat(merged.points()).isEqualTo(whole.points());
        assertThat(merged.races()).isEqualTo(whole.races());
        assertThat(merged.hosts()).hasSize(1);
        Map<String, Result> results = results(merged.hosts().get(0));
        Set<String> controls = Catalogue.points()
                .map(Point::controlKey)
                .filter(key -> key != null)
                .collect(Collectors.toSet());
        for (Result result : whole.hosts().get(0).results()) {
            Result same = Objects.requireNonNull(results.get(result.key()));
            if (controls.contains(result.key())) {
                assertThat(same.verdict()).as(result.key()).isEqualTo(result.verdict());
                assertThat(same.samples()).isGreaterThanOrEqualTo(result.samples());
            } else {
                assertThat(same).isEqualTo(result);
            }
        }
        assertThat(results.values().stream().map(Result::verdict)).contains(Verdict.HOLDS, Verdict.REPRODUCED);
        assertThat(merged.verdict()).isEqualTo(whole.verdict());
    }

    @Test
    void theOrderDoesNotMatterAndAMergeCanBeMergedAgain() throws IOException {
        List<Merge.Source> shards = new ArrayList<>(shards("", 5, X86));
        String merged = Json.of(merge(shards).report());
        Collections.shuffle(shards, new Random(5));
        assertThat(Json.of(merge(shards).report())).isEqualTo(merged);
        Report some = Json.read(Json.of(merge(shards.subList(0, 3)).report()));
        Report others = Json.read(Json.of(merge(shards.subList(3, 5)).report()));
        Report inSteps = merge(List.of(new Merge.Source("b", others), new Merge.Source("a", some)))
                .report();
        assertThat(results(inSteps.hosts().get(0)))
                .isEqualTo(results(merge(shards).report().hosts().get(0)));
        assertThat(inSteps.points()).isEqualTo(merge(shards).report().points());
    }

    @Test
    void classesOfHostsStayApart() {
        List<Merge.Source> both = new ArrayList<>(shards("", 3, X86));
        both.addAll(shards("", 4, ARM));
        Merge merge = merge(both);
        assertThat(merge.missing()).isEmpty();
        assertThat(merge.report().hosts())
                .extracting(host -> host.host().arch())
                .containsExactly("aarch64", "amd64");
        assertThat(results(merge.report().hosts().get(1)))
                .isEqualTo(results(merge(shards("", 3, X86)).report().hosts().get(0)));
    }

    @Test
    void aMissingShardIsNamed() {
        List<Merge.Source> shards = shards("", 4, X86);
        assertThat(merge(List.of(shards.get(0), shards.get(3))).missing())
                .containsExactly("shard 2/4 of Linux amd64 (TSO), JDK 17", "shard 3/4 of Linux amd64 (TSO), JDK 17");
        Set<String> lost = keys(shardPlan("", null, X86).plan());
        List.of(1, 4)
                .forEach(number -> lost.removeAll(
                        keys(shardPlan("", new Shard(number, 4), X86).plan())));
        assertThat(ShardPlan.missing(
                        SELECTION, merge(List.of(shards.get(0), shards.get(3))).report()))
                .hasSize(2)
                .contains("points for the threads of Linux amd64 (TSO), JDK 17: " + lost.size() + ", the first "
                        + lost.iterator().next())
                .last(as(STRING))
                .startsWith("points to explore: ");
    }

    private static Set<String> keys(List<Point> points) {
        return points.stream().map(Point::key).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    @Test
    void shardsOfOtherPointsOrWithOtherForksAreRefused() {
        Merge.Source first = shards("", 2, X86).get(0);
        Report second = shards("", 2, X86).get(1).report();
        int last = second.points().size() - 1;
        Report fewer = new Report(
                second.schema(),
                second.catalogue(),
                second.races(),
                second.points().subList(0, last),
                second.hosts(),
                List.of());
        assertRefused(
                "On Linux amd64 (TSO), JDK 17, a",
                new Merge.Source("a" + first.name(), first.report()),
                new Merge.Source("b", fewer),
                "different points, from " + second.points().get(last).key() + " on");
        HostReport host = second.hosts().get(0);
        Run run = host.runs().get(0);
        Run busier = new Run(
                run.id(),
                run.started(),
                run.version(),
                run.label(),
                run.host(),
                run.filter(),
                run.shard(),
                run.jvmArguments(),
                3,
                run.budget(),
                run.elapsed(),
                run.complete());
        HostReport with = new HostReport(
                host.host(),
                List.of(busier),
                host.verdict(),
                host.headline(),
                host.given(),
                host.canaries(),
                host.results(),
                host.pricing(),
                host.workloads(),
                host.measurements());
        Report other = new Report(
                second.schema(), second.catalogue(), second.races(), second.points(), List.of(with), List.of());
        assertRefused("On Linux amd64", first, new Merge.Source("b", other), "forks 3");
    }

    /** So many that some have a control in common. */
    private static final int SHARDS = 16;

    private static final String SHARED_CONTROL = Catalogue.points()
            .map(Point::controlKey)
            .filter(Objects::nonNull)
            .filter(control -> holders(control).size() > 1)
            .findFirst()
            .orElseThrow();

    /** By the number of its shard, the first point there that needs {@code control} to hold. */
    private static Map<Integer, String> holders(String control) {
        Map<Integer, String> holders = new TreeMap<>();
        for (int number = 1; number <= SHARDS; number++) {
            for (Point point : shardPlan("", new Shard(number, SHARDS), X86).plan()) {
                if (control.equals(point.controlKey()) && point.reachableFrom() == Reachability.NEVER) {
                    holders.putIfAbsent(number, point.key());
                }
            }
        }
        return holders;
    }

    /** What all shards come to of {@code point}, with these in place of those of the same number. */
    private static Result merged(String point, Report... odd) {
        List<Merge.Source> shards = new ArrayList<>(shards("", SHARDS, X86));
        for (Report report : odd) {
            Run run = report.hosts().get(0).runs().get(0);
            shards.set(Shard.parse(requireNonNull(run.shard())).number() - 1, new Merge.Source("odd", report));
        }
        return requireNonNull(results(merge(shards).report().hosts().get(0)).get(point));
    }

    private static Report odd(int number, Host host, Function<Measurement, Stream<Measurement>> fate) {
        return report("", new Shard(number, SHARDS), host, null, fate);
    }

    /** On a host on which two threads hardly ever run at once. */
    private static Measurement starved(Measurement m) {
        return new Measurement(
                m.run(),
                m.vm(),
                m.point(),
                m.tier(),
                m.stride(),
                m.millis(),
                m.measuringMillis(),
                0.1,
                m.outcomes(),
                m.warmUp(),
                TestRace.BAD,
                m.failure());
    }

    private static final long LONG_ENOUGH_MILLIS = 100_000;

    private static Function<Measurement, Stream<Measurement>> silent(String point) {
        return m -> m.point().equals(point)
                ? Stream.of(new Measurement(
                        m.run(),
                        m.vm(),
                        point,
                        m.tier(),
                        m.stride(),
                        LONG_ENOUGH_MILLIS,
                        LONG_ENOUGH_MILLIS,
                        m.cpuShare(),
                        Map.of(),
                        m.warmUp(),
                        TestRace.GOOD,
                        m.failure()))
                : Stream.of(m);
    }

    @Test
    void whatAnotherMachineShowedOfAControlDoesNotHelp() {
        Map<Integer, String> holders = holders(SHARED_CONTROL);
        Iterator<Integer> numbers = holders.keySet().iterator();
        int deaf = numbers.next();
        int other = numbers.next();
        Result unsure = merged(requireNonNull(holders.get(deaf)), odd(deaf, X86, silent(SHARED_CONTROL)));
        assertThat(unsure.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(unsure.reason()).contains("silent");
        assertThat(unsure.fails()).isTrue();
        assertThat(merged(requireNonNull(holders.get(other)), odd(deaf, X86, silent(SHARED_CONTROL)))
                        .verdict())
                .isEqualTo(Verdict.HOLDS);
        assertThat(merged(SHARED_CONTROL, odd(deaf, X86, silent(SHARED_CONTROL)))
                        .verdict())
                .isEqualTo(Verdict.REPRODUCED);
    }

    /** A point that holds in that shard. */
    private static String holding(int number) {
        return shardPlan("", new Shard(number, SHARDS), X86).plan().stream()
                .filter(point -> point.reachableFrom() == Reachability.NEVER)
                .map(Point::key)
                .filter(key -> !isBroken(key))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aStarvedShardExcusesItsOwnPointsOnly() {
        String its = holding(1);
        Function<Measurement, Stream<Measurement>> starved = silent(its).andThen(m -> m.map(CampaignTest::starved));
        Result excused = merged(its, odd(1, X86, starved));
        assertThat(excused.reason()).contains("(host: both threads ran in 160 of 400 slots");
        assertThat(excused.cause()).isEqualTo(Cause.HOST);
        assertThat(excused.fails()).isFalse();
        String another = holding(2);
        Result failing = merged(another, odd(1, X86, starved), odd(2, X86, silent(another)));
        assertThat(failing.reason()).startsWith("never ran in").contains("(instrument: in ");
        assertThat(failing.fails()).isTrue();
        assertThat(merged(SHARED_CONTROL, odd(1, X86, starved)).verdict()).isEqualTo(Verdict.REPRODUCED);
    }

    @Test
    void aShardWithOneCpuExcusesItsOwnPointsOnly() {
        Report lame = odd(1, new Host(X86.os(), X86.arch(), 1, X86.jdk(), X86.memoryModel()), m -> Stream.empty());
        Result excused = merged(holding(1), lame);
        assertThat(excused.reason()).contains("the host has one");
        assertThat(excused.fails()).isFalse();
        String another = holding(2);
        Result failing = merged(another, lame, odd(2, X86, silent(another)));
        assertThat(failing.reason()).startsWith("never ran in");
        assertThat(failing.fails()).isTrue();
    }

    @Test
    void whatWouldBeCountedTwiceIsRefused() {
        Merge.Source first = shards("", 16, X86).get(2);
        Merge.Source again = new Merge.Source("copy", first.report());
        assertRefused("The run null3/16", first, again, "is in ");
        assertRefused(
                "On Linux amd64", first, new Merge.Source("b", report("", new Shard(2, 8), X86)), "not different");
        assertRefused("On Linux amd64", first, new Merge.Source("b", report("", null, X86)), "(all of all points");
        assertRefused(
                "On Linux amd64",
                first,
                new Merge.Source("b", report("Gup", new Shard(4, 16), X86)),
                "(shard 4/16 of Gup,");
        assertRefused(
                "On Linux amd64",
                new Merge.Source("a", report("Gup", null, X86)),
                new Merge.Source("b", report("Shrink", null, X86)),
                "not different shards of one campaign");
    }

    private static void assertRefused(String start, Merge.Source one, Merge.Source other, String part) {
        assertThatThrownBy(() -> merge(List.of(one, other)))
                .isInstanceOf(Mismatch.class)
                .hasMessageStartingWith(start.replace("null", ""))
                .hasMessageContaining(part);
    }

    @Test
    void onePriceFileGivenToAllShardsIsNoOverlapAndTwoMeasurementsAre() {
        PriceFile file = prices(1.5);
        Merge.Source first = new Merge.Source("a", report("", new Shard(1, 2), X86, file));
        Merge.Source second = new Merge.Source("b", report("", new Shard(2, 2), X86, file));
        List<Price> prices = merge(List.of(first, second)).report().hosts().get(0).results().stream()
                .flatMap(result -> result.prices().stream())
                .toList();
        assertThat(prices).isEqualTo(file.prices());
        assertRefused(
                "On Linux amd64", first, new Merge.Source("b", report("", new Shard(2, 2), X86, prices(1.6))), "twice");
    }

    /** Whether the void one comes first or last: reports are merged in the order in which their runs began. */
    @Test
    void aVoidControlIsNotLostInAMerge() {
        PriceFile good = prices(1.5);
        PriceFile inverted = prices(0.5);
        for (List<PriceFile> files : List.of(List.of(good, inverted), List.of(inverted, good))) {
            HostReport host = merge(List.of(
                            new Merge.Source("a", report("", new Shard(1, 2), X86, files.get(0))),
                            new Merge.Source("b", report("", new Shard(2, 2), X86, files.get(1)))))
                    .report()
                    .hosts()
                    .get(0);
            assertThat(host.pricing())
                    .isNotNull()
                    .extracting(HostReport.Pricing::controls)
                    .isEqualTo(inverted.controls());
            assertThat(host.results())
                    .allSatisfy(result -> assertThat(result.prices()).isEmpty());
        }
    }

    private static PriceFile prices(double median) {
        String point = Catalogue.points().findFirst().orElseThrow().key();
        Price.Ratio ratio = new Price.Ratio(median, median, median, 9);
        Price price = new Price(point, "fork", point, null, 1, ratio, Price.Claim.DIFFERENT, null, null, null);
        PriceControl control = PriceControl.of(price.subject(), 9, ratio, List.of());
        return new PriceFile(PriceFile.SCHEMA, "2 CPUs", "17", "short", true, List.of(control), List.of(price));
    }

    @Test
    void anotherCatalogueIsRefused() {
        Report report = report("Unpin", null, X86);
        Report other =
                new Report(report.schema(), "c0ffee", report.races(), report.points(), report.hosts(), List.of());
        assertRefused(
                "The report b is of the catalogue c0ffee",
                new Merge.Source("a", report("", null, ARM)),
                new Merge.Source("b", other),
                "measured");
        List<Race> fewer = Catalogue.RACES.subList(1, Catalogue.RACES.size());
        assertThatThrownBy(() -> Merge.of(fewer, List.of(new Merge.Source("a", report))))
                .isInstanceOf(Mismatch.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 40})
    void everyPointIsInExactlyOneShardButControlsComeAlong(int count) {
        for (String filter : List.of("", "GupFastVsFork", "*SEQ*")) {
            ShardPlan whole = shardPlan(filter, null, WITH_ROOM_FOR_ALL);
            Map<String, Integer> times = new LinkedHashMap<>();
            List<String> droppedIn = new ArrayList<>();
            for (int number = 1; number <= count; number++) {
                ShardPlan shardPlan = shardPlan(filter, new Shard(number, count), WITH_ROOM_FOR_ALL);
                shardPlan.explored().forEach(point -> times.merge(point.key(), 1, Integer::sum));
                shardPlan.stepsDropped().forEach(point -> droppedIn.add(point.key()));
                Set<String> plan = shardPlan.plan().stream().map(Point::key).collect(Collectors.toSet());
                assertThat(shardPlan.explored().stream().map(Point::key)).containsAll(plan);
                assertThat(shardPlan.plan())
                        .allSatisfy(point -> assertThat(point.reachableFrom() != Reachability.NEVER
                                        || point.controlKey() == null
                                        || plan.contains(point.controlKey()))
                                .isTrue());
            }
            Set<String> controls = whole.explored().stream()
                    .map(Point::controlKey)
                    .filter(key -> key != null)
                    .collect(Collectors.toSet());
            assertThat(times.keySet())
                    .containsExactlyInAnyOrderElementsOf(
                            whole.explored().stream().map(Point::key).toList());
            times.forEach((key, n) ->
                    assertThat(controls.contains(key) ? 1 : n).as(key).isEqualTo(1));
            assertThat(droppedIn)
                    .containsExactlyInAnyOrderElementsOf(
                            whole.plan().stream().map(Point::key).toList());
        }
    }

    @Test
    void shardsCostAboutTheSame() {
        long[] costs = IntStream.rangeClosed(1, 8)
                .mapToLong(number -> shardPlan("", new Shard(number, 8), WITH_ROOM_FOR_ALL).plan().stream()
                        .mapToLong(point -> StressRun.minimumMillis(point, Reachability.TSO))
                        .sum())
                .toArray();
        long most = Arrays.stream(costs).max().orElseThrow();
        long least = Arrays.stream(costs).min().orElseThrow();
        // Explored points count, too, and controls come along.
        assertThat((double) most / least).as(Arrays.toString(costs)).isLessThan(1.6);
    }
}
