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
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import pagerace.explore.RuleViolation;
import pagerace.own.BadFix;
import pagerace.race.Nearest;
import pagerace.report.Mismatch;
import pagerace.report.OneLine;
import pagerace.terminal.Terminal;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code pagerace}: a conformance suite for the races on a Linux page. */
@Command(
        name = "pagerace",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Version.class,
        description = {
            "A conformance suite for the races on a Linux page.",
            "What people read fits the terminal: an exported COLUMNS sets another width, in a pipe too; without it a pipe gets"
                    + " lines of any length. Less than 60 counts as 60. NO_COLOR takes the colours away."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            ExitCode.MEANS_PASSED,
            ExitCode.MEANS_FAILED_ANYWHERE,
            ExitCode.MEANS_BAD_INPUT,
            ExitCode.MEANS_CRASHED,
            ExitCode.MEANS_UNDECIDED
        })
public final class Main {
    /** The names of all commands. */
    static final List<String> COMMANDS = List.of(
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

    private Main() {}

    /** Runs the command line and exits. */
    public static void main(String[] arguments) {
        Optional<String> complaint = UserClassPath.current().complaint();
        if (complaint.isPresent()) {
            System.err.println(OneLine.of(complaint.get()));
            System.exit(ExitCode.BAD_INPUT);
        }
        int code;
        try {
            code = run(new Console(System.out, Terminal.current()), System.err, arguments);
        } catch (Throwable e) { // an Error too is a crash, and its code must not be that of a failing verdict
            e.printStackTrace(System.err);
            code = ExitCode.CRASHED;
        }
        System.exit(code);
    }

    /** Runs the command line, with lines of any length; returns the exit code. */
    static int run(PrintStream out, PrintStream err, String... arguments) {
        return run(new Console(out, Terminal.FILE), err, arguments);
    }

    /** Runs the command line; returns the exit code. */
    static int run(Console console, PrintStream err, String... arguments) {
        if (arguments.length > 0 && arguments[0].equals("help")) {
            return run(console, err, helpOf(arguments.length == 1 ? "" : arguments[1]));
        }
        PrintStream out = console.out();
        Terminal terminal = console.terminal();
        boolean known = arguments.length > 0 && COMMANDS.contains(arguments[0]);
        CommandLine commandLine = commandLine(console, known ? List.of(arguments[0]) : COMMANDS)
                .setUsageHelpWidth(terminal.proseColumns())
                .setColorScheme(Help.defaultColorScheme(terminal.hasColours() ? Help.Ansi.ON : Help.Ansi.OFF))
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .setParameterExceptionHandler((misunderstood, all) -> {
                    err.println(OneLine.of(sentence(misunderstood)));
                    return ExitCode.BAD_INPUT;
                })
                .setExecutionExceptionHandler((exception, command, parsed) -> {
                    if (exception instanceof BadInput || exception instanceof BadFix || exception instanceof Mismatch) {
                        err.println(OneLine.of(String.valueOf(exception.getMessage())));
                        return ExitCode.BAD_INPUT;
                    }
                    if (exception instanceof RuleViolation) {
                        err.println("Model code breaks a rule of the explored machine: " + exception.getMessage());
                        return ExitCode.CRASHED;
                    }
                    Throwable unwritten = exception instanceof UncheckedIOException ? exception.getCause() : exception;
                    if (unwritten instanceof FileSystemException file) {
                        err.println(OneLine.of(sentence(file)));
                        return ExitCode.CRASHED;
                    }
                    exception.printStackTrace(err);
                    return ExitCode.CRASHED;
                });
        if (arguments.length == 0) {
            err.println("Name a command: " + String.join(", ", COMMANDS) + "; --help says what each does.");
            return ExitCode.BAD_INPUT;
        }
        try {
            return commandLine.execute(arguments);
        } catch (ExceptionInInitializerError e) {
            err.println(BadFix.causeOf(e).orElseThrow(() -> e).getMessage());
            return ExitCode.BAD_INPUT;
        }
    }

    /** What {@code help COMMAND} means. What is no command is refused by its own name, and not by an option of ours. */
    private static String[] helpOf(String command) {
        return command.isEmpty()
                ? new String[] {"--help"}
                : COMMANDS.contains(command) ? new String[] {command, "--help"} : new String[] {command};
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
            return command.qualifiedName() + " does not understand " + argument + "; "
                    + Nearest.hint(argument, choices, "see " + command.qualifiedName() + " --help") + ".";
        }
        return misunderstood.getMessage() + "; see " + command.qualifiedName() + " --help.";
    }

    /** The command line with all commands. */
    static CommandLine commandLine(Console out) {
        return commandLine(out, COMMANDS);
    }

    /** The command line with those commands. Each costs time to set up, and most uses are of one. */
    private static CommandLine commandLine(Console out, List<String> commands) {
        CommandLine commandLine = new CommandLine(new Main());
        commands.forEach(name -> commandLine.addSubcommand(command(name, out)));
        return commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    }

    private static Callable<Integer> command(String name, Console out) {
        return switch (name) {
            case "list" -> new ListCommand(out);
            case "explain" -> new ExplainCommand(out);
            case "explore" -> new ExploreCommand(out);
            case "necessity" -> new NecessityCommand(out);
            case "litmus" -> new LitmusCommand(out);
            case "export" -> new ExportCommand(out.out());
            case "stress" -> new StressCommand(out);
            case "soak" -> new SoakCommand(out);
            case "report" -> new ReportCommand(out);
            case "compare" -> new CompareCommand(out);
            case "doctor" -> new DoctorCommand(out);
            case "completion" -> new CompletionCommand(out.out(), () -> commandLine(out));
            default -> throw new IllegalArgumentException("no command is called " + name);
        };
    }
}
