// SPDX-License-Identifier: Apache-2.0
package pagerace.report.html;

import static pagerace.report.html.Markup.span;
import static pagerace.report.html.Markup.tag;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import pagerace.price.Price;
import pagerace.price.Price.Ratio;
import pagerace.race.Reachability;
import pagerace.report.Links;
import pagerace.report.Report;
import pagerace.report.Table;
import pagerace.verdict.PredictionSummary;
import pagerace.verdict.PredictionSummary.Answer;
import pagerace.verdict.PredictionSummary.Explored;
import pagerace.verdict.Verdict;

/** The small parts of which tables are made, so that the same thing looks the same everywhere. */
final class Fragments {
    /** The levels that the explorer is asked about, the strongest first. */
    static final List<Reachability> LEVELS =
            List.of(Reachability.SEQUENTIAL, Reachability.SC, Reachability.TSO, Reachability.WEAK);

    private Fragments() {}

    /** An id, and what a link to it says behind {@code #}. */
    static String id(String kind, String name) {
        return kind + "-" + name.replaceAll("[^A-Za-z0-9_]+", "-").replaceAll("-$", "");
    }

    /** A constant as a class of the style sheet. */
    static String style(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The name of a class of hosts between other words; nothing if there is only one, for then it need not be said. */
    static String host(Report report, int host, String before, String after) {
        return report.hosts().size() > 1 ? before + report.hosts().get(host).host() + after : "";
    }

    /** A link within the page. */
    static Markup link(String id, Object... content) {
        return tag("a", content).with("href", "#" + id);
    }

    /** {@code text}, in which what can be read elsewhere is a link there. The page itself loads nothing from there. */
    static List<Object> linked(String text) {
        return Links.in(text).stream()
                .<Object>map(part -> part.address() == null
                        ? part.text()
                        : tag("a", part.text()).with("href", part.address()))
                .toList();
    }

    /** A verdict: word, shape and colour say the same. */
    static Markup badge(Verdict verdict, Object... more) {
        String shape = switch (verdict) {
            case HOLDS -> "✓";
            case REPRODUCED -> "●";
            case LATENT -> "◐";
            case BROKEN -> "✗";
            case UNPREDICTED -> "▲";
            case INCONCLUSIVE -> "◇";
            case UNKNOWN, SKIPPED -> "–";
        };
        return span("badge " + style(verdict), hidden(shape), " " + verdict).add(more);
    }

    /** What is to be seen and not to be read aloud, because words beside it say the same. */
    static Markup hidden(String text) {
        return tag("span", text).with("aria-hidden", "true");
    }

    /** How often each verdict was given, as badges with numbers. */
    static List<Markup> sums(Collection<Verdict> verdicts) {
        Map<Verdict, Long> counts = new EnumMap<>(Verdict.class);
        verdicts.forEach(verdict -> counts.merge(verdict, 1L, Long::sum));
        return counts.entrySet().stream()
                .map(sum -> badge(sum.getKey(), " ", Table.number(sum.getValue())))
                .toList();
    }

    /** One cell for each level: whether a forbidden outcome is reachable. */
    static List<Markup> reachable(PredictionSummary prediction) {
        return LEVELS.stream()
                .map(level -> {
                    Explored explored = prediction.models().get(level);
                    return explored == null ? unasked() : mark(explored.reachability());
                })
                .toList();
    }

    /** One cell for each level: whether this outcome is reachable. */
    static List<Markup> reachable(PredictionSummary prediction, String word) {
        return LEVELS.stream()
                .map(level -> {
                    Explored explored = prediction.models().get(level);
                    if (explored == null) {
                        return unasked();
                    }
                    boolean reached = explored.outcomes().contains(word);
                    return mark(reached ? Answer.REACHABLE : explored.bound() == null ? Answer.NEVER : Answer.UNKNOWN);
                })
                .toList();
    }

    private static Markup mark(Answer answer) {
        return switch (answer) {
            case REACHABLE -> model("reachable", "●", "reachable");
            case NEVER -> model("never", "○", "never");
            case UNKNOWN -> model("bound", "?", "unknown: a bound was hit");
        };
    }

    private static Markup unasked() {
        return model("unasked", "·", "not explored");
    }

    private static Markup model(String style, String shape, String words) {
        return tag("td", tag("span", shape).with("role", "img").with("aria-label", words))
                .with("class", "model " + style);
    }

    /** A price as in the terminal's table, with its interval where there is one. */
    static List<Object> price(Price price) {
        String interval = interval(price);
        return interval.isEmpty()
                ? List.of(Table.price(price))
                : List.of(Table.price(price), " ", span("interval", interval));
    }

    /** The 95 % interval of a price; empty if nothing was timed. */
    static String interval(Price price) {
        Ratio ratio = price.ratio();
        return price.claim() == Price.Claim.SAME || ratio == null
                ? ""
                : String.format(Locale.ROOT, "[%.2f, %.2f]", ratio.low(), ratio.high());
    }

    /** A head of a table: one row of column heads. */
    static Markup head(Markup... cells) {
        return tag("thead", tag("tr", (Object[]) cells));
    }

    /** The head of a column. */
    static Markup column(Object... content) {
        return tag("th", content).with("scope", "col");
    }

    /** The four columns of what the explorer says. */
    static List<Markup> levelColumns() {
        return Stream.of("seq.", "SC", "TSO", "WEAK")
                .map(level -> column(level).with("class", "model"))
                .toList();
    }

    /** A table that scrolls by itself where the page is too narrow for it. */
    static Markup scrolling(String label, Markup wide) {
        return tag("div", wide)
                .with("class", "scroll")
                .with("role", "region")
                .with("aria-label", label)
                .with("tabindex", "0");
    }

    /** A place; of a race without dimensions it has no name. */
    static String place(String place) {
        return place.isEmpty() || place.equals("[]") ? "the only place" : place;
    }

    /** Elements with commas between them. */
    static List<Object> listed(List<Markup> elements) {
        List<Object> listed = new ArrayList<>();
        elements.forEach(element -> {
            if (!listed.isEmpty()) {
                listed.add(", ");
            }
            listed.add(element);
        });
        return listed;
    }

    /** {@code 1 point}, {@code 2 points}. */
    static String counted(long count, String what) {
        return Table.number(count) + " " + what + (count == 1 ? "" : "s");
    }
}
