// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.race.Catalogue;
import pagerace.race.Point;
import pagerace.race.Reachability;
import pagerace.report.Journal;
import pagerace.report.Json;
import pagerace.report.PointFacts;
import pagerace.report.Report;
import pagerace.report.ReportSchemaTest;
import pagerace.report.Run;
import pagerace.verdict.Host;
import pagerace.verdict.Measurement;
import pagerace.verdict.TestRace;
import pagerace.verdict.Tier;

/** Reports in every format, merged and compared, from the command line. The points are real, their samples are made up. */
class ReportCommandTest {
    private static final String BROKEN = "UnpinDirtyVsClean/PRECHECK";
    private static final String OTHER = "UnpinDirtyVsClean/TEST_AND_SET_UNORDERED";

    @TempDir
    private Path directory = Path.of("");

    /** What a run measured of one broken point, in a directory of its own. */
    private Path measured(String id, @Nullable String shard, String key, long forbidden) throws IOException {
        Path file = Files.createDirectories(directory.resolve(id)).resolve("measured.jsonl");
        Host host = new Host("Linux", "amd64", 2, "17", Reachability.TSO);
        Run run = new Run(id, "2026-01-01T00:00:00Z", "1", null, host, "Unpin", shard, List.of(), 1, 240, 0, false);
        Journal.Head head = new Journal.Head(Journal.SCHEMA, run, Report.digest(Catalogue.RACES), List.of(key));
        try (Journal journal = new Journal(file, head)) {
            TestRace.canaries(id).forEach(journal::add);
            journal.add(new Measurement(
                    id,
                    1,
                    key,
                    Tier.C2,
                    4,
                    1000,
                    1000,
                    1,
                    Map.of("LOST_STORE", forbidden),
                    Map.of(),
                    TestRace.GOOD,
                    null));
            journal.end(2);
        }
        return file;
    }

    private Path report(String id, @Nullable String shard, String key, long forbidden) throws IOException {
        Path file = measured(id, shard, key, forbidden);
        assertThat(Ran.of("report", file.toString()).err()).isEmpty();
        return file.resolveSibling("report.json");
    }

    @Test
    void whatIsGradedIsValidByTheSchema() throws IOException {
        Path report = report("a", null, BROKEN, 200);
        assertThat(ReportSchemaTest.complaints(Files.readString(report))).isEmpty();
        assertThat(report.resolveSibling("junit.xml")).exists();
    }

    @Test
    void theSchemaIsPrinted() {
        assertThat(Ran.of("report", "--schema")).isEqualTo(new Ran(0, Json.schema(), ""));
    }

    @Test
    void aReportIsRenderedInEveryFormatAndNothingIsExploredAgain() throws IOException {
        Path report = report("a", null, BROKEN, 200);
        Path output = directory.resolve("out");
        String all =
                String.join(",", Stream.of(Format.values()).map(Format::name).toList());
        Ran ran = Ran.of("report", report.toString(), "--format=" + all, "--output=" + output);
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("REPRODUCED").doesNotContain("explored without");
        for (Format format : Format.values()) {
            assertThat(output.resolve(format.file())).isNotEmptyFile();
        }
        assertThat(output.resolve("report.json")).hasSameTextualContentAs(report);
    }

    @Test
    void aReportDoesNotReplaceItself() throws IOException {
        Path report = report("a", null, BROKEN, 200);
        String inOneLine = Files.readString(report).replace("\n", " ");
        Files.writeString(report, inOneLine);
        Files.delete(report.resolveSibling("junit.xml"));
        assertThat(Ran.of("report", report.toString(), "--format=json,markdown").code())
                .isZero();
        assertThat(report).hasContent(inOneLine);
        assertThat(report.resolveSibling("report.md")).exists();
        assertThat(report.resolveSibling("junit.xml")).doesNotExist();
    }

    @Test
    void measurementsAreGradedIntoTheFormatsAskedFor() throws IOException {
        Path file = measured("a", null, BROKEN, 200);
        assertThat(Ran.of("report", file.toString(), "--format=tap").code()).isZero();
        assertThat(file.resolveSibling("report.tap")).content().startsWith("TAP version 14\n1..");
        assertThat(file.resolveSibling("report.json")).doesNotExist();
    }

    @Test
    void aFormatThatIsNone() {
        Ran ran = Ran.of("report", "--format=pdf");
        assertThat(ran.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).contains("MARKDOWN", "SARIF").hasLineCount(1);
    }

    @Test
    void shardsAreAddedUp() throws IOException {
        Path one = report("a", "1/2", BROKEN, 200);
        Path two = report("b", "2/2", OTHER, 300);
        Path output = directory.resolve("merged");
        Ran ran = Ran.of("report", "--merge", one.toString(), two.toString(), "--output=" + output);
        assertThat(ran.err()).isEmpty();
        assertThat(ran.code()).as("three of the five points have no thread").isEqualTo(ExitCode.UNDECIDED);
        assertThat(ran.out())
                .startsWith("UNDECIDED: missing: points for the threads of Linux amd64 (TSO), JDK 17: 3, the first"
                        + " UnpinDirtyVsClean/PRECHECK_AFTER_FENCE\n");
        Report merged = Json.read(Files.readString(output.resolve("report.json")));
        assertThat(merged.hosts())
                .singleElement()
                .satisfies(
                        host -> assertThat(host.runs()).extracting(Run::shard).containsExactly("1/2", "2/2"));
        assertThat(ReportSchemaTest.complaints(Json.of(merged))).isEmpty();
        assertThat(ran.out()).contains("2 REPRODUCED", "2 runs, 4 s of 480 s");
    }

    @Test
    void aShardThatIsGradedAgainExploresWhatItWasTo() throws IOException {
        Report whole = Json.read(Files.readString(report("a", "1/1", BROKEN, 200)));
        Report first = Json.read(Files.readString(report("b", "1/3", BROKEN, 200)));
        Report last = Json.read(Files.readString(report("c", "3/3", OTHER, 200)));
        assertThat(first.race("UnpinDirtyVsClean").necessity())
                .isNotEmpty()
                .isEqualTo(whole.race("UnpinDirtyVsClean").necessity());
        assertThat(last.race("UnpinDirtyVsClean").necessity()).isEmpty();
        assertThat(last.points())
                .anyMatch(point -> point.isExplored() && !point.key().equals(OTHER));
    }

    @Test
    void aWholeRunThatIsGradedAgainExploresWhatItDid() throws IOException {
        Report report = Json.read(Files.readString(report("a", null, BROKEN, 200)));
        Selection selection = new Selection(Catalogue.RACES);
        assertThat(report.points())
                .filteredOn(PointFacts::isExplored)
                .extracting(PointFacts::key)
                .hasSizeGreaterThan(selection.select(BROKEN).size())
                .containsExactlyElementsOf(
                        selection.select("Unpin").stream().map(Point::key).toList());
        Report shard = Json.read(Files.readString(report("b", "1/1", BROKEN, 200)));
        assertThat(shard.race("UnpinDirtyVsClean").necessity()).isNotEmpty();
        assertThat(report.races()).isEqualTo(shard.races());
    }

    @Test
    void aShardThatIsNoneIsNoReport() throws IOException {
        Path report = report("a", "1/3", BROKEN, 200);
        Files.writeString(report, Files.readString(report).replace("\"1/3\"", "\"4/3\""));
        Ran.of("report", "--merge", report.toString(), "--output=" + directory.resolve("merged"))
                .isRefusedWith("The file " + report
                        + " is not a whole report of version " + Report.SCHEMA
                        + ": it is wrong: 4/3 is no shard; stress and report write one,"
                        + " report.json.");
    }

    @Test
    void aMissingShardIsSaidAndNeverAccepted() throws IOException {
        Path output = directory.resolve("merged");
        Path one = report("a", "1/3", BROKEN, 200);
        Ran ran = Ran.of("report", "--merge", one.toString(), "--output=" + output, "--undecided=warn");
        assertThat(ran.code()).isEqualTo(ExitCode.UNDECIDED);
        String missing =
                "UNDECIDED: missing: shard 2/3 of Linux amd64 (TSO), JDK 17; shard 3/3 of Linux amd64 (TSO), JDK 17; ";
        assertThat(ran.out()).startsWith(missing);
        Path merged = output.resolve("report.json");
        Ran again = Ran.of("report", merged.toString(), "--format=markdown,html,tap,junit", "--undecided=warn");
        assertThat(again.code()).as("it is still so when it is read again").isEqualTo(ExitCode.UNDECIDED);
        assertThat(output.resolve("report.md")).content().startsWith("# PageRace: UNDECIDED\n\n**" + missing);
        assertThat(output.resolve("report.html")).content().contains(missing);
        assertThat(output.resolve("junit.xml")).content().contains("<skipped message=\"" + missing);
        assertThat(output.resolve("report.tap")).content().contains("ok 1 - all parts # SKIP " + missing);
    }

    @Test
    void whatCannotBeMerged() throws IOException {
        String one = report("a", "1/2", BROKEN, 200).toString();
        String other = "--output=" + directory.resolve("merged");
        Ran.of("report", "--merge", one, one, other)
                .isRefusedWith("The run a is in " + one + " and in " + one + ": leave one of them out.");
        Ran.of("report", "--merge").isRefusedWith("There is nothing to merge; name each report.json.");
        Ran.of("report", "--merge", one, "--output=" + Path.of(one).getParent())
                .isRefusedWith("The merged report would replace " + one
                        + ", which it is made of; name another directory by --output.");
        String measured = directory.resolve("a").resolve("measured.jsonl").toString();
        Ran.of("report", "--merge", measured, other)
                .isRefusedWith("The file " + measured
                        + " is not a whole report of version 8; stress and report write one, report.json.");
        Ran.of("report", one, one)
                .isRefusedWith("One file is reported at a time; with --merge, several reports are added up.");
    }

    @Test
    void comparesTwoReports() throws IOException {
        String before = report("a", null, BROKEN, 200).toString();
        String after = report("b", null, BROKEN, 2).toString();
        assertThat(Ran.of("compare", before, before))
                .satisfies(ran -> assertThat(ran.out()).endsWith("Nothing changed.\n"))
                .satisfies(ran -> assertThat(ran.code()).isZero());
        Ran changed = Ran.of("compare", before, after, "--format=markdown");
        assertThat(changed.code()).isEqualTo(ExitCode.FAILED);
        assertThat(changed.out()).contains("| worse | " + BROKEN + " | REPRODUCED | INCONCLUSIVE (showed it 2 of 100");
        String text = Files.readString(Path.of(after));
        String digest = Report.digest(Catalogue.RACES);
        Files.writeString(Path.of(after), text.replace(digest, "c0ffee"));
        Ran.of("compare", before, after)
                .isRefusedWith("The first report is of the catalogue " + digest
                        + ", the second of c0ffee: measure both with the same catalogue.");
        Ran missing = Ran.of("compare", before, "nope.json");
        assertThat(missing.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(missing.err())
                .isEqualTo(
                        "There is no file nope.json; ./pagerace stress writes target/pagerace/report.json, and mvn verify"
                                + " writes stress-tests/target/pagerace/report.json.\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0/3", "4/3", "x"})
    void aShardThatIsNone(String shard) {
        Ran ran = Ran.of("stress", "--output=" + directory, "--shard=" + shard);
        assertThat(ran.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err())
                .hasLineCount(1)
                .contains(shard + " is no shard, write I/N with I from 1 to N, for instance 3/16");
    }

    @Test
    void anEmptyShardReportsNothingAndPasses() throws IOException {
        Ran ran = Ran.of("stress", "--output=" + directory, "--filter=" + BROKEN, "--shard=1/3", "--budget=1s");
        assertThat(ran.err()).isEmpty();
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("Shard 1/3 has no point for threads: fewer shards would do.\n");
        Report report = Json.read(Files.readString(directory.resolve("report.json")));
        assertThat(report.hosts().get(0).runs().get(0).shard()).isEqualTo("1/3");
        assertThat(report.hosts().get(0).measurements()).isEmpty();
        assertThat(directory.resolve("passed")).exists();
        assertThat(Journal.read(directory.resolve("measured.jsonl")).end()).isNotNull();
        assertThat(ReportSchemaTest.complaints(Json.of(report))).isEmpty();
    }
}
