// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import pagerace.explore.Necessity;
import pagerace.explore.Orderings;
import pagerace.race.Catalogue;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.report.CatalogueLines;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says of each step of the present kernel's fix, and of a user's own, whether it is needed. */
@Command(
        name = "necessity",
        description =
                "Drop in turn each step of the present kernel's variants and of your fixes, and try every declared mutant:"
                        + " does the forbidden outcome become reachable, and from which memory model on?",
        exitCodeList = {"0:explored", ExitCode.MEANS_BAD_INPUT, ExitCode.MEANS_CRASHED})
final class NecessityCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "POINTS",
            defaultValue = "",
            completionCandidates = Completions.Variants.class,
            description =
                    "As for explore. With a key: only in that place; with a fix of yours: only its steps. Default: all races,"
                            + " which takes under a minute.")
    private String points = "";

    @Option(
            names = "--orderings",
            description =
                    "Also take away each fence, acquire, release, full order and lock of the chosen points, by source"
                            + " line.")
    private boolean orderings;

    @Option(
            names = "--json",
            description =
                    "Print one object per line instead, for each step and each thing that is said of it: race, mutant,"
                            + " difference, original, verdict, words, and the places where that holds.")
    private boolean json;

    private final Console out;

    NecessityCommand(Console out) {
        this.out = out;
    }

    @Override
    public Integer call() {
        if (orderings && json) {
            throw new BadInput("Orderings have no form for --json yet; leave out --orderings.");
        }
        List<Point> chosen = new Selection(Catalogue.RACES).selectAll(points);
        for (Race race : Catalogue.RACES) {
            List<Point> here = chosen.stream()
                    .filter(point -> point.race().equals(race.name()))
                    .toList();
            if (!here.isEmpty()) {
                Necessity necessity = Necessity.of(race, wanted(here), Map.of());
                if (json) {
                    necessity.rows().forEach(row -> out.print(CatalogueLines.of(race, row) + "\n"));
                    continue;
                }
                out.print(out.terminal().fit(necessity.table()));
                if (orderings) {
                    here.forEach(point ->
                            out.print(out.terminal().fit(Orderings.of(point).table())));
                }
            }
        }
        return ExitCode.PASSED;
    }

    /** Who asks for own fixes only means their steps; else all mutants of the race are meant, in the places of the points. */
    private static BiPredicate<Point, Point> wanted(List<Point> points) {
        if (points.stream().allMatch(point -> point.variant().isOwn())) {
            Set<String> keys = points.stream().map(Point::key).collect(Collectors.toSet());
            return (mutant, original) -> keys.contains(original.key());
        }
        Set<String> places = points.stream().map(Point::place).collect(Collectors.toSet());
        return (mutant, original) -> places.contains(mutant.place());
    }
}
