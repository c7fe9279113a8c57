// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.GoldenFile;
import pagerace.explore.Necessity;
import pagerace.explore.Site;
import pagerace.explore.Transcript;
import pagerace.explore.Transcript.Line;
import pagerace.explore.Transcript.Relaxation;
import pagerace.explore.Transcript.Tells;
import pagerace.explore.Transcript.Use;
import pagerace.price.Course;
import pagerace.price.Price;
import pagerace.price.Price.Ratio;
import pagerace.price.PriceControl;
import pagerace.price.PriceFile;
import pagerace.race.Lifetime;
import pagerace.race.Reachability;
import pagerace.report.html.HtmlReport;
import pagerace.verdict.Host;
import pagerace.verdict.Measurement;
import pagerace.verdict.PredictionSummary;
import pagerace.verdict.PredictionSummary.Answer;
import pagerace.verdict.PredictionSummary.Ends;
import pagerace.verdict.PredictionSummary.Explored;
import pagerace.verdict.PredictionSummary.Told;
import pagerace.verdict.Tally;
import pagerace.verdict.TestRace;
import pagerace.verdict.TestRace.Fix;
import pagerace.verdict.Tier;
import pagerace.verdict.Verdict;

/**
 * Each format against its golden file. After an intended change run the test with {@code -Dpagerace.golden=write}, and read
 * the difference.
 */
public class ReportFormatsTest {
    private static final Host HOST = new Host("Linux 6.1", "amd64", 2, "17.0.1+1", Reachability.TSO);
    private static final Ratio FENCE = new Ratio(9.8, 9.7, 10.1, 20);
    private static final List<PriceControl> CONTROLS = List.of(new PriceControl("TestRace", 1, FENCE, 20, null, null));

    /** Every verdict, a schedule, every kind of price. */
    public static Report report() {
        return Report.of(
                List.of(new TestRace()),
                TestRace.keys(List.of(new TestRace())),
                predictions(),
                Map.of("TestRace", necessity()),
                List.of(session(run(HOST))));
    }

    /** The same beside the same on a weaker machine, as a merge leaves them. */
    public static Report twoHosts() {
        Host weak = new Host("Linux 6.1", "aarch64", 4, "17.0.1+1", Reachability.WEAK);
        Run other = new Run(
                "another-id",
                "2026-01-02T03:04:06Z",
                "1.0",
                null,
                weak,
                "",
                "2/3",
                List.of("-XX:+X"),
                1,
                60,
                59,
                false);
        Session second = session(other);
        return Report.of(
                List.of(new TestRace()),
                TestRace.keys(List.of(new TestRace())),
                predictions(),
                Map.of(),
                List.of(session(run(HOST)), new Session(second.runs(), second.plan(), second.measurements(), null)));
    }

    private static Session session(Run begun) {
        Map<String, Tally> tallies = new LinkedHashMap<>();
        for (Fix fix : Fix.values()) {
            if (fix != Fix.OPEN) {
                Tally tally = TestRace.tally(fix);
                tallies.put(tally.point().key(), tally);
            }
        }
        add(tallies, Fix.BROKEN, Tier.C2, Map.of("QUIET", 149_000L, "OVERLAPPED", 877L, "WRONG", 123L));
        for (Tier tier : Tier.values()) {
            add(tallies, Fix.FIXED, tier, Map.of("QUIET", 999_000L, "OVERLAPPED", 1_000L));
        }
        add(tallies, Fix.UNFENCED, Tier.C2, Map.of("QUIET", 1_000_000L, "WRONG", 12L));
        add(tallies, Fix.FIXED_ALONE, Tier.C1, Map.of("QUIET", 500_000L, "WRONG", 7L));
        add(tallies, Fix.RELAXED, Tier.C2, Map.of("QUIET", 1_000_000L));
        add(tallies, Fix.RELAXED, Tier.C2_STRESS, Map.of("QUIET", 1_000_000L, "WRONG", 1L));
        Tally stuck = tally(tallies, Fix.DEADLOCK);
        stuck.add(new Measurement(
                TestRace.RUN,
                1,
                stuck.point().key(),
                Tier.C1,
                4,
                500,
                500,
                0.5,
                Map.of("QUIET", 7L, "STUCK", 1L),
                Map.of(),
                TestRace.BAD,
                null));
        return session(begun.shard() == null ? begun.ended(238, true) : begun, tallies, prices());
    }

    private static Session session(Run run, Map<String, Tally> tallies, @Nullable PriceFile prices) {
        List<Measurement> measurements = Stream.concat(
                        TestRace.canaries(run.id()).stream(),
                        tallies.values().stream().flatMap(tally -> tally.measurements().stream()))
                .map(m -> new Measurement(
                        run.id(),
                        1,
                        m.point(),
                        m.tier(),
                        m.stride(),
                        m.millis(),
                        m.millis(),
                        m.cpuShare(),
                        m.outcomes(),
                        Map.of(),
                        m.probe(),
                        m.failure()))
                .toList();
        return new Session(List.of(run), List.copyOf(tallies.keySet()), measurements, prices);
    }

    private static Report unexplored(Run run, Map<String, Tally> tallies) {
        return Report.of(
                List.of(new TestRace()),
                TestRace.keys(List.of(new TestRace())),
                Map.of(),
                Map.of(),
                List.of(session(run, tallies, null)));
    }

    /** A run of all of it that has begun. */
    static Run run(Host host) {
        return new Run(
                "an-id",
                "2026-01-02T03:04:05Z",
                "1.0",
                "a label",
                host,
                "TestRace/*",
                null,
                List.of(),
                1,
                240,
                0,
                false);
    }

    private static List<Necessity.Row> necessity() {
        return List.of(new Necessity.Row(
                "FIXED without LOOK",
                "without LOOK",
                "FIXED",
                Necessity.Verdict.NEEDED,
                "needed: without it, reachable from SC on",
                List.of("[*]")));
    }

    /** One point that holds, one that is broken, and one that should hold and is broken, as the explorer sees them. */
    private static Map<String, PredictionSummary> predictions() {
        Explored quiet = new Explored(
                Answer.NEVER, new TreeSet<>(List.of("QUIET", "OVERLAPPED")), null, 12, 34, 5, 0.5, "c0ffee", null);
        Explored wrong = new Explored(
                Answer.REACHABLE,
                new TreeSet<>(List.of("OVERLAPPED", "QUIET", "WRONG")),
                null,
                56,
                78,
                9,
                1.5,
                "c0ffee",
                null);
        return Map.of(
                TestRace.point(Fix.FIXED).key(), prediction(quiet, quiet, Map.of()),
                TestRace.point(Fix.BROKEN).key(), prediction(quiet, wrong, Map.of("WRONG", told())),
                TestRace.point(Fix.FIXED_ALONE).key(), prediction(quiet, wrong, Map.of("WRONG", told())));
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
                CONTROLS,
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

    @Test
    void pricesFromElsewhereAreSaidToBe() {
        PriceFile here = prices();
        PriceFile there =
                new PriceFile(here.schema(), "64 CPUs, amd64", "21", here.method(), true, CONTROLS, here.prices());
        Session session = session(run(HOST), Map.of(), there);
        assertThat(Table.of(Report.of(
                        List.of(new TestRace()),
                        TestRace.keys(List.of(new TestRace())),
                        Map.of(),
                        Map.of(),
                        List.of(session))))
                .contains("on 64 CPUs, amd64, JDK 21 (another host and another JDK than the threads') (");
    }

    /** Neither the numbers nor a chart: only that they were taken, and why they do not count. */
    @Test
    void pricesThatAreVoidAreNotShown() {
        PriceFile file = prices();
        List<PriceControl> inverted =
                List.of(PriceControl.of("TestRace", 1, new Ratio(0.1, 0.09, 0.11, 20), file.prices()));
        PriceFile ofNoUse =
                new PriceFile(file.schema(), file.host(), file.jdk(), file.method(), true, inverted, file.prices());
        Report report = Report.of(
                List.of(new TestRace()),
                TestRace.keys(List.of(new TestRace())),
                Map.of(),
                Map.of(),
                List.of(session(run(HOST), Map.of(), ofNoUse)));
        HostReport host = report.hosts().get(0);
        assertThat(host.results())
                .allSatisfy(result -> assertThat(result.prices()).isEmpty());
        assertThat(host.workloads()).isEmpty();
        String because = "a fence more costs 0.10 [0.09, 0.11] times as much, which must cost more on any host";
        assertThat(Table.of(report))
                .contains("; prices of TestRace void, since " + because
                        + "; prices by short, on 2 CPUs, amd64, JDK 17.0.1+1 (");
        assertThat(HtmlReport.of(report)).contains("control: void: TestRace, since " + because);
        assertThat(host.session().prices())
                .isNotNull()
                .extracting(PriceFile::controls)
                .isEqualTo(inverted);
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

    /** A store that waits in its buffer while the other actor reads. */
    private static Told told() {
        Site site = new Site("pagerace.mm.op.Fork", "copyPte", 17);
        return new Told(
                Reachability.SC,
                new Transcript(
                        List.of("first", "second"),
                        List.of(
                                line(0, "lock(ptl)", Use.LOCK, "ptl", "free -> held", null, null, site),
                                line(
                                        0,
                                        "WRITE_ONCE(pte, 2)",
                                        Use.WRITE,
                                        "pte",
                                        null,
                                        "waits in the store buffer",
                                        Relaxation.BUFFERED,
                                        site),
                                line(1, "READ_ONCE(pte) = 1", Use.READ, "pte", null, null, Relaxation.STALE, site),
                                new Line(
                                        Tells.MEMORY,
                                        0,
                                        "first's store buffer drains",
                                        null,
                                        "pte",
                                        "1 -> 2",
                                        null,
                                        null,
                                        null),
                                line(0, "unlock(ptl)", Use.UNLOCK, "ptl", "held -> free", null, null, site),
                                new Line(Tells.END, 0, "DONE", null, null, null, null, null, null),
                                new Line(Tells.END, 1, "SAW 1", null, null, null, null, null, null))));
    }

    private static Line line(
            int actor,
            String text,
            Use access,
            String word,
            @Nullable String change,
            @Nullable String note,
            @Nullable Relaxation relaxation,
            Site site) {
        return new Line(Tells.STEP, actor, text, access, word, change, note, relaxation, site);
    }

    private static PredictionSummary prediction(Explored sequential, Explored otherwise, Map<String, Told> schedules) {
        Map<Reachability, Explored> models = new EnumMap<>(Reachability.class);
        models.put(Reachability.SEQUENTIAL, sequential);
        models.put(Reachability.SC, otherwise);
        models.put(Reachability.TSO, otherwise);
        models.put(Reachability.WEAK, otherwise);
        return new PredictionSummary(models, schedules, null);
    }

    private static void add(Map<String, Tally> tallies, Fix fix, Tier tier, Map<String, Long> outcomes) {
        tally(tallies, fix).add(TestRace.fork(fix, tier, outcomes));
    }

    private static Tally tally(Map<String, Tally> tallies, Fix fix) {
        return tallies.getOrDefault(TestRace.point(fix).key(), TestRace.tally(fix));
    }

    /** Compares {@code text} with the golden file {@code name}, or writes it. */
    public static void assertGolden(String name, String text) throws IOException {
        GoldenFile.check("report/" + name, text);
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
    void markdown() throws IOException {
        assertGolden("report.md", Markdown.of(report()));
    }

    @Test
    void sarif() throws IOException {
        assertGolden("report.sarif", Sarif.of(report()));
    }

    @Test
    void tap() throws IOException {
        assertGolden("report.tap", Tap.of(report()));
    }

    @Test
    void withoutSamplesNoOutcomeIsNamedAsNotSampled() {
        assertThat(Table.unseen(missing(7))).isEqualTo("predicted, not sampled: QUIET, WRONG");
        assertThat(Table.unseen(missing(0))).isEmpty();
    }

    private static Result missing(long samples) {
        return new Result(
                TestRace.point(Fix.FIXED).key(),
                null,
                samples,
                0,
                0,
                0,
                Map.of(),
                Map.of(),
                List.of(),
                List.of("QUIET", "WRONG"),
                Verdict.INCONCLUSIVE,
                "",
                null,
                false);
    }

    @Test
    void severalHostsAreKeptApart() throws IOException {
        assertGolden("two-hosts.md", Markdown.of(twoHosts()));
        assertGolden("two-hosts.xml", JunitXml.of(twoHosts()));
        assertGolden("two-hosts.tap", Tap.of(twoHosts()));
    }

    @Test
    void readsBackWhatItWrote() throws IOException {
        Report report = report();
        assertThat(Json.of(Json.read(Json.of(report)))).isEqualTo(Json.of(report));
        assertThat(Json.read(Json.of(report)).races()).isEqualTo(report.races());
    }

    @Test
    void whatNobodyHasEstablishedIsToDoAndNoFailure() {
        Tally tally = TestRace.tally(Fix.OPEN);
        tally.add(TestRace.fork(Fix.OPEN, Tier.C2, Map.of("QUIET", 1_000_000L, "WRONG", 7L)));
        tally.add(TestRace.fork(Fix.OPEN, Tier.C2_STRESS, Map.of("QUIET", 1_000_000L)));
        Report report =
                unexplored(run(HOST).ended(238, true), Map.of(tally.point().key(), tally));
        assertThat(report.verdict()).isEqualTo(RunVerdict.PASSED);
        assertThat(Tap.of(report)).contains("not ok 14 - TestRace/OPEN[small] # TODO nobody has established");
        assertThat(JunitXml.of(report)).contains("failures=\"0\"");
    }

    /** A run of one point, of which the explorer says so. */
    private static Report explored(Fix fix, Map<String, Long> seen, PredictionSummary prediction) {
        Tally tally = TestRace.tally(fix);
        tally.add(TestRace.fork(fix, Tier.C2, seen));
        String key = tally.point().key();
        return Report.of(
                List.of(new TestRace()),
                Set.of(key),
                Map.of(key, prediction),
                Map.of(),
                List.of(session(run(HOST).ended(238, true), Map.of(key, tally), null)));
    }

    private static Explored found(Answer answer, String... outcomes) {
        return new Explored(answer, Set.of(outcomes), null, 12, 34, 5, 0.5, "c0ffee", null);
    }

    @Test
    void aScheduleIsOfTheOutcomeThatItNames() {
        PredictionSummary prediction = prediction(
                found(Answer.NEVER, "QUIET"), found(Answer.REACHABLE, "QUIET", "WRONG"), Map.of("WRONG", told()));
        String schedule = "The simplest schedule to";
        Report stranger = explored(Fix.BROKEN, Map.of("QUIET", 9L, "NONSENSE", 7L), prediction);
        for (String text : List.of(JunitXml.of(stranger), Markdown.of(stranger), Sarif.of(stranger))) {
            assertThat(text).contains("NONSENSE").doesNotContain(schedule);
        }
        Report both = explored(Fix.BROKEN, Map.of("NONSENSE", 7L, "WRONG", 1L), prediction);
        Report unseen = explored(Fix.FIXED, Map.of("QUIET", 9L), prediction);
        for (Report report : List.of(both, unseen)) {
            for (String text : List.of(JunitXml.of(report), Markdown.of(report), Sarif.of(report))) {
                assertThat(text).contains(schedule + " WRONG under SC");
            }
        }
    }

    /** Threads do not look for it: that they did not see it says nothing. */
    @Test
    void aRuleOfReferenceCountsIsForbiddenAndNothingThatThreadsMiss() {
        Explored breaking = new Explored(
                Answer.REACHABLE,
                Set.of("QUIET", "TOUCHED_WHEN_FREE"),
                null,
                12,
                34,
                5,
                0.5,
                "c0ffee",
                new Ends(Set.of("QUIET", "OVERLAPPED"), null));
        Report report =
                explored(Fix.BROKEN, Map.of("QUIET", 9L), prediction(found(Answer.NEVER, "QUIET"), breaking, Map.of()));
        Result result = report.hosts().get(0).results().get(0);
        assertThat(result.unseen()).containsExactly("OVERLAPPED");
        assertThat(HtmlReport.of(report))
                .contains("TOUCHED_WHEN_FREE", Lifetime.TOUCHED_WHEN_FREE.sentence())
                .doesNotContain("not an outcome of the race");
    }

    /** On a busy host the clock may take longer than what it times. */
    @Test
    void aTimeBelowZeroIsNoReasonToRefuseAPrice() throws IOException {
        PriceFile file = prices();
        PriceFile noisy = new PriceFile(
                file.schema(),
                file.host(),
                file.jdk(),
                file.method(),
                true,
                CONTROLS,
                List.of(price(Fix.UNFENCED, "first", new Ratio(1.1, -0.1, 1.67, 20))));
        assertThat(Json.read(Json.line(noisy), PriceFile.class)).isEqualTo(noisy);
        Session session = session(run(HOST), Map.of(), noisy);
        Report report = Report.of(
                List.of(new TestRace()), TestRace.keys(List.of(new TestRace())), Map.of(), Map.of(), List.of(session));
        assertThat(ReportSchemaTest.complaints(Json.of(report))).isEmpty();
    }

    @Test
    void whatIsNotWholeIsNoReport() {
        String text = Json.of(report());
        for (String field : List.of(
                "\"verdict\" : \"HOLDS\",",
                "\"claim\" : \"SAME\",",
                "\"text\" : \"lock(ptl)\",",
                "\"key\" : \"TestRace/OPEN[large]\",",
                "\"catalogue\" : \"" + report().catalogue() + "\",")) {
            assertThat(text).contains(field);
            assertThatThrownBy(() -> Json.read(text.replace(field, "")))
                    .as(field)
                    .isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> Json.read(text.substring(0, text.length() / 2)))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> Json.read("null")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> Json.read(text.replace("\"schema\" : " + Report.SCHEMA, "\"schema\" : 4")))
                .isInstanceOf(IOException.class);
    }

    /** The report with that text wherever a file may bring some: a label, a reason, a host, a name. */
    private static Report saying(String text) throws IOException {
        String quoted = Json.line(text);
        String inside = quoted.substring(1, quoted.length() - 1);
        return Json.read(Json.of(twoHosts())
                .replace("a label", inside)
                .replace("17.0.1+1", inside)
                .replace("unmended", inside)
                .replace("\"UNFENCED\"", quoted)
                .replace("\"TestRace\"", quoted)
                .replace("nobody has established what it does", inside)
                .replace("seen 7 times", inside));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n", "\u0085", "\u2028", "\u2029", "\u000b"})
    void noTextBeginsALine(String end) throws IOException {
        Report report = saying("x" + end + "Bail out!" + end + "ok 99" + end + "::error::x" + end + "x");
        for (String text : List.of(Table.of(report), Tap.of(report), Markdown.of(report))) {
            assertThat(text.split("\\R")).noneMatch(line -> line.strip().matches("(Bail out!|ok 99|::).*"));
        }
    }

    @Test
    void noTextIsACommandToTheRunner() throws IOException {
        Report report = saying("::error::x");
        for (String text : List.of(Table.of(report), Tap.of(report), Markdown.of(report))) {
            assertThat(text.lines()).noneMatch(line -> line.strip().startsWith("::"));
        }
    }

    @Test
    void noTextControlsTheTerminal() throws IOException {
        Report report = saying("\u001b[31m \u009b31m \u0000 \u007f \u202e \ud800 \uffff");
        for (String text : List.of(Table.of(report), Tap.of(report), Markdown.of(report), JunitXml.of(report))) {
            assertThat(text).doesNotContainPattern("[\\p{Cc}&&[^\n]]|[\u202e\uffff]|\\p{Cs}");
        }
    }

    @Test
    void noTextIsMarkup() throws IOException {
        assertThat(Markdown.of(saying("<script>x</script> <img onerror=x> ![x](http://x) | `x`")))
                .contains("\\<script>x\\</script> \\<img onerror=x> ![x\\](http://x) \\| \\`x\\`")
                .doesNotContainPattern("(?<!\\\\)(<|\\]\\()");
    }

    @Test
    void noTextEndsASchedule() throws IOException {
        String text = Json.of(report());
        String note = "waits in the store buffer";
        assertThat(Markdown.of(Json.read(text.replace(note, "```")))).contains("'''");
        assertThatThrownBy(() -> Json.read(text.replace(note, "\\n```\\n<script>")))
                .hasMessage("has control characters in a schedule of the point TestRace/BROKEN[small]");
    }

    @Test
    void anInterruptedRunSaysSo() {
        Report cut = unexplored(run(HOST).ended(17, false), Map.of());
        assertThat(Table.of(cut)).contains("interrupted: what was measured until then", "(17 s of 240 s,");
    }

    @Test
    void whatIsUndecidedIsNeitherAFailureNorAPass() {
        Tally tally = TestRace.tally(Fix.FIXED);
        tally.add(new Measurement(
                TestRace.RUN,
                1,
                tally.point().key(),
                Tier.C2,
                4,
                1000,
                1000,
                0.4,
                Map.of("QUIET", 2_000L),
                Map.of(),
                TestRace.BAD,
                null));
        Report report =
                unexplored(run(HOST).ended(238, true), Map.of(tally.point().key(), tally));
        HostReport host = report.hosts().get(0);
        assertThat(report.verdict()).isEqualTo(RunVerdict.UNDECIDED);
        assertThat(host.headline())
                .startsWith(
                        "UNDECIDED: this host gave its actors 88 % of two CPUs (both threads ran in 440 of 500 slots of"
                                + " 10 ms, 2.6 % stolen); 1 of 1 point undecided, 1 because of the host; run it on a quieter host")
                .endsWith("--undecided warn");
        assertThat(report.undecided(host)).containsExactly("TestRace");
        for (String text : List.of(Table.of(report), Markdown.of(report), JunitXml.of(report), Tap.of(report))) {
            assertThat(text).contains(host.headline());
        }
        assertThat(Table.of(report)).startsWith(host.headline());
        assertThat(Markdown.of(report)).startsWith("# PageRace: UNDECIDED\n\n**" + host.headline());
        assertThat(JunitXml.of(report)).contains("failures=\"0\"").doesNotContain("<failure");
        assertThat(Tap.of(report))
                .contains("\nok 1 - the run # SKIP UNDECIDED: ")
                .doesNotContain("not ok");
    }

    @Test
    void aRunThatPlannedNothingFailsUnlessItIsAShard() {
        Run whole = run(HOST).ended(1, true);
        assertThat(unexplored(whole, Map.of()).hosts())
                .extracting(HostReport::verdict, HostReport::headline)
                .containsExactly(tuple(RunVerdict.FAILED, "FAILED: no point was planned"));
        Run shard = new Run(
                whole.id(),
                whole.started(),
                whole.version(),
                null,
                HOST,
                whole.filter(),
                "3/3",
                List.of(),
                1,
                1,
                1,
                true);
        assertThat(unexplored(shard, Map.of()).verdict()).isEqualTo(RunVerdict.PASSED);
    }

    @Test
    void whatNobodyPlannedIsNoPartOfASession() {
        Measurement measured = TestRace.fork(Fix.FIXED, Tier.C2, Map.of("QUIET", 1L));
        List<Run> runs = List.of(run(HOST));
        assertThatThrownBy(() ->
                        new Session(runs, List.of(TestRace.point(Fix.BROKEN).key()), List.of(measured), null))
                .hasMessage("measured, and not planned: TestRace/FIXED[small]");
        assertThat(new Session(runs, List.of(), TestRace.canaries("an-id"), null).measurements())
                .as("canaries are of no plan")
                .hasSize(4);
    }

    @Test
    void theDigestTellsCataloguesApart() {
        assertThat(Report.digest(List.of())).isNotEqualTo(Report.digest(List.of(new TestRace())));
    }
}
