// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import pagerace.race.Dimension;
import pagerace.race.Outcome;
import pagerace.race.Race;
import pagerace.report.Links;
import pagerace.terminal.Terminal;

/** A race, explained. */
final class RaceText {
    private RaceText() {}

    static String of(Race race, Terminal terminal) {
        StringBuilder text = new StringBuilder(race.name()).append('\n');
        text.append(terminal.paragraph("  ", race.question())).append('\n');
        text.append(terminal.paragraph("  anchor     ", race.anchor()));
        String name = "  read       ";
        for (String reference : race.references()) {
            text.append(terminal.paragraph(name, Links.spelled(reference)));
            name = " ".repeat(name.length());
        }
        text.append(terminal.paragraph("  invariant  ", race.invariant()));
        text.append(terminal.paragraph("  actors     ", String.join(", ", race.actors())));
        text.append("\nOutcomes\n").append(outcomes(race, terminal));
        text.append("\nA schedule that breaks it, in words\n").append(schedule(race, terminal));
        text.append("\nNot modelled\n");
        text.append(terminal.paragraph("  ", "missed = PageRace would not find a bug there"));
        text.append(terminal.paragraph("  ", "false alarms, may reach more = PageRace may report what no kernel does"));
        race.notModelled().forEach(omission -> text.append(terminal.paragraph("  - ", omission)));
        if (!race.dimensions().isEmpty()) {
            text.append("\nDimensions, in the order of a key\n");
            race.dimensions().forEach(values -> text.append(dimension(values, terminal)));
        }
        text.append("\nVariants\n").append(terminal.fit(ListCommand.REACHABLE));
        return text.append(ListCommand.variants(race, terminal)).toString();
    }

    /**
     * The race's drawing. Of two columns, what does not fit right of the bar goes on there; three columns that do not fit become a
     * line for each step, with the name of its actor, the later actors further in.
     */
    private static String schedule(Race race, Terminal terminal) {
        List<String> lines = race.breakingSchedule().lines().toList();
        boolean fits = lines.stream()
                .filter(line -> line.contains("|"))
                .allMatch(line -> 2 + line.length() <= terminal.columns());
        if (fits || race.actors().size() == 2) {
            return lines.stream().map(line -> beside(line, terminal)).collect(Collectors.joining());
        }
        String head =
                Stream.of(lines.get(0).split("\\|", -1)).map(String::strip).collect(Collectors.joining(", "));
        return terminal.row("  ", head)
                + lines.stream()
                        .skip(1)
                        .map(line -> below(line, race.actors(), terminal))
                        .collect(Collectors.joining());
    }

    private static String beside(String line, Terminal terminal) {
        int column = line.indexOf("| ") + 2;
        return column == 1
                ? terminal.row("  ", line)
                : terminal.row("  " + line.substring(0, column), line.substring(column));
    }

    private static String below(String line, List<String> actors, Terminal terminal) {
        String[] cells = line.split("\\|", -1);
        if (cells.length == 1) {
            return terminal.row("  ", line);
        }
        return IntStream.range(0, cells.length)
                .filter(actor -> !cells[actor].isBlank())
                .mapToObj(actor -> terminal.row(
                        " ".repeat(2 + ScheduleText.LANE * actor), actors.get(actor) + ": " + cells[actor].strip()))
                .collect(Collectors.joining());
    }

    private static String outcomes(Race race, Terminal terminal) {
        StringBuilder text = new StringBuilder();
        List<Outcome> outcomes = race.shown();
        int width = outcomes.stream()
                .mapToInt(outcome -> outcome.name().length())
                .max()
                .orElse(0);
        for (Outcome outcome : outcomes) {
            String mark = outcome.mark().name().toLowerCase(Locale.ROOT);
            text.append(terminal.paragraph(
                    String.format(Locale.ROOT, "  %-" + width + "s  %-9s  ", outcome.name(), mark),
                    outcome.sentence()));
        }
        return text.toString();
    }

    private static String dimension(List<? extends Dimension> values, Terminal terminal) {
        StringBuilder text = new StringBuilder();
        int width =
                values.stream().mapToInt(value -> value.label().length()).max().orElse(0);
        String name = values.get(0).dimension();
        for (Dimension value : values) {
            text.append(terminal.paragraph(
                    String.format(Locale.ROOT, "  %-9s  %-" + width + "s  ", name, value.label()), value.sentence()));
            name = "";
        }
        return text.toString();
    }
}
