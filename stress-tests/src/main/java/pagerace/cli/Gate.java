// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import org.jspecify.annotations.Nullable;
import pagerace.report.HostReport;
import pagerace.report.Report;
import picocli.CommandLine.Option;

/** The one place where what is said of a run becomes an exit code, and a mark for whoever looks at its directory. */
final class Gate {
    /** What to make of a run that is undecided for want of a good host or of time. */
    enum Undecided {
        /** It ends with a code of its own. */
        FAIL,
        /** It says so, and ends like one that passed. */
        WARN
    }

    @Option(
            names = "--undecided",
            paramLabel = "HOW",
            defaultValue = "FAIL",
            description =
                    "What to make of points that are undecided for want of a good host or of time: ${COMPLETION-CANDIDATES}."
                            + " With WARN the exit code is 0 all the same, which is for hosts that are shared. Default: ${DEFAULT-VALUE}.")
    private Undecided undecided = Undecided.FAIL;

    Gate() {}

    /** As if the option had been given. */
    Gate(Undecided undecided) {
        this.undecided = undecided;
    }

    /** The code to exit with. An interrupted run is undecided through nobody's fault, and never forgiven. */
    int code(Report report) {
        return switch (report.verdict()) {
            case PASSED -> Main.PASSED;
            case FAILED -> Main.FAILED;
            case UNDECIDED -> isForgiven(report) ? Main.PASSED : Main.UNDECIDED;
        };
    }

    /** The mark that the run leaves; null if it leaves none. */
    Outputs.@Nullable Mark mark(Report report) {
        return switch (report.verdict()) {
            case PASSED -> Outputs.Mark.PASSED;
            case FAILED -> null;
            case UNDECIDED -> isForgiven(report) ? Outputs.Mark.UNDECIDED : null;
        };
    }

    private boolean isForgiven(Report report) {
        return undecided == Undecided.WARN && report.hosts().stream().allMatch(HostReport::isComplete);
    }
}
