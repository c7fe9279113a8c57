// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import pagerace.litmus.Export;
import pagerace.litmus.NotExportableException;
import pagerace.race.Catalogue;
import pagerace.race.Point;
import pagerace.race.Race;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Writes a point as a litmus test, for those who want the official model's opinion. */
@Command(
        name = "export",
        description =
                "Write a point as a C litmus test of the kernel's syntax: its forbidden outcome as the exists clause, and in a"
                        + " comment its question and the verdicts of the explorer.",
        exitCodeList = {"0:written", ExitCode.MEANS_BAD_INPUT, ExitCode.MEANS_CRASHED})
final class ExportCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            paramLabel = "POINT",
            completionCandidates = Completions.Variants.class,
            description = "RACE/VARIANT[dimensions], or RACE/VARIANT for the first point of a variant.")
    private String point = "";

    private final PrintStream out;

    ExportCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() {
        Selection selection = new Selection(Catalogue.RACES);
        if (!point.contains("/")) {
            Race race = selection.race(point);
            throw new BadInput("export takes one variant, and " + point + " is a race; write, for instance, " + point
                    + "/" + race.variants().get(0).name() + ".");
        }
        Point chosen = selection.named(point).get(0);
        try {
            out.print(Export.litmus(chosen));
        } catch (NotExportableException e) {
            throw new BadInput(chosen.key() + " cannot be exported: " + e.getMessage() + ".");
        }
        return ExitCode.PASSED;
    }
}
