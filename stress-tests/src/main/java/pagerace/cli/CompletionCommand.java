// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Writes what a shell needs to complete command lines. */
@Command(
        name = "completion",
        description = "Print a script by which bash and zsh complete the commands, their options, races and variants of"
                + " pagerace: source <(pagerace completion).",
        exitCodeList = {"0:printed", ExitCode.MEANS_BAD_INPUT, ExitCode.MEANS_CRASHED})
final class CompletionCommand implements Callable<Integer> {
    private final PrintStream out;
    private final Supplier<CommandLine> commandLine;

    /** {@code commandLine} makes the command line with all commands. */
    CompletionCommand(PrintStream out, Supplier<CommandLine> commandLine) {
        this.out = out;
        this.commandLine = commandLine;
    }

    @Override
    public Integer call() {
        out.print(AutoComplete.bash("pagerace", commandLine.get()));
        return ExitCode.PASSED;
    }
}
