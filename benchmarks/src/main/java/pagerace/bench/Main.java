// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.RunnerException;
import pagerace.own.BadFix;
import pagerace.price.PriceControl;
import pagerace.price.PriceFile;
import pagerace.price.PriceList;
import pagerace.price.Series;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code benchmarks.jar}: the prices of everything on the price list; or, behind the word {@code jmh}, JMH itself. */
@Command(
        name = "benchmarks",
        mixinStandardHelpOptions = true,
        description = {
            "Times every operation of the price list, variant beside variant, and writes prices.json and jmh.json.",
            "Beside the operations of each race and workload it times a control: a store and a load, without and with a fence"
                    + " between them. If the fence does not come out dearer, the prices of the race or workload are void:"
                    + " prices.json and the reports say so, and why.",
            "The word jmh in front hands the rest of the line to JMH: jmh -l lists the benchmarks of contention, striping and"
                    + " alternatives."
        },
        footer = "In the table a ratio with a tilde claims no difference from the base.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:everything was timed; prices of some races or workloads may be void",
            "1:everything was timed, and all prices are void",
            "2:the command line or a fix of yours was not understood; one sentence says what would be",
            "3:the suite itself failed"
        })
public final class Main implements Callable<Integer> {
    private static final int VOID = 1;
    private static final int BAD_INPUT = 2;
    private static final int CRASHED = 3;

    @Option(names = "--short", description = "The form that is part of the build: fewer rounds, no floors.")
    private boolean isShort;

    @Option(names = "--floors", description = "Time the floors in the short form too.")
    private boolean withFloors;

    @Option(
            names = "--jvm-args",
            paramLabel = "ARGUMENTS",
            split = " ",
            description = "Further arguments for the timed JVMs.")
    private List<String> jvmArguments = List.of();

    @Option(names = "--quiet", description = "No table at the end, and progress once in ten seconds.")
    private boolean quiet;

    @Option(
            names = "--filter",
            paramLabel = "SUBJECT",
            defaultValue = "",
            description =
                    "Only races and workloads whose names begin with this. What follows a slash or a bracket is ignored:"
                            + " variants are priced together.")
    private String filter = "";

    @Option(
            names = "--output",
            paramLabel = "DIRECTORY",
            defaultValue = "target/pagerace",
            description = "Where prices.json and jmh.json go. Default: ${DEFAULT-VALUE}.")
    private Path output = Path.of("target", "pagerace");

    private final PrintStream out;
    private final PrintStream err;
    private final BiFunction<Effort, List<String>, PlanRunner> runners;

    private Main(PrintStream out, PrintStream err, BiFunction<Effort, List<String>, PlanRunner> runners) {
        this.out = out;
        this.err = err;
        this.runners = runners;
    }

    /** Runs the command line and exits. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length > 0 && arguments[0].equals("jmh")) {
            org.openjdk.jmh.Main.main(Arrays.copyOfRange(arguments, 1, arguments.length));
            return;
        }
        System.exit(run(System.out, System.err, arguments));
    }

    /** Runs the command line; returns the exit code. */
    static int run(PrintStream out, PrintStream err, String... arguments) {
        return run(out, err, JmhRunner::new, arguments);
    }

    /** The same; what {@code runners} makes of the effort and the JVM's arguments times the plans. */
    static int run(
            PrintStream out,
            PrintStream err,
            BiFunction<Effort, List<String>, PlanRunner> runners,
            String... arguments) {
        CommandLine commandLine = new CommandLine(new Main(out, err, runners))
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .setExecutionExceptionHandler((exception, command, parsed) -> {
                    exception.printStackTrace(err);
                    return CRASHED;
                });
        try {
            return commandLine.execute(arguments);
        } catch (ExceptionInInitializerError e) {
            err.println(BadFix.causeOf(e).orElseThrow(() -> e).getMessage());
            return BAD_INPUT;
        }
    }

    @Override
    public Integer call() throws IOException, RunnerException {
        String chosen = filter.strip().split("[/\\[*?]", 2)[0];
        Map<String, List<Series>> subjects = PriceList.series().stream()
                .filter(series -> series.subject().startsWith(chosen))
                .collect(Collectors.groupingBy(Series::subject, LinkedHashMap::new, Collectors.toList()));
        if (subjects.isEmpty()) {
            err.println("Nothing on the price list begins with " + chosen + "; there are "
                    + PriceList.series().stream()
                            .map(Series::subject)
                            .distinct()
                            .collect(Collectors.joining(", ")) + ".");
            return BAD_INPUT;
        }
        Effort effort = !isShort ? Effort.LONG : withFloors ? Effort.SHORT.withFloors() : Effort.SHORT;
        Map<String, PriceRun> runs = new LinkedHashMap<>();
        PlanRunner runner = runners.apply(effort, jvmArguments);
        subjects.forEach((subject, series) -> runs.put(subject, new PriceRun(series, effort, runner)));
        Files.createDirectories(output);
        time(runs, effort);
        PriceFile file = file(runs, effort, true);
        if (!quiet) {
            out.print(PriceTable.of(file.counting()));
        }
        out.println("Control: " + PriceControl.inWords(file.controls()));
        out.println("Prices: " + output.toAbsolutePath().normalize());
        return file.controls().stream().allMatch(PriceControl::makesVoid) ? VOID : 0;
    }

    /** Every subject once, then every subject again: what drifts slowly does not meet one subject only. */
    private void time(Map<String, PriceRun> runs, Effort effort) throws IOException, RunnerException {
        int operations = runs.values().stream().mapToInt(PriceRun::size).sum();
        Progress progress = new Progress(effort.forks() * operations);
        out.println("Timing " + operations + " operations, " + effort.method());
        for (int fork = 1; fork <= effort.forks(); fork++) {
            for (Map.Entry<String, PriceRun> run : runs.entrySet()) {
                progress.say(run.getKey() + ", JVM " + fork + " of " + effort.forks());
                run.getValue().fork();
                progress.add(run.getValue().size());
                write(runs, effort, progress.isComplete());
            }
        }
    }

    /** What has been done, and how long the rest will take. */
    private final class Progress {
        private static final long SECONDS_BETWEEN_LINES = 10;

        private final long begin = System.nanoTime();
        private final int all;
        private int done;
        private long next;

        Progress(int all) {
            this.all = all;
        }

        void say(String now) {
            long spent = Duration.ofNanos(System.nanoTime() - begin).toSeconds();
            if (!quiet || spent >= next) {
                String left = done == 0 ? "" : ", " + spent * (all - done) / done + "s left";
                out.println("[" + spent + "s" + left + "] " + now);
                next = spent + SECONDS_BETWEEN_LINES;
            }
        }

        void add(int timed) {
            done += timed;
        }

        boolean isComplete() {
            return done == all;
        }
    }

    private static PriceFile file(Map<String, PriceRun> runs, Effort effort, boolean complete) {
        return new PriceFile(
                PriceFile.SCHEMA,
                PriceFile.host(Runtime.getRuntime().availableProcessors(), System.getProperty("os.arch", "?")),
                System.getProperty("java.vm.version"),
                effort.method(),
                complete,
                runs.values().stream().flatMap(run -> run.control().stream()).toList(),
                runs.values().stream().flatMap(run -> run.prices().stream()).toList());
    }

    /** After each JVM, so that nothing is lost if the run ends early. */
    private void write(Map<String, PriceRun> runs, Effort effort, boolean complete) throws IOException {
        replace(
                "prices.json",
                new ObjectMapper()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .writeValueAsBytes(file(runs, effort, complete)));
        List<RunResult> raw =
                runs.values().stream().flatMap(run -> run.raw().stream()).toList();
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        ResultFormatFactory.getInstance(ResultFormatType.JSON, new PrintStream(json, true, StandardCharsets.UTF_8))
                .writeOut(raw);
        replace("jmh.json", json.toByteArray());
    }

    private void replace(String name, byte[] content) throws IOException {
        Path unfinished = output.resolve(name + ".tmp");
        Files.write(unfinished, content);
        Files.move(unfinished, output.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
}
