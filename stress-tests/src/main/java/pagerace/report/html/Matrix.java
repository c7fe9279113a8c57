// SPDX-License-Identifier: Apache-2.0
package pagerace.report.html;

import static pagerace.report.html.Markup.span;
import static pagerace.report.html.Markup.tag;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import pagerace.price.Price;
import pagerace.race.Reachability;
import pagerace.report.HostReport;
import pagerace.report.PointFacts;
import pagerace.report.RaceFacts;
import pagerace.report.Report;
import pagerace.report.Result;
import pagerace.report.Table;

/**
 * The table of all races and variants: a row for each point that threads ran or that fails, and a line for what is known of the
 * other places of its variant.
 */
final class Matrix {
    private static final int FACTS = 2 + Fragments.LEVELS.size();
    private static final int PER_HOST = 4;

    private final Report report;
    private final int width;

    private Matrix(Report report) {
        this.report = report;
        this.width = FACTS + PER_HOST * report.hosts().size();
    }

    /** The table of {@code races} with their points. */
    static Markup of(Report report, Map<RaceFacts, List<PointResults>> races) {
        return new Matrix(report).table(races);
    }

    private Markup table(Map<RaceFacts, List<PointResults>> races) {
        Markup table = tag("table", tag("caption", "Races and variants"), head());
        table.with("class", isSingle() ? "matrix single" : "matrix several");
        races.forEach((race, points) -> table.add(body(race, points)));
        return Fragments.scrolling("Races and variants", table);
    }

    private Markup head() {
        Markup first = tag("tr", tall("variant"));
        Markup second = tag("tr", Fragments.levelColumns());
        if (isSingle()) {
            first.add(tall("verdict"));
        }
        first.add(tall("kernels, commit"), group("explored: reachable", Fragments.LEVELS.size()));
        if (isSingle()) {
            first.add(tall("forbidden"), tall("window"), tall("price"));
            return tag("thead", first, second);
        }
        for (HostReport host : report.hosts()) {
            first.add(group(host.host(), PER_HOST).with("class", "host"));
            second.add(Stream.of("verdict", "forbidden", "window", "price")
                    .map(Fragments::column)
                    .toList());
        }
        return tag("thead", first, second);
    }

    /** Whether there is one class of hosts: then its verdict stands beside the variant, where a narrow page shows it. */
    private boolean isSingle() {
        return report.hosts().size() == 1;
    }

    private static Markup tall(String name) {
        return Fragments.column(name).with("rowspan", 2);
    }

    private static Markup group(Object name, int columns) {
        return tag("th", name).with("scope", "colgroup").with("colspan", columns);
    }

    private Markup body(RaceFacts race, List<PointResults> points) {
        Markup body = tag("tbody");
        Markup name = tag(
                        "th",
                        Fragments.link(Fragments.id("race", race.name()), race.name()),
                        " ",
                        span("question", race.question()))
                .with("scope", "rowgroup")
                .with("colspan", width);
        String priced = priced(points);
        if (!priced.isEmpty()) {
            name.add(" ", span("quiet", "Price: " + priced + "."));
        }
        body.add(tag("tr", name).with("class", "race"));
        List<List<Cheapest>> cheapest = new ArrayList<>();
        for (int host = 0; host < report.hosts().size(); host++) {
            cheapest.add(Cheapest.of(points, host));
        }
        byVariant(points).values().forEach(variant -> {
            variant.stream().filter(PointResults::isShown).forEach(point -> body.add(row(point, cheapest)));
            List<PointResults> others =
                    variant.stream().filter(point -> !point.isShown()).toList();
            if (!others.isEmpty()) {
                body.add(others(others, others.size() < variant.size()));
            }
        });
        return body;
    }

    /** Whose prices the rows show, in their order. */
    private static String priced(List<PointResults> points) {
        return points.stream()
                .flatMap(point -> point.results().stream())
                .flatMap(result -> result.prices().stream())
                .map(Price::operation)
                .distinct()
                .collect(Collectors.joining(" / "));
    }

    private static Map<String, List<PointResults>> byVariant(List<PointResults> points) {
        return points.stream()
                .collect(Collectors.groupingBy(
                        point -> point.facts().variant(), LinkedHashMap::new, Collectors.toList()));
    }

    private Markup row(PointResults point, List<List<Cheapest>> cheapest) {
        Markup place = span("place", point.facts().place());
        Markup link = Fragments.link(point.id(), point.facts().variant(), tag("wbr"), place);
        Markup row = tag("tr", tag("th", link).with("scope", "row")).with("data-kernels", kernelSpans(point));
        List<Markup> explored = Fragments.reachable(point.facts().predicted());
        if (isSingle()) {
            List<Markup> cells = cells(point, point.results().get(0), cheapest.get(0));
            return row.add(cells.get(0), kernels(point), explored, cells.subList(1, cells.size()));
        }
        row.add(kernels(point), explored);
        for (int host = 0; host < report.hosts().size(); host++) {
            row.add(cells(point, point.results().get(host), cheapest.get(host)));
        }
        return row;
    }

    private static Markup kernels(PointResults point) {
        Markup cell = tag("td", point.variant().origin().kernels()).with("class", "kernels");
        String commit = point.variant().origin().commit();
        if (!commit.equals("-")) {
            cell.add(" ", tag("code", commit));
        } else if (point.variant().origin().kernels().equals("-")) {
            return tag(
                    "td", span("quiet", Fragments.style(point.variant().origin().kind())));
        }
        return cell;
    }

    private static List<Markup> cells(PointResults point, Result result, List<Cheapest> cheapest) {
        Markup verdict = tag("td", Fragments.badge(result.verdict()))
                .with("class", result.fails() ? "verdict fails" : "verdict");
        if (result.plan() == null) {
            Markup nothing = tag("td", span("quiet", result.reason())).with("colspan", PER_HOST - 1);
            return List.of(verdict, nothing);
        }
        Markup prices = tag("td").with("class", "price");
        for (Price price : result.prices()) {
            Markup line = tag("div", Fragments.price(price));
            if (cheapest.stream()
                    .anyMatch(answer -> answer.operation().equals(price.operation()) && answer.marks(point))) {
                line.add(" ", span("cheapest", "cheapest"));
            }
            prices.add(line);
        }
        return List.of(
                verdict,
                number(Table.rate(result)),
                number(Table.number(result.window())),
                prices.isEmpty() ? tag("td", "-").with("class", "price") : prices);
    }

    private static Markup number(String text) {
        return tag("td", text).with("class", "number");
    }

    private Markup others(List<PointResults> others, boolean more) {
        String variant = others.get(0).facts().variant();
        Markup cell = tag("th", span("name", variant), ": ", span("quiet", places(others, more)))
                .with("scope", "row")
                .with("colspan", width);
        return tag("tr", cell).with("class", "others").with("data-kernels", kernelSpans(others.get(0)));
    }

    /** The ranges of mainline releases for the script: {@code 5009000-5010000}, separated by blanks. */
    private static String kernelSpans(PointResults point) {
        return ReleaseTable.releases(point).spans().stream()
                .filter(span -> span.from() == null || span.from().isMainline())
                .map(span -> (span.from() == null ? 0 : span.from().series()) + "-"
                        + (span.to() == null ? 999_999_999 : span.to().series()))
                .collect(Collectors.joining(" "));
    }

    /** What is known of the places that threads did not run: {@code 24 more places explored: never 12, from WEAK 12}. */
    private static String places(List<PointResults> others, boolean more) {
        Map<Boolean, List<PointFacts>> parts =
                others.stream().map(PointResults::facts).collect(Collectors.partitioningBy(PointFacts::isExplored));
        List<String> said = new ArrayList<>();
        List<PointFacts> explored = parts.getOrDefault(true, List.of());
        List<PointFacts> recorded = parts.getOrDefault(false, List.of());
        if (!explored.isEmpty()) {
            said.add(counted(explored.size(), more) + " explored: "
                    + sums(explored.stream().map(point -> point.predicted().reachableFrom())));
        }
        if (!recorded.isEmpty()) {
            said.add(counted(recorded.size(), more && explored.isEmpty()) + " not in this run; the catalogue records "
                    + sums(recorded.stream().map(PointFacts::reachableFrom)));
        }
        return String.join("; ", said);
    }

    private static String counted(int places, boolean more) {
        return places + (more ? " more" : "") + (places == 1 ? " place" : " places");
    }

    private static String sums(Stream<Reachability> from) {
        Map<Reachability, Long> counts =
                from.collect(Collectors.groupingBy(each -> each, TreeMap::new, Collectors.counting()));
        return counts.entrySet().stream()
                .map(sum -> Table.expected(sum.getKey()) + " " + sum.getValue())
                .collect(Collectors.joining(", "));
    }
}
