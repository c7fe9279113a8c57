// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import pagerace.price.PriceFile;
import pagerace.race.Catalogue;
import pagerace.race.Point;
import pagerace.report.Journal;
import pagerace.report.Report;
import pagerace.report.Table;
import pagerace.stress.JcstressEngine;
import pagerace.stress.StressRun;
import pagerace.verdict.Host;
import pagerace.verdict.Prediction;
import pagerace.verdict.Tally;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Explores, runs the plan on real threads, grades it against the prediction, and reports. */
@Command(
        name = "stress",
        description = "Explore, run the planned points on real threads within a budget, and grade them.")
final class StressCommand implements Callable<Integer> {
    @Option(
            names = "--budget",
            paramLabel = "TIME",
            defaultValue = "9m",
            description =
                    "How long the threads may take, after the exploration: 4m, 240s, PT4M. Default: ${DEFAULT-VALUE}.")
    private String budget = "9m";

    @Option(
            names = "--filter",
            paramLabel = "POINTS",
            defaultValue = "",
            description = "Which points: RACE, RACE/VARIANT or RACE/VARIANT[dimensions], the beginning of one, or a"
                    + " pattern with * and ?. Their controls come along.")
    private String filter = "";

    @Option(
            names = "--output",
            paramLabel = "DIRECTORY",
            defaultValue = "target/pagerace",
            description = "Where report.json, junit.xml and measured.jsonl go. Default: ${DEFAULT-VALUE}.")
    private Path output = Path.of("target", "pagerace");

    @Mixin
    private Prices prices = new Prices();

    private final PrintStream out;

    StressCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException {
        Outputs outputs = new Outputs(output);
        outputs.begin();
        Host host = Host.current();
        Duration time = Budget.parse(budget);
        List<Point> chosen = new Selection(Catalogue.RACES).select(filter);
        // What the plan demands of an own fix depends on what the explorer finds.
        Map<String, Prediction> predictions = new LinkedHashMap<>(Predictions.of(
                chosen.stream().filter(point -> point.variant().isOwn()).toList(), out));
        List<Point> points = Predictions.settled(chosen, predictions);
        Duration minimum = StressRun.minimum(points, host.memoryModel());
        if (time.compareTo(minimum) < 0) {
            throw new BadInput("A budget of " + Budget.text(time) + " is less than the " + Budget.text(minimum)
                    + " that the plan for " + count(points)
                    + " needs at least; give it that much, or choose fewer points by a filter.");
        }
        @Nullable PriceFile priced = prices.read();
        Map<String, Tally> tallies =
                points.stream().collect(Collectors.toMap(Point::key, Tally::new, (a, b) -> a, LinkedHashMap::new));
        Journal.Head head = new Journal.Head(
                Report.SCHEMA,
                host,
                filter,
                time.toSeconds(),
                Report.digest(Catalogue.RACES),
                List.copyOf(tallies.keySet()));
        outputs.discard();
        predictions.putAll(explore(points, predictions.keySet()));
        Duration before = sinceStart();
        out.println(count(points) + " on real threads in " + Budget.text(time) + "; probing the VM");
        Ending ending = new Ending(complete -> {
            Duration elapsed = sinceStart().minus(before);
            Report report = Report.of(
                    Catalogue.RACES,
                    host,
                    new Report.Run(filter, time.toSeconds(), elapsed.toSeconds(), complete),
                    tallies,
                    predictions,
                    priced);
            outputs.write(report);
            out.print(Table.of(report));
            out.println("Reports: " + output.toAbsolutePath().normalize());
            out.flush();
            return complete && !report.fails() ? Main.PASSED : Main.FAILED;
        });
        int code;
        try (Journal journal = new Journal(outputs.journal(), head)) {
            code = ending.of(() -> measure(host, before, time, List.copyOf(tallies.values()), journal, ending));
        }
        if (code == Main.PASSED) {
            outputs.pass();
        }
        return code;
    }

    /** Whether the run went on to its end. */
    private boolean measure(
            Host host, Duration before, Duration time, List<Tally> plan, Journal journal, Ending ending) {
        try (@Nullable JcstressEngine engine = JcstressEngine.start()) {
            if (engine == null) {
                return false;
            }
            StressRun run = new StressRun(
                    plan,
                    host.memoryModel(),
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

    /** What the explorer says of the whole catalogue, or of the chosen points, but for what it has said already. */
    private Map<String, Prediction> explore(List<Point> points, Set<String> known) {
        List<Point> asked = (filter.isBlank() ? Catalogue.points() : points.stream())
                .filter(point -> !known.contains(point.key()))
                .toList();
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
