// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import pagerace.litmus.LitmusTest;
import pagerace.litmus.RefusedException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs litmus tests of the kernel's syntax through the explorer. */
@Command(
        name = "litmus",
        description =
                "Explore litmus tests in the kernel's C syntax: a line for each with its name and the verdicts under"
                        + " SC, TSO and WEAK, separated by tabs.",
        footer = {
            "Never, Sometimes or Always: whether the final condition is reached in no, some or all final states.",
            "WEAK is the kernel's memory model without load buffering; where load buffering decides, herd7 says Sometimes"
                    + " and WEAK says Never."
        },
        exitCodeList = {"0:explored", ExitCode.MEANS_BAD_INPUT, ExitCode.MEANS_CRASHED})
final class LitmusCommand implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Litmus files.")
    private List<Path> files = List.of();

    @Option(
            names = "--witnesses",
            description = "Also print how many final states satisfy the condition, and how many do not.")
    private boolean witnesses;

    private final Console out;

    LitmusCommand(Console out) {
        this.out = out;
    }

    @Override
    public Integer call() {
        if (out.terminal().isTerminal()) { // programs know the columns, and take each line for a test
            out.println("test\tSC\tTSO\tWEAK");
        }
        for (Path file : files) {
            LitmusTest test = read(file);
            String verdicts = test.explore().stream()
                    .map(verdict -> verdict.observation()
                            + (witnesses ? " " + verdict.positive() + "/" + verdict.negative() : ""))
                    .collect(Collectors.joining("\t"));
            out.print(test.name() + "\t" + verdicts + "\n");
        }
        return ExitCode.PASSED;
    }

    private static LitmusTest read(Path file) {
        try {
            return LitmusTest.parse(Files.readString(file, StandardCharsets.UTF_8));
        } catch (RefusedException e) {
            throw new BadInput(file + ", " + e.getMessage() + ".");
        } catch (IOException e) {
            throw new BadInput("The file " + file + " cannot be read; give the path of a .litmus file.");
        }
    }
}
