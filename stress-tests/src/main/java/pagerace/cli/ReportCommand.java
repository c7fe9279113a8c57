// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pagerace.price.PriceFile;
import pagerace.race.Catalogue;
import pagerace.race.Point;
import pagerace.report.Journal;
import pagerace.report.Report;
import pagerace.report.Table;
import pagerace.verdict.Measurement;
import pagerace.verdict.Prediction;
import pagerace.verdict.Tally;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Grades and reports what a run measured, once more: after it was killed, or after the grading changed. */
@Command(name = "report", description = "Grade and report again what a run measured, even one that was killed.")
final class ReportCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FILE",
            defaultValue = "target/pagerace/measured.jsonl",
            description = "The measurements. Default: ${DEFAULT-VALUE}. The reports go to the same directory.")
    private Path file = Path.of("target", "pagerace", "measured.jsonl");

    @Mixin
    private Prices prices = new Prices();

    private final PrintStream out;

    ReportCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException {
        Journal.Contents contents = read();
        Journal.Head head = contents.head();
        if (!head.catalogue().equals(Report.digest(Catalogue.RACES))) {
            throw new BadInput("The file " + file + " was measured with another catalogue, " + head.catalogue()
                    + "; this one is " + Report.digest(Catalogue.RACES) + ": measure again, or use the version it was"
                    + " measured with.");
        }
        @Nullable PriceFile priced = prices.read();
        @Nullable String damage = contents.damage();
        List<Point> plan = Catalogue.points()
                .filter(point -> head.plan().contains(point.key()))
                .toList();
        Map<String, Prediction> predictions = Predictions.of(plan, out);
        Map<String, Tally> tallies = new LinkedHashMap<>();
        Predictions.settled(plan, predictions).forEach(point -> tallies.put(point.key(), new Tally(point)));
        long millis = 0;
        for (Measurement measurement : contents.measurements()) {
            Tally tally = tallies.get(measurement.point());
            if (tally == null) {
                damage = "this catalogue has no point " + measurement.point() + ", the nearest is "
                        + Selection.nearest(
                                measurement.point(),
                                Catalogue.points().map(Point::key).toList());
            } else {
                tally.add(measurement);
                millis += measurement.millis();
            }
        }
        Report report = Report.of(
                Catalogue.RACES,
                head.host(),
                new Report.Run(
                        head.filter(),
                        head.budget(),
                        contents.end() == null ? millis / 1000 : contents.end().elapsed(),
                        contents.end() != null),
                tallies,
                predictions,
                priced);
        Outputs outputs = new Outputs(file.toAbsolutePath().resolveSibling(""));
        outputs.begin();
        outputs.write(report);
        out.print(Table.of(report));
        if (damage != null) {
            throw new BadInput("In " + file + " " + damage + "; the "
                    + contents.measurements().size() + " measurements before it are reported.");
        }
        return report.fails() ? Main.FAILED : Main.PASSED;
    }

    private Journal.Contents read() {
        try {
            return Journal.read(file);
        } catch (NoSuchFileException e) {
            throw new BadInput("There is no file " + file + "; the nearest is " + nearestFile() + ".");
        } catch (IOException e) {
            throw new BadInput("The file " + file + " cannot be read as measurements; a run writes them to "
                    + new Outputs(Path.of("target", "pagerace")).journal() + ".");
        }
    }

    private String nearestFile() {
        Path usual = new Outputs(Path.of("target", "pagerace")).journal();
        return Files.exists(usual) ? usual.toString() : "made by the command stress";
    }
}
