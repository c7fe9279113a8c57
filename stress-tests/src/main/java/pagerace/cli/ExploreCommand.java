// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagerace.explore.Exploration;
import pagerace.explore.Prediction;
import pagerace.explore.Schedule;
import pagerace.explore.Transcript;
import pagerace.race.Catalogue;
import pagerace.race.Lifetime;
import pagerace.race.Nearest;
import pagerace.race.Outcome;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;
import pagerace.report.ExploredPoint;
import pagerace.terminal.Terminal;
import pagerace.verdict.PredictionSummary;
import pagerace.verdict.PredictionSummary.Explored;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Explores points exhaustively: a line for each, and for a single point its outcomes and its simplest schedule. */
@Command(
        name = "explore",
        description =
                "Explore every execution of the points under SC, TSO and WEAK. For a single point, print its outcomes"
                        + " and the simplest schedule to the forbidden one.",
        exitCodeList = {
            "0:explored",
            ExitCode.MEANS_CATALOGUE_IS_WRONG,
            ExitCode.MEANS_BAD_INPUT,
            ExitCode.MEANS_CRASHED
        },
        footer = {
            "WEAK is the kernel's memory model without load buffering: a read never sees a write that comes later in every"
                    + " order. Never under WEAK says nothing about load buffering."
        })
final class ExploreCommand implements Callable<Integer> {
    private static final List<Reachability> MODELS =
            List.of(Reachability.SEQUENTIAL, Reachability.SC, Reachability.TSO, Reachability.WEAK);

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "POINTS",
            defaultValue = "",
            completionCandidates = Completions.Variants.class,
            description =
                    "RACE, RACE/VARIANT or RACE/VARIANT[dimensions], the beginning of one, or a pattern with * and ?."
                            + " Default: all.")
    private String points = "";

    @Option(
            names = "--kernel",
            paramLabel = "RELEASE",
            description = "Only variants that this mainline release has: 5.15, 2.6.32.")
    private @Nullable String kernel;

    @Option(
            names = "--trace",
            description =
                    "Print the simplest schedule to the forbidden outcome of every point, not just of a single one.")
    private boolean trace;

    @Option(
            names = "--outcome",
            paramLabel = "WORD",
            description =
                    "Print the simplest schedule to this outcome, instead of the forbidden one, under the strongest"
                            + " memory model that reaches it.")
    private @Nullable String outcome;

    @Option(
            names = "--json",
            description =
                    "Print one object per line instead, for each point: key, recorded (the memory model from which on, by the"
                            + " catalogue, a forbidden outcome is reachable), and for each memory model outcomes, states,"
                            + " bound and digest. None of it comes from a cache.")
    private boolean json;

    @Mixin
    private CacheOption cacheOption = new CacheOption();

    @Mixin
    private SourceOption source = new SourceOption();

    private final Console out;

    ExploreCommand(Console out) {
        this.out = out;
    }

    @Override
    public Integer call() {
        List<Point> chosen = new Selection(Catalogue.RACES).selectAll(Kernels.filter(points, kernel));
        if (json) {
            return lines(chosen);
        }
        if (outcome != null) {
            check(outcome, chosen);
        }
        Kernels.caveat(kernel).ifPresent(caveat -> out.println(caveat + "."));
        Map<String, PredictionSummary> predictions = Predictions.of(chosen, cacheOption.open(), out);
        out.print(String.format(Locale.ROOT, "%-10s %9s %9s  %s%n", "reachable", "states", "ms", "point"));
        Terminal terminal = out.terminal();
        boolean agrees = true;
        for (Point point : chosen) {
            PredictionSummary prediction = predictions.getOrDefault(point.key(), PredictionSummary.NONE);
            String found = prediction.reachableFrom().inWords();
            boolean expected = agrees(point, prediction);
            agrees &= expected;
            String row = String.format(
                    Locale.ROOT,
                    "%-10s %,9d %9.0f  ",
                    found,
                    prediction.models().values().stream()
                            .mapToLong(Explored::states)
                            .sum(),
                    prediction.models().values().stream()
                            .mapToDouble(Explored::milliseconds)
                            .sum());
            String otherwise = "(the catalogue says " + point.reachableFrom().inWords() + ")";
            out.print(terminal.row(
                    row, point.key() + (expected ? "" : "  " + terminal.paint(Terminal.Colour.BAD, otherwise))));
            if (chosen.size() == 1) {
                outcomes(point, prediction);
            }
            if (outcome != null) {
                scheduleTo(point, outcome);
            } else if (trace || chosen.size() == 1) {
                schedule(point, prediction);
            }
        }
        return agrees ? ExitCode.PASSED : ExitCode.FAILED;
    }

    /** For programs; so how far it is goes elsewhere. */
    private int lines(List<Point> chosen) {
        if (trace || outcome != null || source.isAsked()) {
            throw new BadInput("Schedules are not for --json; leave out --trace, --outcome or --source.");
        }
        Map<String, PredictionSummary> predictions =
                Predictions.of(chosen, ExplorationCache.none(), new Console(System.err, out.terminal()));
        boolean agrees = true;
        for (Point point : chosen) {
            PredictionSummary prediction = predictions.getOrDefault(point.key(), PredictionSummary.NONE);
            out.print(ExploredPoint.of(point, prediction).line() + "\n");
            agrees &= agrees(point, prediction);
        }
        return agrees ? ExitCode.PASSED : ExitCode.FAILED;
    }

    private static boolean agrees(Point point, PredictionSummary prediction) {
        return point.reachableFrom() == Reachability.UNKNOWN || point.reachableFrom() == prediction.reachableFrom();
    }

    /** Which outcome is reachable under which model. */
    private void outcomes(Point point, PredictionSummary prediction) {
        Race race = Catalogue.race(point.race()).orElseThrow();
        out.println("\n" + race.question() + "\n");
        Terminal terminal = out.terminal();
        String head =
                String.format(Locale.ROOT, "%-26s %-10s %-5s %-5s %-5s ", "outcome", "sequential", "SC", "TSO", "WEAK");
        out.print(terminal.row(head, "story"));
        Set<String> reached = new TreeSet<>();
        prediction.models().values().forEach(model -> reached.addAll(model.outcomes()));
        for (Outcome outcome : outcomesOf(race)) {
            if (reached.contains(outcome.name())) {
                StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "%-26s ", outcome.name()));
                for (Reachability model : MODELS) {
                    String column = model == Reachability.SEQUENTIAL ? "%-10s " : "%-5s ";
                    row.append(
                            String.format(Locale.ROOT, column, prediction.allows(model, outcome.name()) ? "yes" : "-"));
                }
                out.print(terminal.row(row.toString(), outcome.mark() + ": " + outcome.sentence()));
            }
        }
    }

    /** All at once, before exploring takes its time. */
    private static void check(String word, List<Point> points) {
        for (String race : points.stream().map(Point::race).distinct().toList()) {
            List<String> words = outcomesOf(Catalogue.race(race).orElseThrow()).stream()
                    .map(Outcome::name)
                    .toList();
            if (!words.contains(word)) {
                throw new BadInput("The race " + race + " has no outcome " + word + "; "
                        + Nearest.hint(word, words, "explain " + race + " names its outcomes") + ".");
            }
        }
    }

    private void scheduleTo(Point point, String word) {
        String bound = null;
        for (Exploration<Outcome> exploration : Prediction.of(point).explorations()) {
            bound = bound == null ? exploration.bound() : bound;
            for (Map.Entry<Outcome, Schedule> each : exploration.schedules().entrySet()) {
                if (each.getKey().name().equals(word)) {
                    schedule(each.getKey(), exploration.level(), Predictions.tell(point, each.getValue()));
                    return;
                }
            }
        }
        if (bound == null) {
            out.println("\nNo execution of " + point.key() + " reaches " + word + ".");
        } else {
            out.println("\nUNKNOWN: exploring " + point.key() + " stopped at its bound (" + bound + ") before " + word
                    + ".");
        }
    }

    /** What threads can show, and what only the explored machine looks for. */
    private static List<Outcome> outcomesOf(Race race) {
        return Stream.concat(race.shown().stream(), Stream.of(Lifetime.values()))
                .toList();
    }

    private void schedule(Point point, PredictionSummary prediction) {
        prediction.schedules().entrySet().stream()
                .findFirst()
                .ifPresent(simplest -> outcomesOf(Catalogue.race(point.race()).orElseThrow()).stream()
                        .filter(outcome -> outcome.name().equals(simplest.getKey()))
                        .forEach(outcome -> schedule(
                                outcome,
                                simplest.getValue().under(),
                                simplest.getValue().transcript())));
    }

    private void schedule(Outcome outcome, Reachability model, Transcript transcript) {
        out.println("\nThe simplest schedule to " + outcome.name() + " under " + model.inWords() + ":");
        out.print(ScheduleText.of(transcript, outcome, out.terminal(), source.isAsked()) + "\n");
    }
}
