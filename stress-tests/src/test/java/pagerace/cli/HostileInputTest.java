// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagerace.price.PriceFile;
import pagerace.race.Catalogue;
import pagerace.race.Reachability;
import pagerace.report.Journal;
import pagerace.report.Report;
import pagerace.report.Run;
import pagerace.verdict.Host;
import pagerace.verdict.Measurement;
import pagerace.verdict.TestRace;
import pagerace.verdict.Tier;

/** Files that no run has left, and places where none can be left: one sentence, no stack trace, and nothing half written. */
class HostileInputTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String POINT = "UnpinDirtyVsClean/PRECHECK";
    private static final String HOST = "Linux amd64 (TSO), JDK 17";

    @TempDir
    private Path directory = Path.of("");

    private Path measured() throws IOException {
        Path file = directory.resolve("measured.jsonl");
        Host host = new Host("Linux", "amd64", 2, "17", Reachability.TSO);
        Run run = new Run("a", "2026-01-01T00:00:00Z", "1", "it", host, "Unpin", null, List.of(), 1, 240, 0, false);
        Journal.Head head = new Journal.Head(Journal.SCHEMA, run, Report.digest(Catalogue.RACES), List.of(POINT));
        try (Journal journal = new Journal(file, head)) {
            journal.add(new Measurement(
                    "a",
                    1,
                    POINT,
                    Tier.C2,
                    4,
                    1000,
                    1000,
                    1,
                    Map.of("LOST_STORE", 200L),
                    Map.of(),
                    TestRace.GOOD,
                    null));
            TestRace.canaries("a").forEach(journal::add);
            journal.end(2);
        }
        return file;
    }

    private Path report() throws IOException {
        assertThat(Ran.of("report", measured().toString(), "--format=json").err())
                .isEmpty();
        return directory.resolve("report.json");
    }

    /** What {@code pointer} is in the report; {@code P} is the number of the point. */
    private static String pointer(JsonNode report, String pointer) {
        int number = IntStream.range(0, report.get("points").size())
                .filter(i -> report.at("/points/" + i + "/key").asText().equals(POINT))
                .findFirst()
                .orElseThrow();
        return pointer.replace("/P", "/" + number);
    }

    /** The report with something else there; without it, if that is null. */
    private Path edited(String pointer, @Nullable String value) throws IOException {
        Path file = report();
        JsonNode report = JSON.readTree(file.toFile());
        String path = pointer(report, pointer);
        int slash = path.lastIndexOf('/');
        JsonNode parent = report.at(path.substring(0, slash));
        String field = path.substring(slash + 1);
        if (parent instanceof ArrayNode array) {
            array.insert(0, array.get(Integer.parseInt(field)));
        } else if (value == null) {
            assertThat(((ObjectNode) parent).remove(field)).isNotNull();
        } else {
            ((ObjectNode) parent).set(field, JSON.readTree(value));
        }
        return Files.writeString(file, JSON.writeValueAsString(report));
    }

    private Ran rendered(Path file) {
        return Ran.of("report", file.toString(), "--format=html,tap", "--output=" + directory.resolve("out"));
    }

    private void assertRefused(Path file, String sentence) {
        rendered(file).isRefusedWith(sentence);
        assertThat(directory.resolve("out")).doesNotExist();
    }

    /** Each line: where, what to put there (nothing takes the field away, an element of a list comes twice), and what is said. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/races | [] | : it lacks the variant of the point UnpinDirtyVsClean",
                "/races/0 | | : it has the race ",
                "/points | [] | : it has no points",
                "/hosts/0/results/P/fails | true | : it says two things of the point " + POINT,
                "/hosts/0/verdict | \"FAILED\" | : it says FAILED of the run, which does not follow from its points",
                "/points/P/race | \"Nope\" | : it lacks the variant of the point " + POINT,
                "/points/P/variant | \"Nope\" | : it lacks the variant of the point " + POINT,
                "/points/P | | : it has the point " + POINT + " twice",
                "/points/P/predicted/schedules/LOST_STORE/transcript/actors | [] | : it lacks an actor of the point "
                        + POINT,
                "/hosts | [] | : it has no hosts",
                "/hosts/0 | | : it has the host " + HOST + " twice",
                "/hosts/0/runs | [] | : it lacks the run on " + HOST,
                "/hosts/0/runs/0 | | : it has the run a twice",
                "/hosts/0/runs/0/shard | \"4/3\" | : it is wrong: 4/3 is no shard",
                "/hosts/0/runs/0/forks | -1 | : it has -1 as hosts.runs.forks",
                "/hosts/0/runs/0/filter | null | : it lacks hosts.runs.filter",
                "/hosts/0/runs/0/complete | | ",
                "/hosts/0/host/jdk | \"18\" | : it lacks the run on Linux amd64 (TSO), JDK 18",
                "/hosts/0/results | [] | : it lacks one result for each point on " + HOST,
                "/hosts/0/results/P/samples | -1 | : it has -1 as hosts.results.samples",
                "/hosts/0/results/P/samples | \"200\" | ",
                "/hosts/0/results/P/verdict | 0 | ",
                "/hosts/0/results/P/plan | null | : it lacks the plan for the point " + POINT,
                "/hosts/0/measurements/0/run | \"b\" | : it lacks the run b",
                "/hosts/0/measurements/0/outcomes/LOST_STORE | -1 | : it is wrong: no fork has -1 samples of LOST_STORE",
                "/hosts/0/measurements/0/cpuShare | 1.5 | : it is wrong: no fork has 1.5 of the CPU time",
            })
    void aReportThatIsNotWhole(String pointer, @Nullable String value, @Nullable String why) throws IOException {
        Path file = edited(pointer, value);
        Ran ran = rendered(file);
        assertThat(ran.err())
                .startsWith("The file " + file + " is not a whole report of version " + Report.SCHEMA
                        + (why == null ? ";" : why))
                .endsWith("; stress and report write one, report.json.\n")
                .hasLineCount(1);
        assertThat(ran.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.out()).isEmpty();
        assertThat(directory.resolve("out")).doesNotExist();
    }

    /** Its other fields need not be those of this version. */
    @Test
    void aReportOfAnotherVersion() throws IOException {
        String sentence = " is a report of version 5, and this PageRace reads version " + Report.SCHEMA
                + "; measure again, or use the version that wrote it.";
        Path file = edited("/schema", "5");
        assertRefused(file, "The file " + file + sentence);
        Path other =
                Files.writeString(directory.resolve("other.json"), "{\"points\": [], \"other\": {}, \"schema\": 5}");
        Ran.of("compare", other.toString(), file.toString()).isRefusedWith("The file " + other + sentence);
    }

    @Test
    void aReportIsOneObjectInWhichNothingStandsTwice() throws IOException {
        Path file = report();
        String text = Files.readString(file);
        String sentence = "The file " + file + " is not a whole report of version " + Report.SCHEMA
                + "; stress and report write one, report.json.";
        Files.writeString(file, text + "{}");
        assertRefused(file, sentence);
        Files.writeString(file, text.replace("\"label\" : \"it\",", "\"label\" : \"it\", \"label\" : \"it\","));
        assertRefused(file, sentence);
    }

    @Test
    void aScheduleThatCannotBeDrawn() throws IOException {
        Path file = edited("/points/P/predicted/schedules/LOST_STORE/transcript/lines", "[]");
        assertThat(rendered(file).err())
                .startsWith("Something in [" + file + "] cannot be shown: ")
                .hasLineCount(1);
        assertThat(directory.resolve("out")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/hosts/0/results/P/verdict | \"HOLDS\"",
                "/hosts/0/results/P/forbidden | 0",
                "/hosts/0/results/P/outcomes | {}",
                "/hosts/0/measurements | []",
            })
    void aReportWhoseVerdictsDoNotFollowFromItsMeasurements(String pointer, String value) throws IOException {
        Path file = edited(pointer, value);
        String sentence = "What " + file + " says of " + POINT + " on " + HOST
                + " does not follow from the measurements that stand there: grade the measured.jsonl of the run, or use the"
                + " version of PageRace that wrote the report.";
        assertRefused(file, sentence);
        Ran.of("compare", file.toString(), file.toString()).isRefusedWith(sentence);
    }

    @Test
    void aReportFromWhichAPointWasTakenAway() throws IOException {
        Path file = report();
        JsonNode report = JSON.readTree(file.toFile());
        int last = report.get("points").size() - 1;
        String key = report.at("/points/" + last + "/key").asText();
        for (String list : List.of("/points", "/hosts/0/results")) {
            ((ArrayNode) report.at(list)).remove(last);
        }
        Files.writeString(file, JSON.writeValueAsString(report));
        assertRefused(
                file,
                "The file " + file + " lacks the point " + key
                        + ", which its run was asked for; grade the measured.jsonl of" + " the run.");
    }

    @Test
    void ofAnotherCatalogueAReportIsTakenAsItIsAndThatIsSaid() throws IOException {
        assertThat(rendered(report()).out()).doesNotContain("Not graded again");
        Path file = edited("/catalogue", "\"c0ffee\"");
        Ran ran = rendered(file);
        assertThat(ran.code()).isZero();
        assertThat(ran.out())
                .contains(
                        "Not graded again: the report is of another catalogue, or has fixes of a user that are not on the"
                                + " class path. Its verdicts are as they stand in " + file + ".\n")
                .endsWith("Wrote report.html, report.tap to " + directory.resolve("out") + ".\n");
    }

    @Test
    void aPlanThatIsNotTheRuns() throws IOException {
        Path file = measured();
        String text = Files.readString(file);
        Files.writeString(file, text.replace("[\"" + POINT + "\"]", "[\"Nope/X[]\"]"));
        assertThat(rendered(file).err())
                .startsWith(
                        "The file " + file
                                + " plans the point Nope/X[], which this catalogue does not have; list --points names those it has.")
                .hasLineCount(1);
        Files.writeString(file, text.replace("[\"" + POINT + "\"]", "[\"" + POINT + "_AFTER_FENCE\"]"));
        Ran ran = rendered(file);
        assertThat(ran.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err())
                .isEqualTo("In " + file + " the point " + POINT
                        + " was measured, and not planned; the nearest that was is " + POINT
                        + "_AFTER_FENCE; the other 4 measurements are reported.\n");
        Files.writeString(
                file, text.replace("[\"" + POINT + "\"]", "[]").replace("\"shard\":null", "\"shard\":\"1/1\""));
        assertThat(rendered(file).err())
                .startsWith("The file " + file + " plans no point, and its run had UnpinDirtyVsClean/");
    }

    @Test
    void theShardOfAJournalIsNamed() throws IOException {
        Path file = measured();
        Files.writeString(file, Files.readString(file).replace("\"shard\":null", "\"shard\":\"4/3\""));
        assertRefused(
                file,
                "The file " + file
                        + " cannot be read as measurements, nor as a report: its first line is wrong: 4/3 is no"
                        + " shard; a run writes both to target/pagerace.");
    }

    @Test
    void whatStandsBeforeTheDamageIsReported() throws IOException {
        Path file = measured();
        List<String> lines = Files.readAllLines(file);
        Files.write(file, List.of(lines.get(0), lines.get(1), lines.get(1).replace(":200}", ":-200}")));
        Ran ran = rendered(file);
        assertThat(ran.err())
                .isEqualTo("In " + file + " line 3 is wrong: no fork has -200 samples of LOST_STORE; the other 1"
                        + " measurements are reported.\n");
        assertThat(ran.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.out()).contains("1 REPRODUCED");
    }

    @Test
    void textThatIsNoUnicodeIsWrittenNevertheless() throws IOException {
        Path file = report();
        Files.writeString(file, Files.readString(file).replace("\"label\" : \"it\"", "\"label\" : \"\\ud800\""));
        assertThat(Ran.of(
                                "report",
                                file.toString(),
                                "--format=html,markdown,junit,sarif,tap,table",
                                "--output=" + directory)
                        .code())
                .isZero();
        assertThat(directory.resolve("report.sarif")).content().contains("\"label\" : \"?\"");
    }

    @Test
    void aSentenceStaysOneLineWhateverItQuotes() throws IOException {
        Path file = edited("/points/P/race", "\"\\n::error::x\\u001b[31m\"");
        file = Files.writeString(file, Files.readString(file).replace(POINT, "\\n::error::x\\u001b[31m"));
        assertThat(rendered(file).err()).hasLineCount(1).doesNotContain("\u001b");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}[ | ",
                "{\"schema\": 1, \"host\": \"\", \"jdk\": \"\", \"method\": \"\", \"complete\": true,"
                        + " \"controls\": [], \"prices\": []}"
                        + " | : it is of version 1",
                "{\"schema\": " + PriceFile.SCHEMA
                        + ", \"host\": null, \"jdk\": \"\", \"method\": \"\", \"complete\": true,"
                        + " \"controls\": [], \"prices\": []}"
                        + " | : it lacks host",
                "{\"schema\": " + PriceFile.SCHEMA
                        + ", \"host\": \"\", \"jdk\": \"\", \"method\": \"\", \"complete\": true, \"prices\": []}"
                        + " | : it lacks controls",
                "{\"schema\": " + PriceFile.SCHEMA
                        + ", \"host\": \"\", \"jdk\": \"\", \"method\": \"\", \"complete\": true,"
                        + " \"controls\": [], \"prices\": [null]}"
                        + " | : it lacks prices",
                "{\"schema\": " + PriceFile.SCHEMA
                        + ", \"host\": \"\", \"jdk\": \"\", \"method\": \"\", \"complete\": true,"
                        + " \"controls\": [], \"prices\": [{\"point\":"
                        + " \"\", \"operation\": \"\", \"base\": \"\", \"nanos\": 1, \"claim\": \"NONE\", \"accesses\":"
                        + " {\"reads\": -1, \"writes\": 0, \"atomics\": 0, \"fences\": 0}}]}"
                        + " | : it has -1 as prices.accesses.reads",
                "{\"schema\": " + PriceFile.SCHEMA
                        + ", \"host\": \"\", \"jdk\": \"\", \"method\": \"\", \"complete\": true,"
                        + " \"controls\": [], \"prices\": [{\"point\":"
                        + " \"\", \"operation\": \"\", \"base\": \"\", \"nanos\": \"NaN\", \"claim\": \"NONE\"}]}"
                        + " | : it has NaN as prices.nanos",
                "{\"schema\": " + PriceFile.SCHEMA
                        + ", \"host\": \"\", \"jdk\": \"\", \"method\": \"\", \"complete\": true,"
                        + " \"controls\": [], \"prices\": [{\"point\":"
                        + " \"Race/A[x]\", \"operation\": \"\", \"base\": \"\", \"nanos\": 1, \"claim\": \"NONE\"}]}"
                        + " | : it lacks the control of Race",
            })
    void pricesThatAreNone(String text, @Nullable String why) throws IOException {
        Path file = Files.writeString(directory.resolve("prices.json"), text);
        Ran.of("report", measured().toString(), "--prices=" + file)
                .isRefusedWith("The file " + file + " is not a price file of version " + PriceFile.SCHEMA
                        + (why == null ? "" : why) + "; the benchmarks write one, prices.json.");
    }

    @Test
    void whereNothingCanBeWritten() throws IOException {
        Path report = report();
        Path file = Files.writeString(directory.resolve("file"), "");
        for (List<String> command : List.of(List.of("report", report.toString()), List.of("stress"))) {
            Ran ran = Ran.of(Stream.concat(command.stream(), Stream.of("--output=" + file))
                    .toArray(String[]::new));
            assertThat(ran.err()).isEqualTo("Nothing can be written to " + file + ": it is a file.\n");
            assertThat(ran.code()).isEqualTo(ExitCode.CRASHED);
        }
    }

    @Test
    void aFullDiskLeavesNothingBehind() throws IOException {
        Path full = Path.of("/dev/full");
        assumeThat(full).exists();
        Path report = report();
        Path unfinished = Files.createSymbolicLink(directory.resolve("report.tap.tmp"), full);
        Ran ran = Ran.of("report", report.toString(), "--format=tap");
        assertThat(ran.err()).isEqualTo("Nothing can be written to " + unfinished + ": No space left on device.\n");
        assertThat(ran.code()).isEqualTo(ExitCode.CRASHED);
        assertThat(unfinished).doesNotExist();
        assertThat(directory.resolve("report.tap")).doesNotExist();
    }

    @Test
    void whatCannotTakeItsPlaceIsNotLeftBehind() throws IOException {
        Path report = report();
        Files.createDirectories(directory.resolve("report.tap").resolve("in the way"));
        Ran ran = Ran.of("report", report.toString(), "--format=tap");
        assertThat(ran.err()).startsWith("Nothing can be written to ").hasLineCount(1);
        assertThat(ran.code()).isEqualTo(ExitCode.CRASHED);
        assertThat(directory.resolve("report.tap.tmp")).doesNotExist();
    }
}
