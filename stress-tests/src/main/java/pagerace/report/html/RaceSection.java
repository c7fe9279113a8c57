// SPDX-License-Identifier: Apache-2.0
package pagerace.report.html;

import static pagerace.report.html.Markup.span;
import static pagerace.report.html.Markup.tag;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import pagerace.explore.Necessity;
import pagerace.price.Price;
import pagerace.race.Variant;
import pagerace.report.RaceFacts;
import pagerace.report.Report;
import pagerace.report.Result;

/** What the page says about one race. */
final class RaceSection {
    private final Report report;
    private final RaceFacts race;
    private final List<PointResults> points;
    private final Schedules schedules;

    private RaceSection(Report report, RaceFacts race, List<PointResults> points) {
        this.report = report;
        this.race = race;
        this.points = points;
        this.schedules = new Schedules(race, points);
    }

    /** The section of {@code race} with its points. */
    static Markup of(Report report, RaceFacts race, List<PointResults> points) {
        return new RaceSection(report, race, points).section();
    }

    private Markup section() {
        Markup section = tag("section", tag("h2", race.name()).with("id", Fragments.id("race", race.name())));
        section.add(tag("p", race.question()).with("class", "lead"), verdicts(), facts(), variants());
        part(section, "Cheapest variant that holds", CheapestTable.of(report, race, points));
        part(section, "Predicted against observed", points());
        part(section, "Which steps are needed", necessity());
        part(section, "Prices", prices());
        List<Markup> drawn = schedules.all();
        if (!drawn.isEmpty()) {
            section.add(
                    tag("h3", "Schedules"),
                    tag("p", "The simplest schedule to each forbidden outcome is open.")
                            .with("class", "quiet"),
                    drawn);
        }
        return section;
    }

    private static void part(Markup section, String title, List<Markup> content) {
        if (!content.isEmpty()) {
            section.add(tag("h3", title), content);
        }
    }

    private List<Markup> verdicts() {
        List<Markup> lines = new ArrayList<>();
        for (int i = 0; i < report.hosts().size(); i++) {
            int host = i;
            Markup line = tag("p", Fragments.host(report, host, "", ": ")).with("class", "sums");
            lines.add(line.add(Fragments.sums(points.stream()
                    .filter(PointResults::isShown)
                    .map(point -> point.results().get(host).verdict())
                    .toList())));
        }
        return lines;
    }

    private Markup facts() {
        Markup facts = tag("dl");
        fact(facts, "Invariant", race.invariant());
        if (!race.anchor().equals("-")) {
            facts.add(tag("dt", "Where"), tag("dd", Fragments.linked(race.anchor())));
        }
        if (!race.references().isEmpty()) {
            List<Markup> read = race.references().stream()
                    .map(each -> tag("li", Fragments.linked(each)))
                    .toList();
            facts.add(tag("dt", "To read"), tag("dd", tag("ul", read)));
        }
        fact(facts, "Actors", String.join(" against ", race.actors()));
        facts.add(
                tag("dt", "How it breaks"),
                tag("dd", tag("pre", race.breakingSchedule()).with("tabindex", "0")));
        if (!race.notModelled().isEmpty()) {
            List<Markup> limits =
                    race.notModelled().stream().map(each -> tag("li", each)).toList();
            facts.add(tag("dt", "Not modelled"), tag("dd", tag("ul", limits)));
        }
        return facts;
    }

    private static void fact(Markup facts, String name, String value) {
        if (!value.equals("-")) {
            facts.add(tag("dt", name), tag("dd", value));
        }
    }

    private Markup variants() {
        Markup body = tag("tbody");
        for (RaceFacts.VariantFacts variant : race.variants()) {
            Variant.Origin origin = variant.origin();
            body.add(tag(
                    "tr",
                    tag("th", tag("code", variant.name())).with("scope", "row"),
                    tag("td", Fragments.style(origin.kind())),
                    tag("td", origin.kernels()),
                    tag("td", tag("code", Fragments.linked(origin.commit()))),
                    tag("td", origin.difference())));
        }
        Markup head = Fragments.head(
                Fragments.column("variant"),
                Fragments.column("what it is"),
                Fragments.column("kernels"),
                Fragments.column("commit"),
                Fragments.column("difference"));
        return tag(
                "details",
                tag("summary", "Variants: where they come from, and in what they differ"),
                Fragments.scrolling("Variants of " + race.name(), tag("table", head, body)));
    }

    /** What fails comes first, and open. */
    private List<Markup> points() {
        return points.stream()
                .filter(PointResults::isShown)
                .sorted(Comparator.comparing(point -> !point.fails()))
                .map(this::point)
                .toList();
    }

    private Markup point(PointResults point) {
        Markup headline = tag("summary", tag("code", point.name()));
        Markup reasons = tag("div");
        for (int host = 0; host < report.hosts().size(); host++) {
            Result result = point.results().get(host);
            String where = Fragments.host(report, host, "", ": ");
            headline.add(" ", span("quiet", where), Fragments.badge(result.verdict()));
            if (!result.reason().isEmpty()) {
                reasons.add(tag("p", where, Fragments.badge(result.verdict()), " " + result.reason()));
            }
        }
        Markup content = tag("div", tag("p", point.variant().origin().difference() + "."), reasons);
        content.with("id", point.id());
        content.add(OutcomeTable.of(report, race, point));
        content.add(DistanceTable.of(report, race, point));
        List<Markup> links = schedules.linksOf(point);
        if (!links.isEmpty()) {
            content.add(tag("p", links.size() == 1 ? "Schedule: " : "Schedules: ", Fragments.listed(links)));
        }
        points.stream()
                .filter(other -> other.isShown()
                        && other.facts().key().equals(point.facts().control()))
                .forEach(control -> content.add(tag(
                        "p",
                        "Positive control, to be caught by the same instrument: ",
                        Fragments.link(control.id(), control.name()),
                        control.results().stream()
                                .map(result -> List.of(" ", Fragments.badge(result.verdict())))
                                .toList())));
        Markup details = tag("details", headline, content).with("class", "point");
        return point.fails() ? details.with("open", "open") : details;
    }

    private List<Markup> necessity() {
        if (race.necessity().isEmpty()) {
            return List.of();
        }
        Markup body = tag("tbody");
        Map<String, List<Necessity.Row>> byMutant = race.necessity().stream()
                .collect(Collectors.groupingBy(Necessity.Row::mutant, LinkedHashMap::new, Collectors.toList()));
        byMutant.values().forEach(rows -> {
            for (int i = 0; i < rows.size(); i++) {
                Necessity.Row row = rows.get(i);
                Markup line = tag("tr");
                if (i == 0) {
                    line.add(
                            tag("th", tag("code", row.mutant()))
                                    .with("scope", "rowgroup")
                                    .with("rowspan", rows.size()),
                            tag("td", row.difference()).with("rowspan", rows.size()));
                }
                String style = "needed-" + Fragments.style(row.verdict());
                line.add(
                        tag("td", span(style, row.words())),
                        tag("td", row.places().stream().map(Fragments::place).collect(Collectors.joining(" ")))
                                .with("class", "place"));
                body.add(line);
            }
        });
        Markup head = Fragments.head(
                Fragments.column("mutant"),
                Fragments.column("difference"),
                Fragments.column("the step is"),
                Fragments.column("in the places"));
        return List.of(Fragments.scrolling("Which steps of " + race.name() + " are needed", tag("table", head, body)));
    }

    private List<Markup> prices() {
        List<Markup> charts = new ArrayList<>();
        for (int i = 0; i < report.hosts().size(); i++) {
            int host = i;
            Map<String, List<Price>> byOperation = points.stream()
                    .flatMap(point -> point.results().get(host).prices().stream())
                    .collect(Collectors.groupingBy(Price::operation, LinkedHashMap::new, Collectors.toList()));
            byOperation.forEach((operation, prices) -> {
                String title = operation + ", alone" + Fragments.host(report, host, ", ", "");
                charts.add(tag("h4", title));
                charts.add(PriceChart.of("Prices of " + race.name() + ": " + title, prices));
            });
        }
        return charts;
    }
}
