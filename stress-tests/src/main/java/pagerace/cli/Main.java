// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import pagerace.explore.RuleViolation;
import pagerace.own.BadFix;
import pagerace.race.Nearest;
import pagerace.report.Mismatch;
import pagerace.report.OneLine;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code pagerace}: a conformance suite for the races on a Linux page. */
@Command(
        name = "pagerace",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Main.Version.class,
        description = "A conformance suite for the races on a Linux page.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            Main.MEANS_PASSED,
            "1:a verdict fails (BROKEN, UNPREDICTED, or INCONCLUSIVE because of the instrument), a canary was silent on a good"
                    + " host, the explorer disagrees with the catalogue, verdicts changed in a comparison,"
                    + " doctor found a problem, or a soak found a violation, missed an operation, did not catch a"
                    + " mutant or was interrupted",
            Main.MEANS_BAD_INPUT,
            Main.MEANS_CRASHED,
            Main.MEANS_UNDECIDED
        })
public final class Main {
    static final int PASSED = 0;
    static final int FAILED = 1;
    static final int BAD_INPUT = 2;
    static final int CRASHED = 3;
    static final int UNDECIDED = 4;

    static final String MEANS_PASSED =
            "0:everything was decided and nothing fails, or --undecided warn accepts what is undecided";

    static final String MEANS_FAILED =
            "1:a verdict fails (BROKEN, UNPREDICTED, or INCONCLUSIVE because of the instrument), or a canary was silent on a good"
                    + " host";

    /** How the help of a command explains the codes that mean the same everywhere. */
    static final String MEANS_BAD_INPUT =
            "2:the command line, a file or an own fix was refused; one sentence says why, and what would be accepted";

    static final String MEANS_CRASHED = "3:the suite itself failed, or its files could not be written";

    static final String MEANS_UNDECIDED =
            "4:nothing fails, but points are undecided because the host was bad or time ran out, or the run that is reported was"
                    + " interrupted";

    private static final List<String> COMMANDS = List.of(
            "list",
            "explain",
            "explore",
            "necessity",
            "litmus",
            "export",
            "stress",
            "soak",
            "report",
            "compare",
            "doctor",
            "completion");

    /** Says {@link #version}. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"PageRace " + version()};
        }
    }

    /** The version that the jar's manifest names. */
    static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "(not from a jar)" : version;
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
        boolean known = arguments.length > 0 && COMMANDS.contains(arguments[0]);
        CommandLine commandLine = commandLine(out, known ? List.of(arguments[0]) : COMMANDS)
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .setParameterExceptionHandler((misunderstood, all) -> {
                    err.println(OneLine.of(sentence(misunderstood)));
                    return BAD_INPUT;
                })
                .setExecutionExceptionHandler((exception, command, parsed) -> {
                    if (exception instanceof BadInput || exception instanceof BadFix || exception instanceof Mismatch) {
                        err.println(OneLine.of(String.valueOf(exception.getMessage())));
                        return BAD_INPUT;
                    }
                    if (exception instanceof RuleViolation) {
                        err.println("Model code breaks a rule of the explored machine: " + exception.getMessage());
                        return CRASHED;
                    }
                    Throwable unwritten = exception instanceof UncheckedIOException ? exception.getCause() : exception;
                    if (unwritten instanceof FileSystemException file) {
                        err.println(OneLine.of(sentence(file)));
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

    private static String sentence(FileSystemException unwritten) {
        String reason = unwritten.getReason();
        if (reason == null) {
            reason = unwritten instanceof FileAlreadyExistsException
                    ? "it is a file"
                    : unwritten instanceof AccessDeniedException
                            ? "access is denied"
                            : unwritten.getClass().getSimpleName();
        }
        return "Nothing can be written to " + unwritten.getFile() + ": " + reason + ".";
    }

    private static String sentence(ParameterException misunderstood) {
        CommandSpec command = misunderstood.getCommandLine().getCommandSpec();
        if (misunderstood instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            String argument = unmatched.getUnmatched().get(0);
            Set<String> choices = argument.startsWith("-")
                    ? command.optionsMap().keySet()
                    : command.subcommands().keySet();
            return command.qualifiedName() + " does not understand " + argument
                    + (choices.isEmpty() ? "" : "; the nearest is " + Nearest.to(argument, choices)) + ".";
        }
        return misunderstood.getMessage() + "; see " + command.qualifiedName() + " --help.";
    }

    /** The command line with all commands. */
    static CommandLine commandLine(PrintStream out) {
        return commandLine(out, COMMANDS);
    }

    /** The command line with those commands. Each costs time to set up, and most uses are of one. */
    private static CommandLine commandLine(PrintStream out, List<String> commands) {
        CommandLine commandLine = new CommandLine(new Main());
        commands.forEach(name -> commandLine.addSubcommand(command(name, out)));
        return commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    }

    private static Callable<Integer> command(String name, PrintStream out) {
        return switch (name) {
            case "list" -> new ListCommand(out);
            case "explain" -> new ExplainCommand(out);
            case "explore" -> new ExploreCommand(out);
            case "necessity" -> new NecessityCommand(out);
            case "litmus" -> new LitmusCommand(out);
            case "export" -> new ExportCommand(out);
            case "stress" -> new StressCommand(out);
            case "soak" -> new SoakCommand(out);
            case "report" -> new ReportCommand(out);
            case "compare" -> new CompareCommand(out);
            case "doctor" -> new DoctorCommand(out);
            case "completion" -> new CompletionCommand(out);
            default -> throw new IllegalArgumentException("no command is called " + name);
        };
    }
}
