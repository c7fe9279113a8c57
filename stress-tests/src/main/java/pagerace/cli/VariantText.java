// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import pagerace.explore.Boxes;
import pagerace.explore.Exploration;
import pagerace.explore.Prediction;
import pagerace.explore.Schedule;
import pagerace.explore.Trace;
import pagerace.race.Dimension;
import pagerace.race.Outcome;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;
import pagerace.race.Variant;

/**
 * A variant, explained.
 *
 * @param text the explanation
 * @param agrees whether the explorer finds what the catalogue says
 */
record VariantText(String text, boolean agrees) {
    /** Explains the variant of {@code shown}, and explores it there. */
    static VariantText of(Race race, Point shown) {
        Variant variant = shown.variant();
        List<Point> places = race.points().stream()
                .filter(point -> point.variant() == variant)
                .toList();
        StringBuilder text = new StringBuilder(race.name() + "/" + variant.name() + '\n');
        text.append(Phrasing.paragraph("  ", variant.difference())).append('\n');
        text.append(field("kind", Phrasing.of(variant.kind())));
        text.append(variant.kernels().equals("-") ? "" : field("kernels", variant.kernels()));
        text.append(variant.commit().equals("-") ? "" : field("commit", variant.commit()));
        text.append(field("race", race.question()));
        text.append(byPlace("reachable", places, point -> Phrasing.of(point.reachableFrom())));
        text.append(byPlace("threads", places, VariantText::threads));
        text.append(byPlace("control", places, VariantText::control));
        text.append(steps(shown));
        text.append('\n').append(shown.key()).append('\n');
        for (Dimension dimension : shown.dimensions()) {
            text.append(field(dimension.dimension(), dimension.sentence()));
        }
        Prediction prediction = Prediction.untilForbidden(shown);
        boolean agrees =
                shown.reachableFrom() == prediction.reachableFrom() || shown.reachableFrom() == Reachability.UNKNOWN;
        text.append('\n').append(found(prediction));
        if (!agrees) {
            text.append("The catalogue says ")
                    .append(Phrasing.of(shown.reachableFrom()))
                    .append(".\n");
        }
        return new VariantText(text.toString(), agrees);
    }

    private static String field(String name, String value) {
        return Phrasing.paragraph(String.format(Locale.ROOT, "  %-9s  ", name), value);
    }

    /** What is said of the places of a variant: a line for each answer, with the places that it holds in. */
    private static String byPlace(String name, List<Point> places, Function<Point, String> answer) {
        Map<String, List<List<String>>> where = new LinkedHashMap<>();
        for (Point point : places) {
            where.computeIfAbsent(answer.apply(point), unused -> new ArrayList<>())
                    .add(labels(point));
        }
        List<List<String>> all = places.stream().map(VariantText::labels).toList();
        StringBuilder lines = new StringBuilder();
        where.forEach((said, here) -> lines.append(
                field(lines.isEmpty() ? name : "", where.size() == 1 ? said : said + "  " + boxes(here, all))));
        return lines.toString();
    }

    private static String boxes(List<List<String>> some, List<List<String>> all) {
        return String.join(" ", Boxes.cover(some, all));
    }

    private static List<String> labels(Point point) {
        return point.dimensions().stream().map(Dimension::label).toList();
    }

    private static String threads(Point point) {
        return point.stress() == Point.Stress.PLANNED ? "run it in every plan" : "do not run it: explored only";
    }

    private static String control(Point point) {
        if (point.control() != null) {
            return point.control().name();
        }
        return point.reachableFrom().isReachableOn(Reachability.TSO) ? "needs none: x86 shows its own" : "none";
    }

    private static String steps(Point point) {
        Map<String, List<String>> steps = new LinkedHashMap<>();
        for (Enum<?> step : point.steps()) {
            Class<?> operation = step.getDeclaringClass().getEnclosingClass();
            steps.computeIfAbsent(operation.getSimpleName(), unused -> new ArrayList<>())
                    .add(step.name());
        }
        StringBuilder lines = new StringBuilder();
        steps.forEach((operation, its) ->
                lines.append(field(lines.isEmpty() ? "steps" : "", operation + ": " + String.join(", ", its))));
        return lines.toString();
    }

    private static String found(Prediction prediction) {
        Reachability from = prediction.reachableFrom();
        List<Exploration<Outcome>> explorations = prediction.explorations();
        long states = explorations.stream().mapToLong(Exploration::states).sum();
        if (from == Reachability.NEVER) {
            return String.format(
                    Locale.ROOT,
                    "No execution reaches a forbidden outcome: all were explored, one actor after the other, and under"
                            + " SC, TSO and WEAK%n(%,d states).%n",
                    states);
        }
        Exploration<Outcome> last = explorations.get(explorations.size() - 1);
        if (from == Reachability.UNKNOWN) {
            return String.format(
                    Locale.ROOT,
                    "Nobody knows whether a forbidden outcome is reachable: exploring stopped at its bound under %s"
                            + " (%s).%n",
                    last.level(),
                    last.bound());
        }
        Map.Entry<Outcome, Schedule> simplest = last.schedules().entrySet().stream()
                .filter(each -> each.getKey().mark() == Outcome.Mark.FORBIDDEN)
                .findFirst()
                .orElseThrow();
        String without = explorations.stream()
                .map(Exploration::level)
                .filter(level -> level != from)
                .map(Phrasing::of)
                .collect(Collectors.joining(", "));
        return "The simplest schedule to " + simplest.getKey().name() + " under " + Phrasing.of(from)
                + (without.isEmpty() ? "" : " (not reachable under: " + without + ")") + "\n"
                + simplest.getKey().sentence() + "\n\n"
                + Trace.print(Predictions.tell(prediction.point(), simplest.getValue()));
    }
}
