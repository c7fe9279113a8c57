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
import pagerace.race.Dimension;
import pagerace.race.Outcome;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;
import pagerace.race.Variant;
import pagerace.report.Links;
import pagerace.terminal.Terminal;

/**
 * A variant, explained.
 *
 * @param text the explanation
 * @param agrees whether the explorer finds what the catalogue says
 */
record VariantText(String text, boolean agrees) {
    /**
     * Explains the variant of {@code shown}, and explores it there.
     *
     * @param source whether the schedule names lines of model code in any case
     */
    static VariantText of(Race race, Point shown, Terminal terminal, boolean source) {
        Variant variant = shown.variant();
        List<Point> places = race.points().stream()
                .filter(point -> point.variant() == variant)
                .toList();
        StringBuilder text = new StringBuilder(race.name() + "/" + variant.name() + '\n');
        text.append(terminal.paragraph("  ", variant.difference())).append('\n');
        Fields fields = new Fields(text, terminal);
        fields.add("kind", Phrasing.of(variant.kind()));
        fields.add("kernels", given(variant.kernels()));
        fields.add("commit", given(variant.commit()).stream().map(Links::commit).toList());
        fields.add("race", race.question());
        fields.add("reachable", byPlace(places, point -> point.reachableFrom().inWords()));
        fields.add("threads", byPlace(places, VariantText::threads));
        fields.add("control", byPlace(places, VariantText::control));
        fields.add("steps", steps(shown));
        text.append('\n').append(shown.key()).append('\n');
        for (Dimension dimension : shown.dimensions()) {
            fields.add(dimension.dimension(), dimension.sentence());
        }
        Prediction prediction = Prediction.untilForbidden(shown);
        boolean agrees =
                shown.reachableFrom() == prediction.reachableFrom() || shown.reachableFrom() == Reachability.UNKNOWN;
        text.append('\n').append(found(prediction, terminal, source));
        if (!agrees) {
            text.append("The catalogue says ")
                    .append(shown.reachableFrom().inWords())
                    .append(".\n");
        }
        return new VariantText(text.toString(), agrees);
    }

    /**
     * Appends what is said under a name, each value as a paragraph.
     *
     * @param text what it is appended to
     * @param terminal what it has to fit
     */
    private record Fields(StringBuilder text, Terminal terminal) {
        void add(String name, String value) {
            add(name, List.of(value));
        }

        void add(String name, List<String> values) {
            String label = name;
            for (String value : values) {
                text.append(terminal.paragraph(String.format(Locale.ROOT, "  %-9s  ", label), value));
                label = "";
            }
        }
    }

    /** What stands in the catalogue, unless that is a dash. */
    private static List<String> given(String value) {
        return value.equals("-") ? List.of() : List.of(value);
    }

    /** What is said of the places of a variant: for each answer, in which places it holds. */
    private static List<String> byPlace(List<Point> places, Function<Point, String> answer) {
        Map<String, List<List<String>>> where = new LinkedHashMap<>();
        for (Point point : places) {
            where.computeIfAbsent(answer.apply(point), unused -> new ArrayList<>())
                    .add(labels(point));
        }
        List<List<String>> all = places.stream().map(VariantText::labels).toList();
        return where.size() == 1
                ? List.copyOf(where.keySet())
                : where.entrySet().stream()
                        .map(each -> each.getKey() + "  " + boxes(each.getValue(), all))
                        .toList();
    }

    private static String boxes(List<List<String>> some, List<List<String>> all) {
        return String.join(" ", Boxes.cover(some, all));
    }

    private static List<String> labels(Point point) {
        return point.dimensions().stream().map(Dimension::label).toList();
    }

    private static String threads(Point point) {
        if (point.stress() != Point.Stress.PLANNED) {
            return "do not run it: explored only";
        }
        return point.actors() == 2 ? "run it in every plan" : "run it in every plan, where three CPUs are free";
    }

    private static String control(Point point) {
        if (point.control() != null) {
            return point.control().name();
        }
        return point.reachableFrom().isReachableOn(Reachability.TSO)
                ? "none needed: x86 allows this variant's own bug, so threads can show it"
                : "none";
    }

    private static List<String> steps(Point point) {
        Map<String, List<String>> steps = new LinkedHashMap<>();
        for (Enum<?> step : point.steps()) {
            Class<?> operation = step.getDeclaringClass().getEnclosingClass();
            steps.computeIfAbsent(operation.getSimpleName(), unused -> new ArrayList<>())
                    .add(step.name());
        }
        return steps.entrySet().stream()
                .map(each -> each.getKey() + ": " + String.join(", ", each.getValue()))
                .toList();
    }

    private static String found(Prediction prediction, Terminal terminal, boolean source) {
        Reachability from = prediction.reachableFrom();
        List<Exploration<Outcome>> explorations = prediction.explorations();
        long states = explorations.stream().mapToLong(Exploration::states).sum();
        if (from == Reachability.NEVER) {
            return terminal.fit(String.format(
                    Locale.ROOT,
                    "No execution reaches a forbidden outcome: all were explored, one actor after the other, and under"
                            + " SC, TSO and WEAK%n(%,d states).%n",
                    states));
        }
        Exploration<Outcome> last = explorations.get(explorations.size() - 1);
        if (from == Reachability.UNKNOWN) {
            return terminal.fit(String.format(
                    Locale.ROOT,
                    "Nobody knows whether a forbidden outcome is reachable: exploring stopped at its bound under %s"
                            + " (%s).%n",
                    last.level(),
                    last.bound()));
        }
        Map.Entry<Outcome, Schedule> simplest = last.schedules().entrySet().stream()
                .filter(each -> each.getKey().mark() == Outcome.Mark.FORBIDDEN)
                .findFirst()
                .orElseThrow();
        String without = explorations.stream()
                .map(Exploration::level)
                .filter(level -> level != from)
                .map(Reachability::inWords)
                .collect(Collectors.joining(", "));
        return terminal.fit("The simplest schedule to " + simplest.getKey().name() + " under " + from.inWords()
                        + (without.isEmpty() ? "" : " (not reachable under: " + without + ")") + "\n"
                        + simplest.getKey().sentence() + "\n\n")
                + ScheduleText.of(
                        Predictions.tell(prediction.point(), simplest.getValue()), simplest.getKey(), terminal, source);
    }
}
