// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import pagerace.kernel.Commit;
import pagerace.kernel.Release;
import pagerace.race.Catalogue;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;
import pagerace.race.Variant;
import pagerace.report.CatalogueLines;
import pagerace.terminal.Columns;
import pagerace.terminal.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what there is: a line for each race and variant, or for each point. */
@Command(
        name = "list",
        description =
                "List the races, and under each its variants. explain, explore and stress understand RACE and RACE/VARIANT.",
        footer = {
            "Kernels are mainline releases. Stable series and distributions carry many of the fixes in older ones.",
            "With --kernel, the last column says which commits fixed it later, as far as the catalogue knows."
        },
        exitCodeList = {"0:listed", ExitCode.MEANS_BAD_INPUT, ExitCode.MEANS_CRASHED})
final class ListCommand implements Callable<Integer> {
    /** What the column of that name says, for whom "never .. sequential" is no order. */
    static final String REACHABLE =
            "reachable: the strongest memory model under which the forbidden outcome is reachable,"
                    + " from the best to the worst place of the variant. never < WEAK < TSO < SC < sequential; sequential means that it"
                    + " goes wrong without any race.\n";

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "RACE",
            completionCandidates = Completions.Races.class,
            description = "Only this race. Default: all.")
    private @Nullable String race;

    @Option(names = "--points", description = "List the keys of all points instead, in every place of every variant.")
    private boolean points;

    @Option(
            names = "--json",
            description =
                    "Print one object per line instead, for each variant: race, name, origin, deadlocks, and for each of its"
                            + " points the memory model from which on a forbidden outcome is reachable.")
    private boolean json;

    @Option(
            names = "--kernel",
            paramLabel = "RELEASE",
            description =
                    "Only variants that this mainline release has: 5.15, 2.6.32; an update such as 6.1.27 counts as its"
                            + " mainline release.")
    private @Nullable String kernel;

    @Option(
            names = "--broken",
            description =
                    "With --kernel: only variants, and with --points only points, whose forbidden outcome is reachable.")
    private boolean broken;

    @Option(
            names = "--commits",
            description =
                    "List instead the commits that begin or end the ranges: id, first release, how that is known, CVE, stable"
                            + " updates known to carry it, what it does. A narrow terminal drops the CVE and the stable updates.")
    private boolean commits;

    private final Console out;

    ListCommand(Console out) {
        this.out = out;
    }

    @Override
    public Integer call() {
        List<Race> asked = race == null ? Catalogue.RACES : List.of(new Selection(Catalogue.RACES).race(race));
        if (points && json) {
            throw new BadInput("The points stand in the lines of --json; leave out --points.");
        }
        if (broken && kernel == null) {
            throw new BadInput(
                    "--broken asks about one release; name it by --kernel, for instance --kernel 5.15 --broken.");
        }
        if (commits && (race != null || points || json || kernel != null)) {
            throw new BadInput("--commits lists the whole table; leave out what else you asked for.");
        }
        if (commits) {
            out.print(lines(commits(), new Columns(out.terminal(), "", commits(), Set.of(), List.of(4, 3))));
            return ExitCode.PASSED;
        }
        Release release = kernel == null ? null : Kernels.release(kernel);
        Terminal terminal = out.terminal();
        StringBuilder lines = new StringBuilder();
        for (Race each : asked) {
            BiPredicate<Race, Variant> wanted = (race, variant) -> isWanted(race, variant, release);
            if (json) {
                each.variants().stream()
                        .filter(variant -> wanted.test(each, variant))
                        .forEach(variant ->
                                lines.append(CatalogueLines.of(each, variant)).append('\n'));
            } else if (points) {
                each.points().stream()
                        .filter(point -> wanted.test(each, point.variant())
                                && (!broken || point.reachableFrom() != Reachability.NEVER))
                        .forEach(point -> lines.append(point.key()).append('\n'));
            } else if (each.variants().stream().anyMatch(variant -> wanted.test(each, variant))) {
                lines.append(terminal.row(each.name() + "  ", each.question()));
                lines.append(variants(each, terminal, variant -> wanted.test(each, variant), release));
            }
        }
        if (!json && !points) {
            lines.insert(0, heading(release, lines.isEmpty(), terminal));
        }
        out.print(lines.toString());
        return ExitCode.PASSED;
    }

    private boolean isWanted(Race race, Variant variant, @Nullable Release release) {
        return release == null
                || (Kernels.has(release, variant) && (!broken || Kernels.worst(race, variant) != Reachability.NEVER));
    }

    private String heading(@Nullable Release release, boolean nothing, Terminal terminal) {
        String title = release == null ? "" : title(release, nothing) + "\n";
        String weak = release == null
                ? ""
                : "If only WEAK reaches it, treat it as a candidate of this abstraction, not as a kernel bug.\n";
        return nothing ? terminal.fit(title) : terminal.fit(title + REACHABLE + weak) + "\n";
    }

    private String title(Release release, boolean nothing) {
        String what = nothing
                ? broken ? "nothing that the catalogue has is broken" : "the catalogue has nothing of it"
                : broken ? "what is broken" : "what the catalogue has of it";
        return Kernels.caveat(kernel).orElseGet(() -> "Linux " + answeredAs(release)) + ": " + what + "."
                + (release.candidate() ? "" : " Stable updates may carry later fixes.");
    }

    /** What the ranges of the catalogue can say of {@code release}: they are ranges of mainline releases. */
    private static String answeredAs(Release release) {
        if (release.candidate()) {
            return release + ", a candidate";
        }
        return release.isMainline()
                ? release + " as it was released"
                : release + ", answered as " + release.mainline() + " and variants that only a stable update has";
    }

    private static List<List<String>> commits() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("commit", "first in", "known", "CVE", "stable updates", "what it does"));
        for (Commit commit : Commit.all()) {
            rows.add(List.of(
                    commit.id(),
                    commit.first().toString(),
                    commit.known().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                    commit.cve(),
                    commit.stable(),
                    commit.what()));
        }
        return rows;
    }

    /** A head, and a row for each variant of {@code race}, further in than the race itself. */
    static String variants(Race race, Terminal terminal) {
        return variants(race, terminal, variant -> true, null);
    }

    private static String variants(Race race, Terminal terminal, Predicate<Variant> wanted, @Nullable Release release) {
        Map<Variant, List<Reachability>> places = new LinkedHashMap<>();
        for (Point point : race.points()) {
            if (wanted.test(point.variant())) {
                places.computeIfAbsent(point.variant(), unused -> new ArrayList<>())
                        .add(point.reachableFrom());
            }
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("variant", "kernels", "kind", "reachable", release == null ? "difference" : "later"));
        places.forEach((variant, from) -> rows.add(List.of(
                variant.name(),
                variant.kernels(),
                Phrasing.of(variant.kind()),
                Phrasing.range(from),
                release == null ? variant.difference() : mended(race, variant))));
        return lines(rows, new Columns(terminal, "  ", rows));
    }

    private static String mended(Race race, Variant variant) {
        return Kernels.worst(race, variant) == Reachability.NEVER
                ? "holds"
                : "fixed by: " + Kernels.mendedBy(race, variant);
    }

    private static String lines(List<List<String>> rows, Columns columns) {
        return rows.stream().map(columns::line).collect(Collectors.joining());
    }
}
