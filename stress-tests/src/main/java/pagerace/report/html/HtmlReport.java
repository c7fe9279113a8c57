// SPDX-License-Identifier: Apache-2.0
package pagerace.report.html;

import static pagerace.report.html.Markup.tag;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import pagerace.price.Price;
import pagerace.price.PriceControl;
import pagerace.report.CanaryResult;
import pagerace.report.FailureGroup;
import pagerace.report.HostReport;
import pagerace.report.PointFacts;
import pagerace.report.RaceFacts;
import pagerace.report.Report;
import pagerace.report.Result;
import pagerace.report.Run;
import pagerace.report.RunVerdict;
import pagerace.report.Table;
import pagerace.verdict.Host;
import pagerace.verdict.Verdict;

/**
 * The report as {@code report.html}: one page that needs nothing but itself, to be read on a screen, on paper, or aloud. It is
 * HTML that parses as XML. All that it says is there without its script, which only opens and closes parts and filters rows.
 */
public final class HtmlReport {
    private final Report report;
    private final Map<RaceFacts, List<PointResults>> races = new LinkedHashMap<>();
    private final List<String> absent = new ArrayList<>();

    private HtmlReport(Report report) {
        this.report = report;
        for (RaceFacts race : report.races()) {
            List<PointResults> points = PointResults.of(report, race);
            if (points.stream()
                    .anyMatch(point -> point.isShown() || point.facts().isExplored())) {
                races.put(race, points);
            } else {
                absent.add(race.name());
            }
        }
    }

    /** The text of {@code report.html}. */
    public static String of(Report report) {
        return "<!DOCTYPE html>" + new HtmlReport(report).page() + "\n";
    }

    private Markup page() {
        Markup head = tag(
                "head",
                tag("meta").with("charset", "UTF-8"),
                tag("meta").with("name", "viewport").with("content", "width=device-width, initial-scale=1"),
                tag("meta").with("name", "color-scheme").with("content", "light dark"),
                tag("title", "PageRace report" + titled()),
                tag("style", resource("report.css")));
        Markup body = tag(
                "body",
                Fragments.link("matrix", "Skip to the table of races").with("class", "skip"),
                header(),
                contents(),
                tag("main", Legend.section(), releases(), matrix()),
                tag("footer", tag("p", origin())),
                tag("script", resource("report.js")));
        return tag("html", head, body)
                .with("xmlns", "http://www.w3.org/1999/xhtml")
                .with("lang", "en");
    }

    private String titled() {
        String labels = said(report.hosts(), Run::label);
        return labels.isEmpty() ? "" : ": " + labels;
    }

    private String origin() {
        String version = said(report.hosts(), Run::version);
        String cached = report.cached();
        return "PageRace " + version + ", report schema " + report.schema() + ", catalogue " + report.catalogue() + "."
                + (cached.isEmpty() ? "" : " Predictions are by exploring all executions" + cached + ".");
    }

    /** What the runs say, each thing once. */
    private static String said(List<HostReport> hosts, Function<Run, @Nullable String> fact) {
        return hosts.stream()
                .flatMap(host -> host.runs().stream())
                .map(fact)
                .filter(Objects::nonNull)
                .filter(text -> !text.isEmpty())
                .distinct()
                .collect(Collectors.joining(", "));
    }

    private Markup header() {
        Markup header = tag("header", tag("h1", "PageRace report"), verdicts());
        report.hosts().forEach(host -> header.add(host(host)));
        return header;
    }

    private Markup host(HostReport host) {
        Markup facts = tag("dl");
        List<HostReport> only = List.of(host);
        fact(facts, "Label", said(only, Run::label));
        fact(facts, "Host", said(only, run -> machine(run.host())));
        fact(facts, "JDK", host.host().jdk());
        fact(facts, "Date", said(only, run -> run.started().replace('T', ' ').replace("Z", " UTC")));
        fact(facts, "What the host gave", "It " + host.given().inWords() + ".");
        fact(facts, "Canaries", host.canaries().stream().map(HtmlReport::canary).collect(Collectors.joining("; ")));
        fact(facts, "Time used", host.runs().stream().map(HtmlReport::time).collect(Collectors.joining("; ")));
        fact(facts, "Points asked for", said(only, Run::filter));
        fact(facts, "Part", said(only, Run::shard));
        fact(facts, "JVM options", said(only, run -> String.join(" ", run.jvmArguments())));
        HostReport.Pricing pricing = host.pricing();
        if (pricing != null) {
            fact(
                    facts,
                    "Prices",
                    (pricing.complete() ? "" : "not all; ") + pricing.method() + "; " + pricing.host() + ", JDK "
                            + pricing.jdk() + "; control: " + PriceControl.inWords(pricing.controls()));
        }
        List<Verdict> verdicts = host.results().stream().map(Result::verdict).toList();
        return tag(
                "div",
                report.hosts().size() > 1 ? tag("h2", host.host()) : List.of(),
                tag("p", Fragments.sums(verdicts)).with("class", "sums"),
                facts);
    }

    /** In each tier what every host shows there. */
    private static String canary(CanaryResult canary) {
        String shown = Table.number(canary.shown()) + " of " + Table.number(canary.samples()) + " in " + canary.tier();
        return canary.reason().isEmpty() ? shown : shown + ", silent: " + canary.reason();
    }

    private static String machine(Host host) {
        return host.os() + ", " + host.arch() + " (" + host.memoryModel() + "), "
                + Fragments.counted(host.cpus(), "CPU");
    }

    private static String time(Run run) {
        String cut = run.complete() ? "" : ", interrupted: what was measured until then";
        return run.time() + cut;
    }

    private static void fact(Markup facts, String name, String value) {
        if (!value.isEmpty()) {
            facts.add(tag("dt", name), tag("dd", value));
        }
    }

    /** What is said of the run, and what fails in a few lines. */
    private Markup verdicts() {
        Markup verdicts = tag("div").with("class", Fragments.style(report.verdict()));
        if (!report.missing().isEmpty()) {
            verdicts.add(tag("p", Fragments.hidden(shape(RunVerdict.UNDECIDED)), " " + report.missingInWords() + ".")
                    .with("class", "headline"));
        }
        for (int i = 0; i < report.hosts().size(); i++) {
            HostReport host = report.hosts().get(i);
            verdicts.add(tag(
                            "p",
                            Fragments.hidden(shape(host.verdict())),
                            " " + host.headline() + Fragments.host(report, i, " (", ")") + ".")
                    .with("class", "headline"));
            List<Markup> lines = FailureGroup.of(report, host).stream()
                    .map(HtmlReport::failures)
                    .toList();
            if (!lines.isEmpty()) {
                verdicts.add(tag("ul", lines));
            }
            List<String> open = report.undecided(host);
            if (!open.isEmpty()) {
                List<Markup> links = open.stream()
                        .map(race -> Fragments.link(Fragments.id("race", race), race))
                        .toList();
                verdicts.add(tag("p", "Nothing could be decided about ", Fragments.listed(links), "."));
            }
        }
        return verdicts;
    }

    private static String shape(RunVerdict verdict) {
        return switch (verdict) {
            case PASSED -> "✓";
            case UNDECIDED -> "◇";
            case FAILED -> "✗";
        };
    }

    private static Markup failures(FailureGroup group) {
        PointFacts first = group.rows().get(0).point();
        Markup line = tag(
                "li",
                Fragments.badge(group.verdict()),
                " ",
                Fragments.link(Fragments.id("point", first.key()), first.key()));
        if (group.rows().size() > 1) {
            List<Markup> others = group.rows().stream()
                    .skip(1)
                    .map(Report.Row::point)
                    .map(point -> Fragments.link(Fragments.id("point", point.key()), point.key()))
                    .toList();
            line.add(
                    " ",
                    tag(
                            "details",
                            tag("summary", "and " + others.size() + " like it"),
                            tag("p", Fragments.listed(others))));
        }
        return line.add(": " + group.reason());
    }

    private Markup contents() {
        Markup list = tag(
                "ul",
                tag("li", Fragments.link("legend", "How to read this page")),
                releases().isEmpty() ? List.of() : tag("li", Fragments.link("releases", "Releases")),
                tag("li", Fragments.link("matrix", "All races")));
        races.keySet()
                .forEach(race -> list.add(tag("li", Fragments.link(Fragments.id("race", race.name()), race.name()))));
        if (hasWorkloads()) {
            list.add(tag("li", Fragments.link("workloads", "Prices of workloads")));
        }
        return tag("nav", list).with("aria-label", "Contents");
    }

    private boolean hasWorkloads() {
        return report.hosts().stream().anyMatch(host -> !host.workloads().isEmpty());
    }

    /** Which release has what, near the top: the first question of those who run one. */
    private List<Markup> releases() {
        List<Markup> table = ReleaseTable.of(races);
        if (table.isEmpty()) {
            return List.of();
        }
        return List.of(tag(
                "section",
                tag("h2", "Releases").with("id", "releases"),
                tag(
                        "p",
                        "The strongest memory model under which a mainline release reaches a forbidden outcome, in the worst"
                                + " of those of its variants and places that this run has. A column holds until the one on its left. WEAK"
                                + " alone is a candidate in this abstraction, not a kernel bug. Stable series and distributions"
                                + " carry many of the fixes in older releases. An empty field means that this run has nothing of"
                                + " that release."),
                table));
    }

    private List<Markup> matrix() {
        List<Markup> sections = new ArrayList<>();
        Markup section = tag(
                "section",
                tag("h2", "All races").with("id", "matrix"),
                tag(
                                "p",
                                "Explored: ● the forbidden outcome is reachable, ○ it never is, ? a bound was hit, · not explored.")
                        .with("class", "quiet"),
                Matrix.of(report, races));
        if (!absent.isEmpty()) {
            section.add(tag("p", "Not part of this run: " + String.join(", ", absent) + ".")
                    .with("class", "quiet"));
        }
        sections.add(section);
        races.forEach((race, points) -> sections.add(RaceSection.of(report, race, points)));
        if (hasWorkloads()) {
            sections.add(workloads());
        }
        return sections;
    }

    /** The prices of what is no point of a race: a chart for each workload and operation. */
    private Markup workloads() {
        Markup section = tag("section", tag("h2", "Prices of workloads").with("id", "workloads"));
        for (int i = 0; i < report.hosts().size(); i++) {
            String where = Fragments.host(report, i, ", ", "");
            Map<String, List<Price>> charts = report.hosts().get(i).workloads().stream()
                    .collect(Collectors.groupingBy(
                            price -> workload(price.point()) + ": " + price.operation() + where,
                            LinkedHashMap::new,
                            Collectors.toList()));
            charts.forEach(
                    (title, prices) -> section.add(tag("h3", title), PriceChart.of("Prices of " + title, prices)));
        }
        return section;
    }

    private static String workload(String point) {
        return point.substring(0, Math.max(0, point.indexOf('/')));
    }

    private static String resource(String name) {
        try (InputStream stream = Objects.requireNonNull(HtmlReport.class.getResourceAsStream(name))) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
