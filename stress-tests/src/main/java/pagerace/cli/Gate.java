// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import org.jspecify.annotations.Nullable;
import pagerace.report.HostReport;
import pagerace.report.Report;
import pagerace.report.RunVerdict;
import picocli.CommandLine.Option;

/** The one place where the verdict of a run becomes an exit code, and a mark in its directory. */
final class Gate {
    /** What to make of a run that is undecided for want of a good host or of time. */
    enum Undecided {
        /** The exit code is 4. */
        FAIL,
        /** The exit code is 0, and the mark says what it was. */
        WARN
    }

    @Option(
            names = "--undecided",
            paramLabel = "HOW",
            defaultValue = "fail",
            description =
                    "What to do if a bad host or lack of time leaves points undecided. fail: exit with 4. warn: exit with 0 and"
                            + " leave the file \"undecided\" instead of \"passed\"; for shared machines. An interrupted run exits with 4"
                            + " in any case. Default: ${DEFAULT-VALUE}.")
    private Undecided undecided = Undecided.FAIL;

    Gate() {}

    /** As if the option had been given. */
    Gate(Undecided undecided) {
        this.undecided = undecided;
    }

    /** The code to exit with. Neither host nor budget is the reason that an interrupted run, or a merge of too few, is undecided, so it is never accepted. */
    int code(Report report) {
        return switch (report.verdict()) {
            case PASSED -> ExitCode.PASSED;
            case FAILED -> ExitCode.FAILED;
            case UNDECIDED -> isAccepted(report) ? ExitCode.PASSED : ExitCode.UNDECIDED;
        };
    }

    /** The mark that the run leaves; null if it leaves none. */
    Outputs.@Nullable Mark mark(Report report) {
        return switch (report.verdict()) {
            case PASSED -> Outputs.Mark.PASSED;
            case FAILED -> null;
            case UNDECIDED -> isAccepted(report) ? Outputs.Mark.UNDECIDED : null;
        };
    }

    /** What has to be known if an undecided run is accepted; empty if it is not. */
    String warning(Report report) {
        return report.verdict() == RunVerdict.UNDECIDED && isAccepted(report)
                ? "Accepted as it is, because of --undecided warn\n"
                : "";
    }

    private boolean isAccepted(Report report) {
        return undecided == Undecided.WARN
                && report.missing().isEmpty()
                && report.hosts().stream().allMatch(HostReport::isComplete);
    }
}
