// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pagerace.race.Catalogue;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;
import pagerace.race.Variant;
import pagerace.report.CatalogueLines;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what there is: a line for each race and variant, or for each point. */
@Command(
        name = "list",
        description =
                "List the races and their variants, one line each. A line begins with a name that explain, explore"
                        + " and stress understand.",
        footer = {
            "Columns of a variant: name, kernels, kind, the strongest memory model that reaches its forbidden outcome (from the"
                    + " best to the worst of its places), how it differs."
        },
        exitCodeList = {"0:listed", Main.MEANS_BAD_INPUT, Main.MEANS_CRASHED})
final class ListCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "RACE",
            completionCandidates = Candidates.Races.class,
            description = "Only this race. Default: all.")
    private @Nullable String race;

    @Option(names = "--points", description = "List the keys of all points instead, in every place of every variant.")
    private boolean points;

    @Option(
            names = "--json",
            description =
                    "Print an object per line and variant instead: race, name, origin, deadlocks, and for each of its points"
                            + " from where on a forbidden outcome is reachable.")
    private boolean json;

    private final PrintStream out;

    ListCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() {
        List<Race> asked = race == null ? Catalogue.RACES : List.of(new Selection(Catalogue.RACES).race(race));
        if (points && json) {
            throw new BadInput("The points stand in the lines of --json; leave out --points.");
        }
        StringBuilder lines = new StringBuilder();
        for (Race each : asked) {
            if (json) {
                each.variants()
                        .forEach(variant ->
                                lines.append(CatalogueLines.of(each, variant)).append('\n'));
            } else if (points) {
                each.points().forEach(point -> lines.append(point.key()).append('\n'));
            } else {
                lines.append(each.name()).append("  ").append(each.question()).append('\n');
                lines.append(variants(each, "  " + each.name() + "/"));
            }
        }
        out.print(lines);
        return Main.PASSED;
    }

    /** A line for each variant of {@code race}, in columns; names begin with {@code prefix}. */
    static String variants(Race race, String prefix) {
        Map<Variant, List<Reachability>> places = new LinkedHashMap<>();
        for (Point point : race.points()) {
            places.computeIfAbsent(point.variant(), unused -> new ArrayList<>()).add(point.reachableFrom());
        }
        List<List<String>> rows = new ArrayList<>();
        places.forEach((variant, from) -> rows.add(List.of(
                prefix + variant.name(),
                variant.kernels(),
                Words.of(variant.kind()),
                Words.range(from),
                variant.difference())));
        return columns(rows);
    }

    /** Rows of equally many cells; the last is as long as it likes. */
    private static String columns(List<List<String>> rows) {
        int last = rows.get(0).size() - 1;
        int[] widths = new int[last];
        for (List<String> row : rows) {
            for (int i = 0; i < last; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder lines = new StringBuilder();
        for (List<String> row : rows) {
            for (int i = 0; i < last; i++) {
                String cell = row.get(i);
                lines.append(cell).append(" ".repeat(widths[i] - cell.length() + 2));
            }
            lines.append(row.get(last)).append('\n');
        }
        return lines.toString();
    }
}
