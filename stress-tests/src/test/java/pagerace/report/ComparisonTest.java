// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import pagerace.price.Course;
import pagerace.price.Price;
import pagerace.price.Price.Ratio;
import pagerace.price.PriceControl;
import pagerace.price.PriceFile;
import pagerace.race.Reachability;
import pagerace.report.Comparison.Direction;
import pagerace.verdict.Host;
import pagerace.verdict.Measurement;
import pagerace.verdict.TestRace;
import pagerace.verdict.TestRace.Fix;
import pagerace.verdict.Tier;
import pagerace.verdict.Verdict;

class ComparisonTest {
    private static final Host HOST = new Host("Linux 6.1", "amd64", 2, "17", Reachability.TSO);
    private static final List<PriceControl> CONTROLS = controls(9.8);

    private static Report report(Host host, @Nullable PriceFile prices, Map<Fix, List<Map<String, Long>>> forks) {
        List<Measurement> measurements = new ArrayList<>();
        forks.forEach((fix, its) -> its.forEach(outcomes -> measurements.add(TestRace.fork(fix, Tier.C2, outcomes))));
        return Report.of(
                List.of(new TestRace()),
                TestRace.keys(List.of(new TestRace())),
                Map.of(),
                Map.of(),
                List.of(new Session(
                        List.of(ReportFormatsTest.run(host).ended(9, true)),
                        forks.keySet().stream()
                                .map(fix -> TestRace.point(fix).key())
                                .toList(),
                        measurements,
                        prices)));
    }

    private static Report broken(long... wrong) {
        List<Map<String, Long>> forks = new ArrayList<>();
        for (long count : wrong) {
            forks.add(Map.of("QUIET", 1_000_000 - count, "WRONG", count));
        }
        return report(HOST, null, Map.of(Fix.BROKEN, forks));
    }

    private static List<PriceControl> controls(double fence) {
        return List.of(PriceControl.of("TestRace", 1, new Ratio(fence, fence, fence, 20), List.of()));
    }

    private static PriceFile prices(Fix fix, Ratio ratio) {
        String base = TestRace.point(Fix.BROKEN).key();
        Price price = new Price(
                TestRace.point(fix).key(),
                "first",
                base,
                new Course.Accesses(1, 1, 1, 1),
                10,
                ratio,
                Price.claim(false, ratio, null),
                null,
                null,
                null);
        return new PriceFile(PriceFile.SCHEMA, "2 CPUs", "17", "short", true, CONTROLS, List.of(price));
    }

    private static Comparison.Pair only(Comparison comparison) {
        assertThat(comparison.pairs()).hasSize(1);
        return comparison.pairs().get(0);
    }

    @Test
    void aReportDoesNotDifferFromItself() {
        for (Report report : List.of(ReportFormatsTest.report(), ReportFormatsTest.twoHosts())) {
            Comparison comparison = Comparison.of(report, report);
            assertThat(comparison.isEqual()).isTrue();
            assertThat(comparison.pairs()).hasSize(report.hosts().size());
            assertThat(ComparisonText.TABLE.of(comparison, false)).endsWith("Nothing changed.\n");
        }
    }

    @Test
    void theWorstChangeOfVerdictComesFirst() {
        Map<String, Long> quiet = Map.of("QUIET", 2_000_000L);
        Map<String, Long> wrong = Map.of("QUIET", 2_000_000L, "WRONG", 200L);
        Report before = report(HOST, null, Map.of(Fix.BROKEN, List.of(quiet), Fix.FIXED, List.of(quiet)));
        Report after = report(HOST, null, Map.of(Fix.BROKEN, List.of(wrong), Fix.FIXED, List.of(wrong)));
        Comparison comparison = Comparison.of(before, after);
        assertThat(only(comparison).verdicts())
                .extracting(Comparison.VerdictChange::direction, Comparison.VerdictChange::after)
                .containsExactly(tuple(Direction.WORSE, Verdict.BROKEN), tuple(Direction.BETTER, Verdict.REPRODUCED));
        assertThat(comparison.verdictsChanged()).isTrue();
        assertThat(ComparisonText.TABLE.of(comparison, false))
                .contains("Verdicts that changed: 2, worse: 1\n", "  worse   TestRace/FIXED[small]");
        assertThat(ComparisonText.MARKDOWN.of(comparison, false)).contains("| worse | TestRace/FIXED[small] | ");
        assertThat(ComparisonText.JSON.of(comparison, false)).contains("\"direction\" : \"WORSE\"");
    }

    @Test
    void whatOneSideOnlyMeasuredIsNoChangeOfVerdict() {
        List<Map<String, Long>> wrong = List.of(Map.of("WRONG", 200L));
        Report before = report(HOST, null, Map.of(Fix.BROKEN, wrong));
        Report after = report(HOST, null, Map.of(Fix.UNFENCED, wrong));
        Comparison comparison = Comparison.of(before, after);
        assertThat(only(comparison).verdicts()).isEmpty();
        assertThat(only(comparison).measured())
                .isEqualTo(new Comparison.Coverage<>(
                        List.of("TestRace/BROKEN[small]"), List.of("TestRace/UNFENCED[small]")));
        assertThat(ComparisonText.TABLE.of(comparison, false)).contains("Threads ran only in the first: TestRace 1\n");
        assertThat(ComparisonText.TABLE.of(comparison, true)).contains("\n  TestRace/UNFENCED[small]\n");
    }

    @Test
    void aRateMovesBeyondItsInterval() {
        Comparison.Moves<Comparison.RateMove> rates = only(Comparison.of(
                        broken(900, 1000, 1100), broken(4000, 4200, 4400)))
                .rates();
        assertThat(rates.compared()).isEqualTo(1);
        assertThat(rates.moved()).extracting(Comparison.RateMove::tier).containsExactly(Tier.C2);
        Comparison none = Comparison.of(broken(900, 1000, 1100), broken(950, 1000, 1200));
        assertThat(only(none).rates().moved()).isEmpty();
        assertThat(only(none).rates().compared()).isEqualTo(1);
        assertThat(ComparisonText.TABLE.of(none, false))
                .contains(
                        "Rates that moved: 0 of 1 compared; were nothing different, fewer than 0.1 would be expected");
    }

    @Test
    void twoForksSayNothing() {
        Comparison comparison = Comparison.of(broken(900, 1000), broken(90_000, 90_000, 90_000));
        assertThat(only(comparison).rates()).isEqualTo(new Comparison.Moves<>(0, 1, List.of(), List.of()));
        assertThat(ComparisonText.TABLE.of(comparison, false)).contains("1 more have fewer than 3 forks on a side");
    }

    @Test
    void ratesOfOtherStridesAreNotCompared() {
        Report before = broken(900, 1000, 1100);
        HostReport host = before.hosts().get(0);
        List<Measurement> wider = host.measurements().stream()
                .map(m -> new Measurement(
                        m.run(),
                        m.vm(),
                        m.point(),
                        m.tier(),
                        7,
                        m.millis(),
                        m.measuringMillis(),
                        m.cpuShare(),
                        m.outcomes(),
                        m.warmUp(),
                        m.probe(),
                        m.failure()))
                .toList();
        Report after = new Report(
                before.schema(),
                before.catalogue(),
                before.races(),
                before.points(),
                List.of(new HostReport(
                        host.host(),
                        host.runs(),
                        host.verdict(),
                        host.headline(),
                        host.given(),
                        host.canaries(),
                        host.results(),
                        host.pricing(),
                        host.workloads(),
                        wider)),
                List.of());
        Comparison comparison = Comparison.of(before, after);
        assertThat(only(comparison).rates())
                .isEqualTo(new Comparison.Moves<>(
                        0, 0, List.of(new Comparison.Stressed("TestRace/BROKEN[small]", Tier.C2)), List.of()));
        assertThat(ComparisonText.TABLE.of(comparison, false))
                .contains("; not compared, other strides or distances: TestRace/BROKEN[small] in C2\n");
    }

    @Test
    void aPriceMovesIfBothAreClaimedAndTheirIntervalsAreApart() {
        Map<Fix, List<Map<String, Long>>> none = Map.of();
        Report cheap = report(HOST, prices(Fix.FIXED, new Ratio(1.2, 1.1, 1.3, 20)), none);
        Report dear = report(HOST, prices(Fix.FIXED, new Ratio(1.6, 1.4, 1.8, 20)), none);
        Report vague = report(HOST, prices(Fix.FIXED, new Ratio(2.6, 0.9, 3.8, 20)), none);
        assertThat(only(Comparison.of(cheap, dear)).prices().moved())
                .extracting(Comparison.PriceMove::operation)
                .containsExactly("first");
        assertThat(only(Comparison.of(cheap, vague)).prices())
                .isEqualTo(new Comparison.Moves<>(0, 1, List.of(), List.of()));
        assertThat(ComparisonText.TABLE.of(Comparison.of(cheap, vague), false))
                .contains(
                        "Prices that moved: 0 of 0 compared; 1 more could not be compared: nothing is claimed of one,")
                .doesNotContain("timed alike");
        assertThat(only(Comparison.of(cheap, cheap)).prices())
                .isEqualTo(new Comparison.Moves<>(1, 0, List.of(), List.of()));
        Report elsewhere = report(HOST, prices(Fix.UNFENCED, new Ratio(1.2, 1.1, 1.3, 20)), none);
        assertThat(only(Comparison.of(cheap, elsewhere)).priced().onlyAfter())
                .containsExactly("TestRace/UNFENCED[small]: first");
    }

    @Test
    void aPriceToAnotherBaseIsNotComparedButCounted() {
        PriceFile file = prices(Fix.FIXED, new Ratio(1.2, 1.1, 1.3, 20));
        Price price = file.prices().get(0);
        Price toAnother = new Price(
                price.point(),
                price.operation(),
                TestRace.point(Fix.UNFENCED).key(),
                price.accesses(),
                price.nanos(),
                price.ratio(),
                price.claim(),
                null,
                null,
                null);
        Report before = report(HOST, file, Map.of());
        Report after = report(
                HOST,
                new PriceFile(
                        file.schema(), file.host(), file.jdk(), file.method(), true, CONTROLS, List.of(toAnother)),
                Map.of());
        assertThat(only(Comparison.of(before, after)).prices())
                .isEqualTo(new Comparison.Moves<>(0, 1, List.of(), List.of()));
    }

    @Test
    void pricesThatAreVoidAreNotCompared() {
        PriceFile file = prices(Fix.FIXED, new Ratio(1.2, 1.1, 1.3, 20));
        PriceFile ofNoUse =
                new PriceFile(file.schema(), file.host(), file.jdk(), file.method(), true, controls(1), file.prices());
        Comparison comparison = Comparison.of(report(HOST, file, Map.of()), report(HOST, ofNoUse, Map.of()));
        assertThat(ComparisonText.TABLE.of(comparison, false))
                .contains(
                        "The runs differ in prices that are void: none / TestRace",
                        "Prices that moved: 0 of 0 compared");
    }

    @Test
    void pricesThatWereNotTimedAlikeAreSaidToBe() {
        PriceFile file = prices(Fix.FIXED, new Ratio(1.2, 1.1, 1.3, 20));
        PriceFile longer = new PriceFile(file.schema(), "64 CPUs", "21", "long", false, CONTROLS, file.prices());
        Comparison comparison = Comparison.of(report(HOST, file, Map.of()), report(HOST, longer, Map.of()));
        assertThat(ComparisonText.TABLE.of(comparison, false))
                .contains(
                        "The runs differ in way of timing: short / long; JDK of the prices: 17 / 21; host of the prices:"
                                + " 2 CPUs / 64 CPUs; ending of the timing: complete / interrupted\n",
                        "Prices that moved: 0 of 1 compared; they were not timed alike, see above\n");
    }

    @Test
    void whatElseTheRunsDifferInIsSaid() {
        Host larger = new Host("Linux 6.8", "amd64", 64, "17", Reachability.TSO);
        Report before = broken(900, 1000, 1100);
        Report after = broken(4000, 4200, 4400);
        Run run = new Run(
                "other",
                "2026-02-02T00:00:00Z",
                "1.1",
                null,
                larger,
                "TestRace/*",
                null,
                List.of("-XX:-UseBiasedLocking", "-Xmx1g"),
                1,
                60,
                9,
                false);
        HostReport host = after.hosts().get(0);
        Report elsewhere = new Report(
                after.schema(),
                after.catalogue(),
                after.races(),
                after.points(),
                List.of(new HostReport(
                        host.host(),
                        List.of(run),
                        host.verdict(),
                        host.headline(),
                        host.given(),
                        host.canaries(),
                        host.results(),
                        null,
                        host.workloads(),
                        host.measurements())),
                List.of());
        assertThat(ComparisonText.TABLE.of(Comparison.of(before, elsewhere), false))
                .contains(
                        "The runs differ in JVM flags: none / -XX:-UseBiasedLocking -Xmx1g; operating system: Linux 6.1 /"
                                + " Linux 6.8; CPUs: 2 / 64; version: 1.0 / 1.1; label: a label / none; budget: 240 s /"
                                + " 60 s; ending: complete / interrupted\n",
                        "would be expected to move by chance on one machine, and these are different ones\n");
        assertThat(ComparisonText.TABLE.of(Comparison.of(before, after), false))
                .contains("would be expected to move by chance\n")
                .doesNotContain("The runs differ");
    }

    @Test
    void hostsAreComparedWithTheirLikeAndTheOthersAreNamed() {
        Comparison comparison = Comparison.of(ReportFormatsTest.twoHosts(), ReportFormatsTest.report());
        assertThat(only(comparison).before()).isEqualTo(only(comparison).after());
        assertThat(comparison.unpaired().onlyBefore())
                .extracting(HostClass::arch)
                .containsExactly("aarch64");
        assertThat(ComparisonText.TABLE.of(comparison, false)).contains("Hosts only in the first: 1\n");
    }

    @Test
    void twoSingleHostsAreComparedWhateverTheyAre() {
        Host other = new Host("Linux 6.1", "aarch64", 4, "25", Reachability.WEAK);
        Map<Fix, List<Map<String, Long>>> forks =
                Map.of(Fix.RELAXED, List.of(Map.of("QUIET", 2_000_000L, "WRONG", 200L)));
        Comparison comparison = Comparison.of(report(HOST, null, forks), report(other, null, forks));
        assertThat(only(comparison).verdicts())
                .extracting(Comparison.VerdictChange::after)
                .containsExactly(Verdict.REPRODUCED);
    }

    @Test
    void otherCataloguesAreNotCompared() {
        Report report = ReportFormatsTest.report();
        Report other =
                new Report(report.schema(), "c0ffee", report.races(), report.points(), report.hosts(), List.of());
        assertThatThrownBy(() -> Comparison.of(report, other))
                .isInstanceOf(Mismatch.class)
                .hasMessage("The first report is of the catalogue " + report.catalogue()
                        + ", the second of c0ffee: measure both with the same catalogue.");
        Report newer = new Report(
                Report.SCHEMA + 1, report.catalogue(), report.races(), report.points(), report.hosts(), List.of());
        assertThatThrownBy(() -> Comparison.of(report, newer))
                .isInstanceOf(Mismatch.class)
                .hasMessageContaining("version " + Report.SCHEMA + " of the format, the second " + (Report.SCHEMA + 1));
    }
}
