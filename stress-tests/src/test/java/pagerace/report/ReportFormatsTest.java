// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import pagerace.price.Course;
import pagerace.price.Price;
import pagerace.price.Price.Ratio;
import pagerace.price.PriceFile;
import pagerace.race.Reachability;
import pagerace.verdict.Host;
import pagerace.verdict.Measurement;
import pagerace.verdict.Prediction;
import pagerace.verdict.Prediction.Answer;
import pagerace.verdict.Prediction.Explored;
import pagerace.verdict.Tally;
import pagerace.verdict.TestRace;
import pagerace.verdict.TestRace.Fix;
import pagerace.verdict.Tier;

/**
 * Each format against its golden file. After an intended change run the test with {@code -Dpagerace.golden=write}, and read
 * the difference.
 */
class ReportFormatsTest {
    private static final Host HOST = new Host("Linux 6.1", "amd64", 2, "17.0.1+1", Reachability.TSO);

    private static Report report() {
        Map<String, Tally> tallies = new LinkedHashMap<>();
        for (Fix fix : Fix.values()) {
            if (fix != Fix.OPEN) {
                Tally tally = TestRace.tally(fix);
                tallies.put(tally.point().key(), tally);
            }
        }
        add(tallies, Fix.BROKEN, Tier.C2, Map.of("QUIET", 149_000L, "OVERLAPPED", 877L, "WRONG", 123L));
        for (Tier tier : Tier.values()) {
            add(tallies, Fix.FIXED, tier, Map.of("QUIET", 299_000L, "OVERLAPPED", 1_000L));
        }
        add(tallies, Fix.UNFENCED, Tier.C2, Map.of("QUIET", 1_000_000L, "WRONG", 12L));
        add(tallies, Fix.RELAXED, Tier.C2, Map.of("QUIET", 1_000_000L));
        add(tallies, Fix.RELAXED, Tier.C2_STRESS, Map.of("QUIET", 1_000_000L, "WRONG", 1L));
        Tally stuck = tally(tallies, Fix.DEADLOCK);
        stuck.add(new Measurement(stuck.point().key(), Tier.C1, 500, 0.5, Map.of("QUIET", 7L, "STUCK", 1L), null));
        return Report.of(
                List.of(new TestRace()),
                HOST,
                new Report.Run("TestRace/*", 240, 238, true),
                tallies,
                predictions(),
                prices());
    }

    /** One point that holds and one that is broken, as the explorer sees them. */
    private static Map<String, Prediction> predictions() {
        Explored quiet =
                new Explored(Answer.NEVER, new TreeSet<>(List.of("QUIET", "OVERLAPPED")), null, 12, 34, 5, 0.5, null);
        Explored wrong = new Explored(
                Answer.REACHABLE,
                new TreeSet<>(List.of("OVERLAPPED", "QUIET", "WRONG")),
                null,
                56,
                78,
                9,
                1.5,
                "1  first  second");
        return Map.of(
                TestRace.point(Fix.FIXED).key(), prediction(quiet, quiet),
                TestRace.point(Fix.BROKEN).key(), prediction(quiet, wrong));
    }

    /** What may stand in the column: a base, its like, a claim, none, a deadlock. */
    private static PriceFile prices() {
        String base = TestRace.point(Fix.BROKEN).key();
        Course.Accesses accesses = new Course.Accesses(6, 2, 1, 1);
        return new PriceFile(
                PriceFile.SCHEMA,
                "2 CPUs, amd64",
                "17.0.1+1",
                "short",
                true,
                List.of(
                        new Price(base, "first", base, accesses, 20, Ratio.ONE, Price.Claim.SAME, null, null, null),
                        new Price(base, "second", base, accesses, 30, Ratio.ONE, Price.Claim.SAME, null, null, null),
                        price(Fix.UNFENCED, "first", new Ratio(1.351, 1.25, 1.67, 20)),
                        price(Fix.UNFENCED, "second", new Ratio(1.08, 1.04, 1.11, 20)),
                        new Price(
                                TestRace.point(Fix.FIXED).key(),
                                "first",
                                base,
                                accesses,
                                20,
                                Ratio.ONE,
                                Price.Claim.SAME,
                                null,
                                null,
                                null),
                        Price.ofDeadlock(TestRace.point(Fix.FIXED).key(), "second", base),
                        price(Fix.OPEN, "first", new Ratio(0.9, 0.85, 0.94, 20)),
                        price(Fix.OPEN, "second", null)));
    }

    private static Price price(Fix fix, String operation, @Nullable Ratio ratio) {
        return new Price(
                TestRace.point(fix).key(),
                operation,
                TestRace.point(Fix.BROKEN).key(),
                new Course.Accesses(11, 2, 2, 2),
                27,
                ratio,
                Price.claim(false, ratio, null),
                null,
                null,
                null);
    }

    private static Prediction prediction(Explored sequential, Explored otherwise) {
        Map<Reachability, Explored> models = new EnumMap<>(Reachability.class);
        models.put(Reachability.SEQUENTIAL, sequential);
        models.put(Reachability.SC, otherwise);
        models.put(Reachability.TSO, otherwise);
        models.put(Reachability.WEAK, otherwise);
        return new Prediction(models);
    }

    private static void add(Map<String, Tally> tallies, Fix fix, Tier tier, Map<String, Long> outcomes) {
        tally(tallies, fix).add(TestRace.fork(fix, tier, outcomes));
    }

    private static Tally tally(Map<String, Tally> tallies, Fix fix) {
        return tallies.getOrDefault(TestRace.point(fix).key(), TestRace.tally(fix));
    }

    private static void assertGolden(String name, String text) throws IOException {
        Path golden = Path.of("src", "test", "resources", "pagerace", "report", name);
        if ("write".equals(System.getProperty("pagerace.golden"))) {
            Files.createDirectories(golden.getParent());
            Files.writeString(golden, text);
        }
        assertThat(text).isEqualTo(Files.readString(golden, StandardCharsets.UTF_8));
    }

    @Test
    void table() throws IOException {
        assertGolden("table.txt", Table.of(report()));
    }

    @Test
    void json() throws IOException {
        assertGolden("report.json", Json.of(report()));
    }

    @Test
    void junit() throws IOException {
        assertGolden("junit.xml", JunitXml.of(report()));
    }

    @Test
    void anInterruptedRunSaysSo() {
        Report whole = report();
        Report cut = new Report(
                whole.schema(),
                whole.host(),
                whole.catalogue(),
                new Report.Run("", 240, 17, false),
                whole.pricing(),
                whole.results());
        assertThat(Table.of(cut)).contains("interrupted: what was measured until then", "(17 s of 240 s,");
    }

    @Test
    void aRaceAboutWhichNothingWasDecidedFails() {
        Tally tally = TestRace.tally(Fix.FIXED);
        tally.add(new Measurement(tally.point().key(), Tier.C2, 1000, 0.1, Map.of("QUIET", 2_000L), null));
        Report report = Report.of(
                List.of(new TestRace()),
                HOST,
                new Report.Run("", 240, 238, true),
                Map.of(tally.point().key(), tally),
                Map.of(),
                null);
        assertThat(report.results()).noneMatch(Report.Result::fails);
        assertThat(report.undecided()).containsExactly("TestRace");
        assertThat(report.fails()).isTrue();
        assertThat(Table.of(report)).contains("nothing could be decided about TestRace, which fails the build");
    }

    @Test
    void theDigestTellsCataloguesApart() {
        Report.Run run = new Report.Run("", 240, 17, true);
        Report none = Report.of(List.of(), HOST, run, Map.of(), Map.of(), null);
        Report one = Report.of(List.of(new TestRace()), HOST, run, Map.of(), Map.of(), null);
        assertThat(none.catalogue().digest()).isNotEqualTo(one.catalogue().digest());
    }
}
