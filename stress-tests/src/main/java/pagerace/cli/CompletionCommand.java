// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** Writes what a shell needs to complete command lines. */
@Command(
        name = "completion",
        description = "Print a script by which bash and zsh complete the commands, their options, races and variants of"
                + " pagerace: source <(pagerace completion).",
        exitCodeList = {"0:printed", Main.MEANS_BAD_INPUT, Main.MEANS_CRASHED})
final class CompletionCommand implements Callable<Integer> {
    private final PrintStream out;

    CompletionCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() {
        out.print(AutoComplete.bash("pagerace", Main.commandLine(out)));
        return Main.PASSED;
    }
}
