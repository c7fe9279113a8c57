// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import pagerace.price.PriceFile;
import pagerace.race.Catalogue;
import pagerace.race.Nearest;
import pagerace.race.Point;
import pagerace.report.Journal;
import pagerace.report.Json;
import pagerace.report.Merge;
import pagerace.report.Regrading;
import pagerace.report.Report;
import pagerace.report.Run;
import pagerace.report.Session;
import pagerace.report.Shard;
import pagerace.report.Table;
import pagerace.verdict.Measurement;
import pagerace.verdict.PredictionSummary;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reports what runs left: measurements graded once more, a report in another format, several reports as one. */
@Command(
        name = "report",
        description = {
            "Grade and report again what a run measured, even one that was killed; or write a report in other formats; or,"
                    + " with --merge, add up the reports of several machines.",
        },
        exitCodeList = {
            ExitCode.MEANS_PASSED,
            ExitCode.MEANS_FAILED,
            ExitCode.MEANS_BAD_INPUT,
            ExitCode.MEANS_CRASHED,
            ExitCode.MEANS_UNDECIDED + ", or in a merge a shard is missing"
        })
final class ReportCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..*",
            paramLabel = "FILE",
            description =
                    "A measured.jsonl, which is graded again, or a report.json, whose verdicts must follow from what was"
                            + " measured. With --merge: each report.json. Default: target/pagerace/measured.jsonl.")
    private List<Path> files = new ArrayList<>();

    @Option(
            names = "--merge",
            description =
                    "Add up reports: shards of one campaign on one class of hosts, and classes of hosts beside each"
                            + " other. Reports that would count something twice are refused.")
    private boolean merge;

    @Option(
            names = "--format",
            split = ",",
            paramLabel = "FORMAT",
            description = "${COMPLETION-CANDIDATES}, one or several with commas. Default: json,html,junit.")
    private List<Format> formats = new ArrayList<>();

    @Option(
            names = "--output",
            paramLabel = "DIRECTORY",
            description = "Where the reports go. Default: beside the FILE; with --merge, target/pagerace.")
    private @Nullable Path output;

    @Option(names = "--schema", description = "Print the JSON Schema of report.json, and do nothing else.")
    private boolean schema;

    @Mixin
    private PricesOption prices = new PricesOption();

    @Mixin
    private CacheOption cacheOption = new CacheOption();

    @Mixin
    private Gate gate = new Gate();

    private final Console out;

    ReportCommand(Console out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException {
        if (schema) {
            out.print(Json.schema());
            return ExitCode.PASSED;
        }
        if (merge) {
            return merged();
        }
        if (files.size() > 1) {
            throw new BadInput("One file is reported at a time; with --merge, several reports are added up.");
        }
        Path file = files.isEmpty() ? new Outputs(Outputs.USUAL).journal() : files.get(0);
        return RunFiles.isReport(file) ? rendered(file) : graded(file);
    }

    /** A report in other formats. The file itself is left alone. */
    private int rendered(Path file) throws IOException {
        Report report = RunFiles.graded(file);
        if (prices.read() != null) {
            throw new BadInput("Prices are joined when measurements are graded; name the measured.jsonl of the run.");
        }
        Outputs outputs = outputs(file);
        List<Format> others = formats().stream()
                .filter(format -> !isSame(outputs.file(format), file))
                .toList();
        write(outputs, report, others);
        out.print(Table.of(report, out.terminal()));
        out.print(gate.warning(report));
        if (!Regrading.isPossible(Catalogue.RACES, report)) {
            out.println(
                    "Not graded again: the report is of another catalogue, or has fixes of a user that are not on the class"
                            + " path. Its verdicts are as they stand in " + file + ".");
        }
        if (!others.isEmpty()) {
            out.println(outputs.written(others));
        }
        return gate.code(report);
    }

    private int merged() throws IOException {
        if (files.isEmpty()) {
            throw new BadInput("There is nothing to merge; name each report.json.");
        }
        if (prices.read() != null) {
            throw new BadInput("Prices are joined when measurements are graded; give --prices to stress instead.");
        }
        Outputs outputs = new Outputs(output == null ? Outputs.USUAL : output);
        List<Merge.Source> sources = new ArrayList<>();
        for (Path file : files) {
            if (formats().stream().anyMatch(format -> isSame(outputs.file(format), file))) {
                throw new BadInput("The merged report would replace " + file
                        + ", which it is made of; name another directory by --output.");
            }
            sources.add(new Merge.Source(file.toString(), RunFiles.report(file)));
        }
        Merge merged = Merge.of(Catalogue.RACES, sources);
        List<String> missing = new ArrayList<>(merged.missing());
        missing.addAll(ShardPlan.missing(new Selection(Catalogue.RACES), merged.report()));
        Report report = merged.report().lacking(missing);
        write(outputs, report, formats());
        out.print(Table.of(report, out.terminal()));
        out.print(gate.warning(report));
        out.println(outputs.written(formats()));
        return gate.code(report);
    }

    /** Writes what stood in files, and may hold what nobody can show: a schedule out of order, for one. */
    private void write(Outputs outputs, Report report, List<Format> formats) throws IOException {
        try {
            outputs.write(report, formats);
        } catch (RuntimeException e) { // before anything was written
            throw new BadInput("Something in " + files + " cannot be shown: " + e + ".");
        }
    }

    /** What was measured, graded. */
    private int graded(Path file) throws IOException {
        Journal.Contents contents = RunFiles.measurements(file);
        Journal.Head head = contents.head();
        if (!head.catalogue().equals(Report.digest(Catalogue.RACES))) {
            throw new BadInput("The file " + file + " was measured with another catalogue, " + head.catalogue()
                    + "; this one is " + Report.digest(Catalogue.RACES) + ": measure again, or use the version it was"
                    + " measured with.");
        }
        @Nullable PriceFile priced = prices.read();
        Set<String> points = Catalogue.points().map(Point::key).collect(Collectors.toSet());
        Set<String> plan = new LinkedHashSet<>(head.plan());
        plan.stream().filter(point -> !points.contains(point)).findFirst().ifPresent(point -> {
            throw new BadInput("The file " + file + " plans the point " + point
                    + ", which this catalogue does not have; "
                    + Nearest.hint(point, points, "list --points names those it has") + ".");
        });
        @Nullable String damage = contents.damage();
        List<Measurement> measurements = new ArrayList<>();
        for (Measurement measurement : contents.measurements()) {
            if (Session.isDue(measurement.point(), plan)) {
                measurements.add(measurement);
            } else {
                damage = "the point " + measurement.point() + " was measured, and not planned; the nearest that was is "
                        + Nearest.to(measurement.point(), plan);
            }
        }
        ShardPlan shardPlan = shardPlan(head.run());
        if (plan.isEmpty() && !shardPlan.plan().isEmpty()) {
            throw new BadInput("The file " + file + " plans no point, and its run had "
                    + shardPlan.plan().get(0).key() + " to run; measure again.");
        }
        ExplorationCache cache = cacheOption.open();
        Map<String, PredictionSummary> predictions = Predictions.of(shardPlan.explored(), cache, out);
        Set<String> asked = new HashSet<>(shardPlan.asked());
        asked.addAll(plan);
        Report report = Report.of(
                Catalogue.RACES,
                asked,
                predictions,
                Predictions.necessity(shardPlan.stepsDropped(), predictions, cache, out),
                List.of(new Session(List.of(contents.run()), List.copyOf(plan), measurements, priced)));
        Outputs outputs = outputs(file);
        outputs.write(report, formats());
        out.print(Table.of(report, out.terminal()));
        out.println(outputs.written(formats()));
        if (damage != null) {
            throw new BadInput(
                    "In " + file + " " + damage + "; the other " + measurements.size() + " measurements are reported.");
        }
        return gate.code(report);
    }

    /** What to explore: what the run did, so that this report can take the place of the run's own, and be merged like it. */
    private static ShardPlan shardPlan(Run run) {
        return ShardPlan.of(
                new Selection(Catalogue.RACES),
                run.filter(),
                run.shard() == null ? null : Shard.parse(run.shard()),
                run.host().memoryModel(),
                Integer.MAX_VALUE);
    }

    private Outputs outputs(Path file) {
        return new Outputs(output == null ? file.toAbsolutePath().resolveSibling("") : output);
    }

    private List<Format> formats() {
        return formats.isEmpty() ? Format.USUAL : formats;
    }

    private static boolean isSame(Path one, Path other) {
        return one.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize());
    }
}
