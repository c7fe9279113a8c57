// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import picocli.CommandLine.Option;

/** Whether schedules name lines of model code where there is little room, and so that a development environment finds them. */
final class SourceOption {
    @Option(
            names = "--source",
            description =
                    "Name the line of model code of each step of a schedule, as a stack trace does: (Reclaim.java:104)."
                            + " Without it a schedule names them only as a table, and where that has room for them.")
    private boolean asked;

    boolean isAsked() {
        return asked;
    }
}
