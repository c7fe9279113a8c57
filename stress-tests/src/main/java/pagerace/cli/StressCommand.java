// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pagerace.explore.Necessity;
import pagerace.price.PriceFile;
import pagerace.race.Catalogue;
import pagerace.race.Point;
import pagerace.report.Journal;
import pagerace.report.Report;
import pagerace.report.Run;
import pagerace.report.Session;
import pagerace.report.Shard;
import pagerace.report.Table;
import pagerace.stress.JcstressEngine;
import pagerace.stress.StressRun;
import pagerace.verdict.Host;
import pagerace.verdict.Measurement;
import pagerace.verdict.Prediction;
import pagerace.verdict.Tally;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Explores, runs the plan on real threads, grades it against the prediction, and reports. */
@Command(
        name = "stress",
        description = "Explore, run the planned points on real threads within a budget, and grade them.",
        exitCodeList = {
            "0:everything was graded, and nothing fails",
            "1:a verdict fails (BROKEN, UNPREDICTED, or INCONCLUSIVE through no fault of the host), nothing could be decided"
                    + " about a race, or the run was not completed",
            Main.MEANS_BAD_INPUT,
            Main.MEANS_CRASHED
        })
final class StressCommand implements Callable<Integer> {
    /** Without a word of the user's. */
    static final String BUDGET = "9m";

    @Option(
            names = "--budget",
            paramLabel = "TIME",
            defaultValue = BUDGET,
            description =
                    "How long the threads may take, after the exploration: 4m, 240s, PT4M. Default: ${DEFAULT-VALUE}.")
    private String budget = BUDGET;

    @Option(
            names = "--filter",
            paramLabel = "POINTS",
            defaultValue = "",
            completionCandidates = Candidates.Variants.class,
            description = "Which points: RACE, RACE/VARIANT or RACE/VARIANT[dimensions], the beginning of one, or a"
                    + " pattern with * and ?. Their controls come along.")
    private String filter = "";

    @Option(
            names = "--shard",
            paramLabel = "I/N",
            converter = ShardConverter.class,
            description =
                    "Only part I of N of these points, so that N machines share them; report --merge adds the parts"
                            + " up. Each part needs a budget of its own. Default: all.")
    private @Nullable Shard shard;

    @Option(
            names = "--output",
            paramLabel = "DIRECTORY",
            defaultValue = "target/pagerace",
            description = "Where report.json, report.html, junit.xml and measured.jsonl go. Default: ${DEFAULT-VALUE}.")
    private Path output = Outputs.USUAL;

    @Option(
            names = "--label",
            paramLabel = "TEXT",
            description = "What to call the run in reports and comparisons, for instance the commit under test.")
    private @Nullable String label;

    @Mixin
    private ForkOptions forks = new ForkOptions();

    @Option(
            names = "--jdk",
            paramLabel = "PATH",
            description = "Run all of this on the JDK in that directory, 17 or newer. Default: the one that runs this.")
    private @Nullable Path jdk;

    @Mixin
    private Prices prices = new Prices();

    @Spec
    private @Nullable CommandSpec spec;

    private final PrintStream out;

    StressCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException {
        if (jdk != null) {
            CommandSpec commandLine = requireNonNull(spec).root();
            return OtherJdk.in(jdk)
                    .run(commandLine.commandLine().getParseResult().expandedArgs());
        }
        Outputs outputs = new Outputs(output);
        outputs.begin();
        Host host = Host.current();
        Duration time = Budget.parse(budget);
        Share share = Share.of(new Selection(Catalogue.RACES), filter, shard, host.memoryModel());
        forks.check();
        // What the plan demands of an own fix depends on what the explorer finds.
        Map<String, Prediction> predictions = new LinkedHashMap<>(Predictions.of(
                share.plan().stream().filter(point -> point.variant().isOwn()).toList(), out));
        List<Point> points = share.plan().stream()
                .map(point ->
                        predictions.getOrDefault(point.key(), Prediction.NONE).settle(point))
                .toList();
        Duration minimum = StressRun.minimum(points, host.memoryModel(), forks.atLeast());
        if (!points.isEmpty() && time.compareTo(minimum) < 0) {
            throw new BadInput("A budget of " + Budget.text(time) + " is less than the " + Budget.text(minimum)
                    + " that the plan for " + count(points)
                    + " needs at least; give it that much, or choose fewer points by a filter.");
        }
        @Nullable PriceFile priced = prices.read();
        List<Tally> tallies = points.stream().map(Tally::new).toList();
        List<String> plan = points.stream().map(Point::key).toList();
        Run run = new Run(
                UUID.randomUUID().toString(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                Main.version(),
                label,
                host,
                filter,
                shard == null ? null : shard.toString(),
                forks.flags(),
                forks.atLeast(),
                time.toSeconds(),
                0,
                false);
        Journal.Head head = new Journal.Head(Report.SCHEMA, run, Report.digest(Catalogue.RACES), plan);
        outputs.discard();
        predictions.putAll(explore(share.explored(), predictions.keySet()));
        Map<String, List<Necessity.Row>> necessity = Predictions.necessity(share.stepsDropped(), predictions, out);
        Duration before = sinceStart();
        out.println(
                points.isEmpty()
                        ? "Shard " + shard + " has no point for threads: fewer shards would do."
                        : count(points) + " on real threads in " + Budget.text(time) + forks.inWords()
                                + "; probing the VM");
        Ending ending = new Ending(complete -> {
            Run ended = run.ended(sinceStart().minus(before).toSeconds(), complete);
            List<Measurement> measured = tallies.stream()
                    .flatMap(tally -> tally.measurements().stream())
                    .toList();
            Report report = Report.of(
                    Catalogue.RACES,
                    predictions,
                    necessity,
                    List.of(new Session(List.of(ended), plan, measured, priced)));
            outputs.write(report, Format.USUAL);
            out.print(Table.of(report));
            out.println("Reports: " + output.toAbsolutePath().normalize());
            out.flush();
            return complete && !report.fails() ? Main.PASSED : Main.FAILED;
        });
        int code;
        try (Journal journal = new Journal(outputs.journal(), head)) {
            code = ending.of(() -> measure(run, before, time, tallies, journal, ending));
        }
        if (code == Main.PASSED) {
            outputs.pass();
        }
        return code;
    }

    /** Whether the run went on to its end. */
    private boolean measure(
            Run begun, Duration before, Duration time, List<Tally> plan, Journal journal, Ending ending) {
        if (plan.isEmpty()) {
            journal.end(0);
            return true;
        }
        try (@Nullable JcstressEngine engine = JcstressEngine.start(begun.id(), forks.jvmArguments())) {
            if (engine == null) {
                return false;
            }
            StressRun run = new StressRun(
                    plan,
                    begun.host().memoryModel(),
                    forks.atLeast(),
                    engine,
                    new ConsoleProgress(out, ConsoleProgress.isTerminal()),
                    journal::add);
            ending.onInterruption(run::stop);
            engine.archiveClasses(plan.get(0).point());
            run.run(sinceStart().minus(before), time);
            if (!run.isStopped()) {
                journal.end(sinceStart().minus(before).toSeconds());
            }
            return !run.isStopped();
        }
    }

    /** What the explorer says of these points, but for what it has said already: what threads are graded against. */
    private Map<String, Prediction> explore(List<Point> points, Set<String> known) {
        List<Point> asked =
                points.stream().filter(point -> !known.contains(point.key())).toList();
        out.println("Exploring " + count(asked) + " under SC, TSO and WEAK");
        return Predictions.of(asked, out);
    }

    private static String count(List<Point> points) {
        return points.size() == 1 ? "1 point" : points.size() + " points";
    }

    private static Duration sinceStart() {
        return Duration.ofMillis(System.currentTimeMillis()
                - ManagementFactory.getRuntimeMXBean().getStartTime());
    }
}
