// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import pagerace.report.Comparison;
import pagerace.report.ComparisonText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says in what two reports differ. */
@Command(
        name = "compare",
        description =
                "Say which verdicts changed between two reports, which rates and prices moved beyond their intervals,"
                        + " and what only one of them covers.",
        footer = {
            "A rate is that of a point's forbidden outcomes in one tier. Forks are its units, at least three on each side. It"
                    + " moved if the two intervals of 95 %% do not overlap and the rates differ by a factor of 1.5 or more."
                    + " Where nothing happened on one side, the rule of three bounds it, widened by how far the other side's"
                    + " forks lie apart. Where nothing happened on either side, nothing is compared."
        },
        exitCodeList = {
            "0:no verdict changed",
            "1:some verdict changed",
            "2:the command line or a file was not understood, or the two cannot be compared; one sentence says why",
            ExitCode.MEANS_CRASHED
        })
final class CompareCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "FIRST", description = "A report.json.")
    private Path first = Path.of("");

    @Parameters(index = "1", paramLabel = "SECOND", description = "Another one.")
    private Path second = Path.of("");

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "TABLE",
            description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private ComparisonText format = ComparisonText.TABLE;

    @Option(names = "--all", description = "List what only one of the two covers, instead of counting it by race.")
    private boolean all;

    private final Console out;

    CompareCommand(Console out) {
        this.out = out;
    }

    @Override
    public Integer call() {
        Comparison comparison = Comparison.of(RunFiles.graded(first), RunFiles.graded(second));
        out.print(format.of(comparison, all, out.terminal()));
        return comparison.verdictsChanged() ? ExitCode.FAILED : ExitCode.PASSED;
    }
}
