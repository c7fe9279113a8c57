// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import pagerace.explore.RuleViolation;
import pagerace.own.BadFix;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ScopeType;

/** {@code pagerace}: a conformance suite for the races on a Linux page. */
@Command(
        name = "pagerace",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Main.Version.class,
        description = "A conformance suite for the races on a Linux page.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:everything was graded, and nothing fails",
            "1:a verdict fails (BROKEN, UNPREDICTED, or INCONCLUSIVE through no fault of the host), the explorer disagrees"
                    + " with the catalogue, nothing could be decided about a race, the run was not completed, or a soak"
                    + " found a violation, missed an operation or did not catch a mutant",
            "2:the command line, a file or an own fix was not understood; one sentence says what would be",
            "3:the suite itself failed"
        })
public final class Main {
    static final int PASSED = 0;
    static final int FAILED = 1;
    static final int BAD_INPUT = 2;
    static final int CRASHED = 3;

    /** The version that the jar's manifest names. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"PageRace " + (version == null ? "(not from a jar)" : version)};
        }
    }

    private Main() {}

    /** Runs the command line and exits. */
    public static void main(String[] arguments) {
        int code;
        try {
            code = run(System.out, System.err, arguments);
        } catch (Throwable e) { // an Error too is a crash, and its code must not be that of a failing verdict
            e.printStackTrace(System.err);
            code = CRASHED;
        }
        System.exit(code);
    }

    /** Runs the command line; returns the exit code. */
    static int run(PrintStream out, PrintStream err, String... arguments) {
        CommandLine commandLine = new CommandLine(new Main())
                .addSubcommand(new ExploreCommand(out))
                .addSubcommand(new NecessityCommand(out))
                .addSubcommand(new LitmusCommand(out))
                .addSubcommand(new ExportCommand(out))
                .addSubcommand(new StressCommand(out))
                .addSubcommand(new SoakCommand(out))
                .addSubcommand(new ReportCommand(out))
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .setExecutionExceptionHandler((exception, command, parsed) -> {
                    if (exception instanceof BadInput || exception instanceof BadFix) {
                        err.println(exception.getMessage());
                        return BAD_INPUT;
                    }
                    if (exception instanceof RuleViolation) {
                        err.println("Model code breaks a rule of the explored machine: " + exception.getMessage());
                        return CRASHED;
                    }
                    exception.printStackTrace(err);
                    return CRASHED;
                });
        if (arguments.length == 0) {
            commandLine.usage(out);
            return BAD_INPUT;
        }
        try {
            return commandLine.execute(arguments);
        } catch (ExceptionInInitializerError e) {
            err.println(BadFix.causeOf(e).orElseThrow(() -> e).getMessage());
            return BAD_INPUT;
        }
    }
}
