// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagerace.price.PriceFile;
import pagerace.race.Catalogue;
import pagerace.race.Point;
import pagerace.race.Reachability;
import pagerace.report.Journal;
import pagerace.report.Report;
import pagerace.report.Run;
import pagerace.soak.Mutant;
import pagerace.verdict.Host;
import pagerace.verdict.Measurement;
import pagerace.verdict.TestRace;
import pagerace.verdict.Tier;

/** Bad input: one sentence on the error stream, exit code 2, no stack trace. */
class MainTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path directory = Path.of("");

    private int run(String... arguments) {
        return Main.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                arguments);
    }

    private void assertOneSentence(String part) {
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .singleElement()
                .satisfies(line -> assertThat(line).contains(part).endsWith("."));
    }

    @Test
    void everyCommandExplainsItself() {
        for (String command :
                List.of("explore", "necessity", "litmus", "export", "stress", "soak", "report", "compare")) {
            out.reset();
            assertThat(run(command, "--help")).as(command).isZero();
            assertThat(out.toString(StandardCharsets.UTF_8)).contains("Usage: pagerace " + command);
        }
    }

    @Test
    void unknownRace() {
        assertThat(run("stress", "--output=" + directory, "--filter=Nonsense")).isEqualTo(2);
        assertOneSentence("There is no race Nonsense; list names the races.");
    }

    @Test
    void exploresOnePointDownToItsSchedule() {
        assertThat(run("explore", "GupFastVsFork/CHECK_ONLY[write,small,later-pin,x86]"))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("SC ", "OUT_OF_SYNC                -          yes   yes   yes")
                .contains(
                        "The simplest schedule to OUT_OF_SYNC under SC:",
                        "parent.pte: pte W,D,A pfn=1 -> pte D,A pfn=1");
    }

    @Test
    void exploreNamesMemoryModelsAsListDoes() {
        assertThat(run("explore", "UnpinDirtyVsClean/ALWAYS_LOCK")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .anyMatch(line -> line.matches("never +\\d+ +\\d+  UnpinDirtyVsClean/ALWAYS_LOCK"));
    }

    @Test
    void necessityInARaceWithoutDimensions() {
        assertThat(run("necessity", "UnpinDirtyVsClean")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("MarkDirty's ", "needed: without it, reachable from ");
    }

    @Test
    void printsTheScheduleToAnyOutcome() {
        String point = "GupFastVsFork/SEQ_ANON_EXCLUSIVE[write,small,later-pin,x86]";
        assertThat(run("explore", "--outcome=UNDONE_BY_SEQ", point)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("The simplest schedule to UNDONE_BY_SEQ under SC:", "=> end=UNDONE_SEQ");
        out.reset();
        assertThat(run("explore", "--outcome=OUT_OF_SYNC", point)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("No execution of " + point + " reaches OUT_OF_SYNC.");
        out.reset();
        assertThat(run("explore", "--outcome=UNDONE_BY_SQE", point)).isEqualTo(2);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
        assertOneSentence("has no outcome UNDONE_BY_SQE; the nearest is UNDONE_BY_SEQ.");
    }

    @Test
    void showsADeadlockAsAnOutcome() {
        String point = "FaultAroundVsHolePunch/WAIT_FOR_FOLIO_LOCK[plain,at-page-of-two,punch]";
        assertThat(run("explore", point)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("STUCK                      -          yes   yes   yes");
    }

    @Test
    void exploresNothingThatIsNotThere() {
        assertThat(run("explore", "GupFastVsFork/CHECK_OLNY")).isEqualTo(2);
        assertOneSentence("The race GupFastVsFork has no variant CHECK_OLNY; the nearest is CHECK_ONLY.");
    }

    @Test
    void aLitmusTestIsOneLine() throws IOException {
        Path file = Files.writeString(directory.resolve("sb.litmus"), """
                C sb
                { x=0; y=0; }
                P0(int *x, int *y) { int r0; WRITE_ONCE(*x, 1); r0 = READ_ONCE(*y); }
                P1(int *x, int *y) { int r1; WRITE_ONCE(*y, 1); r1 = READ_ONCE(*x); }
                exists (0:r0=0 /\\ 1:r1=0)
                """);
        assertThat(run("litmus", file.toString())).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("sb\tNever\tSometimes\tSometimes\n");
    }

    @Test
    void aLitmusTestThatIsNotUnderstoodIsRefusedByNameAndLine() throws IOException {
        Path file = Files.writeString(
                directory.resolve("loop.litmus"), "C loop\n{ x=0; }\nP0(int *x) {\n  while (1) { }\n}\nexists (x=1)\n");
        assertThat(run("litmus", file.toString())).isEqualTo(2);
        assertOneSentence("loop.litmus, line 4: 'while' is not supported");
    }

    @Test
    void exportsAPointThatLitmusReadsBack() throws IOException {
        assertThat(run("export", "GupFastVsFork/CHECK_ONLY[write,small,later-pin,x86]"))
                .isZero();
        Path file = Files.writeString(directory.resolve("fork.litmus"), out.toString(StandardCharsets.UTF_8));
        out.reset();
        assertThat(run("litmus", file.toString())).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).endsWith("\tSometimes\tSometimes\tSometimes\n");
    }

    @Test
    void aDeadlockIsNotExported() {
        assertThat(run("export", "FaultAroundVsHolePunch/WAIT_FOR_FOLIO_LOCK")).isEqualTo(2);
        assertOneSentence("cannot be exported");
    }

    @Test
    void saysWhichStepsAreNeeded() {
        assertThat(run("necessity", "GupFastVsFork/SEQ_ANON_EXCLUSIVE[write,small,later-pin,x86]"))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains(
                        "SEQ_ANON_EXCLUSIVE-FENCE_AFTER_PIN",
                        "needed: without it, reachable from WEAK on",
                        "redundant for this outcome");
    }

    @Test
    void noSuchLitmusFile() {
        assertThat(run("litmus", "nope.litmus")).isEqualTo(2);
        assertOneSentence("The file nope.litmus cannot be read");
    }

    @Test
    void badBudget() {
        assertThat(run("stress", "--output=" + directory, "--budget=soon")).isEqualTo(2);
        assertOneSentence("not a duration");
    }

    @Test
    void budgetBelowTheMinimumOfThePlan() {
        assertThat(run("stress", "--output=" + directory, "--budget=1s")).isEqualTo(2);
        assertOneSentence("needs at least");
    }

    @Test
    void aRunThatIsRefusedLeavesNoDirectory() {
        Path output = directory.resolve("new");
        assertThat(run("stress", "--output=" + output, "--budget=1s")).isEqualTo(2);
        assertThat(output).doesNotExist();
    }

    @Test
    void aRunThatCannotStartIsNoPass() throws IOException {
        Files.writeString(directory.resolve("passed"), "");
        assertThat(run("stress", "--output=" + directory, "--budget=1s")).isEqualTo(2);
        assertThat(directory.resolve("passed")).doesNotExist();
    }

    @Test
    void noSuchPriceFile() {
        assertThat(run("stress", "--output=" + directory, "--prices=nope.json")).isEqualTo(2);
        assertOneSentence("There is no file nope.json; the benchmarks write one");
    }

    @Test
    void aPriceFileThatIsNone() throws IOException {
        Path file = Files.writeString(directory.resolve("prices.json"), "[{\"primaryMetric\": 1}]");
        assertThat(run("stress", "--output=" + directory, "--prices=" + file)).isEqualTo(2);
        assertOneSentence("is not a price file of version " + PriceFile.SCHEMA + "; the benchmarks write one");
        err.reset();
        Files.writeString(file, "{\"schema\": 99, \"prices\": []}");
        assertThat(run("stress", "--output=" + directory, "--prices=" + file)).isEqualTo(2);
        assertOneSentence("is not a price file of version " + PriceFile.SCHEMA);
    }

    @Test
    void aMutantThatIsCaughtIsAPass() {
        assertThat(run("soak", "--mutant=DROP_UNSHARE", "--seed=1", "--threads=2"))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith("Soak of DROP_UNSHARE: 2 threads, 1024 folios, 64 stripes, seed 1, at most 1m00s\n")
                .contains("\nexclusive pins: a pin for reading taken at parent[")
                .contains(", which is not exclusive\nThe last operations there, the latest at 0:\n")
                .containsPattern("\nCAUGHT after [\\d.]+ s, [\\d,]+ rounds, [\\d,]+ operations\n$");
    }

    @Test
    void mainlineSaysWhatItCounted() {
        assertThat(run("soak", "--time=1s", "--threads=2")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .containsPattern("  invariant +evaluated +times  on +what\n")
                .containsPattern(
                        "  isolation +by data +[\\d,]+  \\d+ pages +the child does not see the parent's store\n")
                .containsPattern("  operation +ended in +times  healthy\n")
                .containsPattern("  FORK +SHARED +[\\d,]+  > 0\n")
                .containsPattern("  FORK +AGAIN +0  0: inside only\n")
                .containsPattern(
                        "\nHOLDS SO FAR: no invariant was violated in [\\d.]+ s, [\\d,]+ rounds, [\\d,]+ operations\n$");
    }

    @Test
    void listsTheMutants() {
        assertThat(run("soak", "--list")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .hasSize(1 + Mutant.values().length + 2)
                .anySatisfy(line -> assertThat(line).matches("mutant +shown by +in a soak"))
                .anySatisfy(line -> assertThat(line).matches("DROP_SEQ_RECHECK +SC +must be caught"))
                .anySatisfy(line -> assertThat(line).matches("UNPIN_PRECHECK +TSO +rare"))
                .anySatisfy(line -> assertThat(line).matches("DROP_PIN_FENCE +weak only +not expected on x86"))
                .last()
                .asString()
                .contains("weak only: only a CPU weaker than x86. other TLBs: ");
    }

    @Test
    void soaksThatCannotBe() {
        for (String[] bad : new String[][] {
            {"--threads=1", "A soak by 1 threads has nothing to race; use 2 at least."},
            {"--stripes=48", "must be a power of two, not 48; the nearest below is 32."},
            {"--folios=100", "100 folios are too few for "},
            {"--mutant=DROP_SEQ_RECHEK", "There is no mutant DROP_SEQ_RECHEK; the nearest is DROP_SEQ_RECHECK."},
            {"--time=soon", "not a duration"}
        }) {
            err.reset();
            assertThat(run("soak", bad[0])).as(bad[0]).isEqualTo(2);
            assertOneSentence(bad[1]);
        }
    }

    @Test
    void noSuchResultFile() {
        assertThat(run("report", "nope.jsonl")).isEqualTo(2);
        assertOneSentence(
                "There is no file nope.jsonl; ./pagerace stress writes target/pagerace/measured.jsonl, and mvn verify"
                        + " writes stress-tests/target/pagerace/measured.jsonl.");
    }

    @Test
    void aFileOfSomethingElse() throws IOException {
        Path file = Files.writeString(directory.resolve("some.jsonl"), "{\"schema\": 1}\n");
        assertThat(run("report", file.toString())).isEqualTo(2);
        assertOneSentence("cannot be read as measurements");
    }

    @Test
    void whatWasMeasuredWithAnotherCatalogueIsNotGraded() throws IOException {
        Path file = journal(List.of(broken()), Map.of(), "c0ffee");
        assertThat(run("report", file.toString())).isEqualTo(2);
        assertOneSentence("was measured with another catalogue, c0ffee");
    }

    @Test
    void aTruncatedFileLosesOnlyItsLastLine() throws IOException {
        Point point = broken();
        Path file = journal(List.of(point), Map.of(forbidden(point), 100L));
        List<String> lines = Files.readAllLines(file);
        Files.writeString(file, String.join("\n", lines.subList(0, 6)) + "\n{\"point\":\"Gup");
        assertThat(run("report", file.toString())).isEqualTo(2);
        assertOneSentence("line 7 is broken or cut off; the other 5 measurements are reported.");
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("REPRODUCED");
        assertThat(directory.resolve("report.json")).content().contains("\"forbidden\" : 100");
    }

    @Test
    void theExitCodeFollowsTheVerdicts() throws IOException {
        Point point = broken();
        assertThat(run(
                        "report",
                        journal(List.of(point), Map.of(forbidden(point), 100L)).toString()))
                .isEqualTo(0);
        assertThat(run(
                        "report",
                        journal(List.of(point), Map.of(forbidden(point), 99L)).toString()))
                .isEqualTo(4);
        assertThat(run(
                        "report",
                        "--undecided=warn",
                        journal(List.of(point), Map.of(forbidden(point), 99L)).toString()))
                .isEqualTo(0);
        assertThat(run(
                        "report",
                        "--undecided=warn",
                        journal(List.of(point), Map.of("NOBODY_KNOWS", 1L)).toString()))
                .isEqualTo(1);
        assertThat(directory.resolve("passed")).doesNotExist();
        assertThat(err.size()).isZero();
    }

    @Test
    void reportingAgainLeavesTheMarkOfTheRunAlone() throws IOException {
        Path passed = Files.writeString(directory.resolve("passed"), "");
        Point point = broken();
        assertThat(run(
                        "report",
                        journal(List.of(point), Map.of(forbidden(point), 100L)).toString()))
                .isZero();
        assertThat(passed).exists();
    }

    @Test
    void noCommandIsAnsweredByTheirNames() {
        Ran.of()
                .isRefusedWith(
                        "Name a command: list, explain, explore, necessity, litmus, export, stress, soak, report, compare,"
                                + " doctor, completion; --help says what each does.");
    }

    private static Point broken() {
        return Catalogue.points()
                .filter(point -> point.stress() == Point.Stress.PLANNED)
                .filter(point -> point.reachableFrom() == Reachability.SC)
                .filter(point -> !point.variant().deadlocks())
                .findFirst()
                .orElseThrow();
    }

    private static String forbidden(Point point) {
        return Catalogue.race(point.race()).orElseThrow().outcomes().stream()
                .filter(outcome -> outcome.mark() == pagerace.race.Outcome.Mark.FORBIDDEN)
                .findFirst()
                .orElseThrow()
                .name();
    }

    private Path journal(List<Point> plan, Map<String, Long> outcomes) throws IOException {
        return journal(plan, outcomes, Report.digest(Catalogue.RACES));
    }

    private Path journal(List<Point> plan, Map<String, Long> outcomes, String catalogue) throws IOException {
        Path file = directory.resolve("measured.jsonl");
        Host host = new Host("Linux", "amd64", 2, "17", Reachability.TSO);
        List<String> keys = plan.stream().map(Point::key).toList();
        String filter = keys.get(0);
        Run run =
                new Run("an-id", "2026-01-01T00:00:00Z", "1.0", null, host, filter, null, List.of(), 1, 240, 0, false);
        try (Journal journal = new Journal(file, new Journal.Head(Journal.SCHEMA, run, catalogue, keys))) {
            TestRace.canaries(run.id()).forEach(journal::add);
            for (String key : keys) {
                journal.add(new Measurement(
                        run.id(), 1, key, Tier.C2, 4, 1000, 1000, 1.0, outcomes, Map.of(), TestRace.GOOD, null));
            }
            journal.end(240);
        }
        return file;
    }
}
