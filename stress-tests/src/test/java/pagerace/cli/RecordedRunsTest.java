// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagerace.race.Catalogue;
import pagerace.report.HostReport;
import pagerace.report.Journal;
import pagerace.report.Json;
import pagerace.report.Report;
import pagerace.report.Result;
import pagerace.report.RunVerdict;

/**
 * What a host measured that had to do something else beside: the rule of excuses, on counts that nobody made up. Recorded on two EPYC cores by
 * {@code stress --filter 'GupFastVsFork/SEQ*' --budget 60s} beside so many busy loops; see {@code docs/examples/load-table.sh}.
 */
class RecordedRunsTest {
    @TempDir
    private Path directory = Path.of("");

    private HostReport graded(String name, int expected) throws IOException {
        return graded(name, 1, expected);
    }

    /** Writes the run to {@code file}, as if it had been measured with the present catalogue, and had gone on and on like that. */
    static void writeMeasured(String name, int times, Path file) throws IOException {
        Journal.Contents recorded =
                Journal.read(Path.of("src", "test", "resources", "pagerace", "recorded", name + ".jsonl"));
        Journal.Head head = recorded.head();
        try (Journal journal = new Journal(
                file, new Journal.Head(head.schema(), head.run(), Report.digest(Catalogue.RACES), head.plan()))) {
            for (int i = 0; i < times; i++) {
                recorded.measurements().forEach(journal::add);
            }
            journal.end(60L * times);
        }
    }

    private HostReport graded(String name, int times, int... expected) throws IOException {
        Path file = directory.resolve("measured.jsonl");
        writeMeasured(name, times, file);
        Ran ran = Ran.of("report", file.toString(), "--format=json");
        assertThat(ran.err()).isEmpty();
        assertThat(ran.code()).isIn(IntStream.of(expected).boxed().toList());
        return Json.read(Files.readString(directory.resolve("report.json")))
                .hosts()
                .get(0);
    }

    @Test
    void besideOneBusyLoopEverythingIsDecided() throws IOException {
        HostReport host = graded("beside-1-busy-loop", ExitCode.PASSED);
        assertThat(host.given().probe().isGood()).isTrue();
        assertThat(host.given().cpuShare())
                .as("and that was not all of two CPUs")
                .isLessThan(0.8);
        assertThat(host.verdict()).isEqualTo(RunVerdict.PASSED);
    }

    @ParameterizedTest
    @CsvSource({"beside-2-busy-loops, 8", "beside-4-busy-loops, 8"})
    void besideMoreItIsUndecidedAndNothingFails(String name, int undecided) throws IOException {
        HostReport host = graded(name, ExitCode.UNDECIDED);
        assertThat(host.verdict()).isEqualTo(RunVerdict.UNDECIDED);
        assertThat(host.results()).noneMatch(Result::fails);
        List<Result> open =
                host.results().stream().filter(result -> result.cause() != null).toList();
        assertThat(open).hasSize(undecided);
        assertThat(host.headline())
                .startsWith("UNDECIDED: this host gave its actors ")
                .contains("; " + undecided + " of 11 points undecided, ")
                .contains("like this: --budget ");
    }

    @ParameterizedTest
    @CsvSource({
        "beside-2-busy-loops, 10",
        "beside-4-busy-loops, 10",
        "beside-2-busy-loops, 100",
        "beside-4-busy-loops, 100"
    })
    void forHoweverLongItGoesOnLikeThatNothingFails(String name, int times) throws IOException {
        HostReport host = graded(name, times, ExitCode.PASSED, ExitCode.UNDECIDED);
        assertThat(host.results()).noneMatch(Result::fails);
        assertThat(host.given().probe().together())
                .as("that is what saves it: both actors ran at once for so little of the time")
                .isLessThan(0.4);
    }
}
