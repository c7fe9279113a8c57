// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.util.List;
import java.util.Locale;
import pagerace.race.Dimension;
import pagerace.race.Outcome;
import pagerace.race.Race;

/** A race, explained. */
final class RaceText {
    private RaceText() {}

    static String of(Race race) {
        StringBuilder text = new StringBuilder(race.name()).append('\n');
        text.append(Phrasing.paragraph("  ", race.question())).append('\n');
        text.append(Phrasing.paragraph("  anchor     ", race.anchor()));
        String name = "  read       ";
        for (String reference : race.references()) {
            text.append(Phrasing.paragraph(name, reference));
            name = " ".repeat(name.length());
        }
        text.append(Phrasing.paragraph("  invariant  ", race.invariant()));
        text.append(Phrasing.paragraph("  actors     ", String.join(", ", race.actors())));
        text.append("\nOutcomes\n").append(outcomes(race));
        text.append("\nA schedule that breaks it\n")
                .append(race.breakingSchedule().stripTrailing().indent(2));
        text.append(
                "\nNot modelled (missed: a bug there would not be found; false alarms, may reach more: the model does"
                        + " what no kernel does)\n");
        race.notModelled().forEach(omission -> text.append(Phrasing.paragraph("  - ", omission)));
        if (!race.dimensions().isEmpty()) {
            text.append("\nDimensions, in the order of a key\n");
            race.dimensions().forEach(values -> text.append(dimension(values)));
        }
        text.append("\nVariants: kernels, kind, from where on the forbidden outcome is reachable, difference\n");
        return text.append(ListCommand.variants(race, "  ")).toString();
    }

    private static String outcomes(Race race) {
        StringBuilder text = new StringBuilder();
        List<Outcome> outcomes = race.shown();
        int width = outcomes.stream()
                .mapToInt(outcome -> outcome.name().length())
                .max()
                .orElse(0);
        for (Outcome outcome : outcomes) {
            String mark = outcome.mark().name().toLowerCase(Locale.ROOT);
            text.append(Phrasing.paragraph(
                    String.format(Locale.ROOT, "  %-" + width + "s  %-9s  ", outcome.name(), mark),
                    outcome.sentence()));
        }
        return text.toString();
    }

    private static String dimension(List<? extends Dimension> values) {
        StringBuilder text = new StringBuilder();
        int width =
                values.stream().mapToInt(value -> value.label().length()).max().orElse(0);
        String name = values.get(0).dimension();
        for (Dimension value : values) {
            text.append(Phrasing.paragraph(
                    String.format(Locale.ROOT, "  %-9s  %-" + width + "s  ", name, value.label()), value.sentence()));
            name = "";
        }
        return text.toString();
    }
}
