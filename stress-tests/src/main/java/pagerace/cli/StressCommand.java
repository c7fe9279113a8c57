// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
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
import pagerace.report.Run;
import pagerace.report.Shard;
import pagerace.stress.JcstressEngine;
import pagerace.stress.Limits;
import pagerace.stress.StressRun;
import pagerace.verdict.Host;
import pagerace.verdict.PredictionSummary;
import pagerace.verdict.Tally;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Explores, runs the plan on real threads, grades it against the prediction, and reports. */
@Command(
        name = "stress",
        description = "Explore, run the planned points on real threads, and grade them.",
        exitCodeList = {
            ExitCode.MEANS_PASSED,
            ExitCode.MEANS_FAILED,
            ExitCode.MEANS_BAD_INPUT,
            ExitCode.MEANS_CRASHED,
            ExitCode.MEANS_UNDECIDED
        })
final class StressCommand implements Callable<Integer> {
    @Option(
            names = "--budget",
            paramLabel = "TIME",
            defaultValue = Budget.AUTO,
            description =
                    "How long the threads may take, after the exploration. auto: until the plan has what it demands, at most 12"
                            + " minutes in which all actors really ran at once, and at most 30 by the clock; --forks multiplies both. A time (4m,"
                            + " 240s, PT4M) is used up in full. Default: ${DEFAULT-VALUE}.")
    private String budget = Budget.AUTO;

    @Option(
            names = "--filter",
            paramLabel = "POINTS",
            defaultValue = "",
            completionCandidates = Completions.Variants.class,
            description = "Which points: RACE, RACE/VARIANT or RACE/VARIANT[dimensions], the beginning of one, or a"
                    + " pattern with * and ?. Their controls come along.")
    private String filter = "";

    @Option(
            names = "--kernel",
            paramLabel = "RELEASE",
            description =
                    "Only variants that this mainline release has: 5.15, 2.6.32. The run's reports show it as part"
                            + " of the filter: POINTS@RELEASE.")
    private @Nullable String kernel;

    @Option(
            names = "--shard",
            paramLabel = "I/N",
            converter = ShardConverter.class,
            description =
                    "Only part I of N of these points, so that N machines share them; report --merge adds the parts"
                            + " up. The budget is that of each part. Default: all.")
    private @Nullable Shard shard;

    @Option(
            names = "--output",
            paramLabel = "DIRECTORY",
            defaultValue = "target/pagerace",
            description = "Where report.json, report.html, junit.xml and measured.jsonl go. Default: ${DEFAULT-VALUE}.")
    private Path output = Outputs.USUAL;

    @Option(
            names = "--cpus",
            paramLabel = "N",
            description =
                    "Use at most N CPUs, 2 at least. A fork uses a CPU for each of its two or three actors. Default: all"
                            + " that this process may use.")
    private @Nullable Integer cpus;

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
    private PricesOption prices = new PricesOption();

    @Mixin
    private CacheOption cacheOption = new CacheOption();

    @Mixin
    private Gate gate = new Gate();

    @Spec
    private @Nullable CommandSpec spec;

    private final Console out;

    StressCommand(Console out) {
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
        outputs.unmark();
        Prepared prepared = prepared();
        return outputs.alone(() -> run(prepared, outputs));
    }

    /**
     * What is known of a run before its directory is made: most that can be refused.
     *
     * @param run the run, as it begins
     * @param limits how long the threads may take
     * @param shardPlan what it has of its campaign
     * @param points the points that threads run, own ones as the explorer found them
     * @param predictions what was explored for that
     * @param cache where explored points are kept
     * @param priced what was timed; null if nothing was
     */
    private record Prepared(
            Run run,
            Limits limits,
            ShardPlan shardPlan,
            List<Point> points,
            Map<String, PredictionSummary> predictions,
            ExplorationCache cache,
            @Nullable PriceFile priced) {}

    private Prepared prepared() {
        Host host = Host.current();
        Limits limits = Budget.limits(budget).times(Math.max(1, forks.atLeast()));
        String asked = Kernels.filter(filter, kernel);
        ShardPlan shardPlan =
                ShardPlan.of(new Selection(Catalogue.RACES), asked, shard, host.memoryModel(), cpus(host));
        forks.check();
        // What the plan demands of an own fix depends on what the explorer finds.
        ExplorationCache cache = cacheOption.open();
        Map<String, PredictionSummary> predictions = new LinkedHashMap<>(Predictions.of(
                shardPlan.plan().stream()
                        .filter(point -> point.variant().isOwn())
                        .toList(),
                cache,
                out));
        List<Point> points = shardPlan.plan().stream()
                .map(point -> predictions
                        .getOrDefault(point.key(), PredictionSummary.NONE)
                        .settle(point))
                .toList();
        Duration minimum = StressRun.minimum(points, host.memoryModel(), forks.atLeast());
        if (!points.isEmpty() && limits.clock().compareTo(minimum) < 0) {
            throw new BadInput(
                    "A budget of " + Budget.text(limits.clock()) + " is less than the " + Budget.text(minimum)
                            + " that the plan for " + count(points)
                            + " needs at least; give it that much, or choose fewer points by a filter.");
        }
        @Nullable PriceFile priced = prices.read();
        Run run = new Run(
                UUID.randomUUID().toString(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                Version.number(),
                label,
                host,
                asked,
                shard == null ? null : shard.toString(),
                forks.flags(),
                forks.atLeast(),
                limits.isByNeed() ? 0 : limits.clock().toSeconds(),
                0,
                false);
        return new Prepared(run, limits, shardPlan, points, predictions, cache, priced);
    }

    /**
     * How many CPUs may be busy at once.
     *
     * @throws BadInput if that is none, or more than there are
     */
    private int cpus(Host host) {
        int all = host.cpus();
        if (cpus == null) {
            return all;
        }
        if (cpus > all) {
            throw new BadInput("--cpus " + cpus + " is more than this process may use; the most is " + all + ".");
        }
        if (cpus < 2) {
            throw new BadInput(
                    "--cpus " + cpus + " is too few: a fork needs a CPU for each of its actors; the fewest is 2.");
        }
        return cpus;
    }

    private int run(Prepared prepared, Outputs outputs) throws IOException {
        outputs.discard();
        Kernels.caveat(kernel).ifPresent(caveat -> out.println(caveat + "."));
        ShardPlan shardPlan = prepared.shardPlan;
        List<Point> points = prepared.points;
        Limits limits = prepared.limits;
        Map<String, PredictionSummary> predictions = prepared.predictions;
        predictions.putAll(explore(shardPlan.explored(), Set.copyOf(predictions.keySet()), prepared.cache));
        Map<String, List<Necessity.Row>> necessity =
                Predictions.necessity(shardPlan.stepsDropped(), predictions, prepared.cache, out);
        Duration before = sinceStart();
        out.println(
                points.isEmpty()
                        ? "Shard " + shard + " has no point for threads: fewer shards would do."
                        : count(points) + " on real threads "
                                + (limits.isByNeed() ? "until they have what they need, for at most " : "in ")
                                + Budget.text(limits.clock()) + forks.inWords() + "; probing the VM");
        StressSession session = new StressSession(
                Catalogue.RACES,
                prepared.run,
                points.stream().map(Tally::new).toList(),
                shardPlan.asked(),
                predictions,
                necessity,
                prepared.priced,
                limits,
                () -> sinceStart().minus(before),
                outputs,
                gate);
        return session.run(
                () -> JcstressEngine.start(prepared.run.id(), forks.jvmArguments(), cpus(prepared.run.host())),
                out,
                Runtime.getRuntime()::addShutdownHook);
    }

    /** What the explorer says of these points, but for what it has said already: what threads are graded against. */
    private Map<String, PredictionSummary> explore(List<Point> points, Set<String> known, ExplorationCache cache) {
        List<Point> asked =
                points.stream().filter(point -> !known.contains(point.key())).toList();
        out.println("Exploring " + count(asked) + " under SC, TSO and WEAK");
        return Predictions.of(asked, cache, out);
    }

    private static String count(List<Point> points) {
        return points.size() == 1 ? "1 point" : points.size() + " points";
    }

    private static Duration sinceStart() {
        return Duration.ofMillis(System.currentTimeMillis()
                - ManagementFactory.getRuntimeMXBean().getStartTime());
    }
}
