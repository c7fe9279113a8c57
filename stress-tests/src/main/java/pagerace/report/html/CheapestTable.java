// SPDX-License-Identifier: Apache-2.0
package pagerace.report.html;

import static pagerace.report.html.Markup.span;
import static pagerace.report.html.Markup.tag;

import java.util.ArrayList;
import java.util.List;
import pagerace.race.Reachability;
import pagerace.report.RaceFacts;
import pagerace.report.Report;
import pagerace.report.Table;

/** Which variants of a race are the cheapest that hold: a row for each place and actor; {@link Cheapest} has the rule. */
final class CheapestTable {
    private final List<PointResults> points;
    private final int host;

    private CheapestTable(List<PointResults> points, int host) {
        this.points = points;
        this.host = host;
    }

    /** The tables of {@code race}, one for each class of hosts. */
    static List<Markup> of(Report report, RaceFacts race, List<PointResults> points) {
        List<Markup> tables = new ArrayList<>();
        for (int host = 0; host < report.hosts().size(); host++) {
            String where = Fragments.host(report, host, "", "");
            if (!where.isEmpty()) {
                tables.add(tag("h4", where));
            }
            tables.add(new CheapestTable(points, host).table(race));
        }
        return tables;
    }

    private Markup table(RaceFacts race) {
        List<Cheapest> answers = Cheapest.of(points, host);
        if (answers.isEmpty()) {
            return tag("p", "None: in this run no variant held.");
        }
        Markup head = Fragments.head(
                Fragments.column("place"),
                Fragments.column("actor, alone"),
                Fragments.column("cheapest"),
                Fragments.column("dearer"),
                Fragments.column("nothing may be said of"));
        Markup body = tag("tbody", answers.stream().map(this::row).toList());
        return Fragments.scrolling("Cheapest variant of " + race.name() + " that holds", tag("table", head, body));
    }

    private Markup row(Cheapest answer) {
        return tag(
                "tr",
                tag("th", Fragments.place(answer.place()), span("quiet", mends(answer)))
                        .with("scope", "row"),
                tag("td", answer.operation().isEmpty() ? "no prices" : answer.operation()),
                tag("td", names(answer.cheapest(), answer), span("quiet", remark(answer))),
                tag("td", names(answer.dearer(), answer)),
                tag("td", names(answer.unsaid(), answer)));
    }

    /** What the variants of the row have in common: the broken sibling beside which they hold. */
    private static String mends(Cheapest answer) {
        String control = answer.control();
        return control.isEmpty()
                ? ""
                : " beside "
                        + control.substring(
                                control.indexOf('/') + 1,
                                control.length() - answer.place().length());
    }

    private static String remark(Cheapest answer) {
        boolean only = answer.dearer().isEmpty() && answer.unsaid().isEmpty();
        return switch (answer.cheapest().size()) {
            case 0 -> "";
            case 1 -> only ? ", the only one that holds here" : "";
            default -> ", which cannot be told apart";
        };
    }

    private List<Object> names(List<PointResults> variants, Cheapest answer) {
        return variants.isEmpty()
                ? List.of("-")
                : Fragments.listed(
                        variants.stream().map(point -> name(point, answer)).toList());
    }

    private Markup name(PointResults point, Cheapest answer) {
        Markup name = tag("span", Fragments.link(point.id(), point.facts().variant()));
        point.results().get(host).prices().stream()
                .filter(price -> price.operation().equals(answer.operation()))
                .forEach(price -> name.add(" ", Fragments.price(price)));
        Reachability elsewhere = Cheapest.elsewhere(points, point);
        if (elsewhere != null) {
            name.add(" ", span("quiet", "(elsewhere broken " + Table.expected(elsewhere) + ")"));
        }
        return name;
    }
}
