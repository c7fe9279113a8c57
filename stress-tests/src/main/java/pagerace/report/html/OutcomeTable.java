// SPDX-License-Identifier: Apache-2.0
package pagerace.report.html;

import static pagerace.report.html.Markup.span;
import static pagerace.report.html.Markup.tag;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import pagerace.race.Lifetime;
import pagerace.race.Outcome;
import pagerace.race.Stuckness;
import pagerace.report.HostReport;
import pagerace.report.RaceFacts;
import pagerace.report.RaceFacts.OutcomeFacts;
import pagerace.report.Report;
import pagerace.report.Result;
import pagerace.report.Table;
import pagerace.verdict.Measurement;
import pagerace.verdict.Tier;

/** The outcomes of one point, predicted against observed: a row for each that is forbidden, can be reached, or was seen. */
final class OutcomeTable {
    private static final List<Tier> TIERS = List.of(Tier.INTERPRETER, Tier.C1, Tier.C2, Tier.C2_STRESS);

    /** What a row is about; {@code mark} says what it means for the variant. */
    private record Shown(String word, String mark, String sentence) {
        static Shown of(OutcomeFacts outcome) {
            return new Shown(outcome.word(), Fragments.style(outcome.mark()), outcome.sentence());
        }

        boolean isForbidden() {
            return mark.equals("forbidden");
        }
    }

    private final Report report;
    private final PointResults point;

    private OutcomeTable(Report report, PointResults point) {
        this.report = report;
        this.point = point;
    }

    /** The table of {@code point}, and under it the outcomes without a row. */
    static List<Markup> of(Report report, RaceFacts race, PointResults point) {
        return new OutcomeTable(report, point).of(race);
    }

    private List<Markup> of(RaceFacts race) {
        Map<Boolean, List<Shown>> outcomes = Stream.concat(
                        race.outcomes().stream().map(Shown::of), others(race))
                .collect(Collectors.partitioningBy(
                        outcome -> outcome.isForbidden() || isReachable(outcome.word) || isSeen(outcome.word)));
        Markup body = tag("tbody");
        outcomes.getOrDefault(true, List.of()).forEach(outcome -> body.add(row(outcome)));
        Markup table = tag("table", head(), body, sums(race)).with("class", "outcomes");
        List<Shown> rest = outcomes.getOrDefault(false, List.of());
        List<Markup> parts = new ArrayList<>(
                List.of(Fragments.scrolling("Outcomes of " + point.facts().key(), table)));
        if (!rest.isEmpty()) {
            String said = !point.facts().isExplored()
                    ? "Not explored"
                    : point.facts().predicted().bound() == null
                            ? "Not reachable under any model"
                            : "Not reached until a bound was hit";
            String words = rest.stream().map(Shown::word).collect(Collectors.joining(", "));
            parts.add(tag("p", said + ", and not seen: " + words + ".").with("class", "quiet"));
        }
        return parts;
    }

    /** What was seen or predicted, and is no outcome of the race: a wait that gave up, a rule of every race's, or an error. */
    private Stream<Shown> others(RaceFacts race) {
        Set<String> words = new TreeSet<>();
        point.results().forEach(result -> {
            words.addAll(result.outcomes().keySet());
            words.addAll(result.early().keySet());
        });
        point.facts().predicted().models().values().forEach(explored -> words.addAll(explored.outcomes()));
        race.outcomes().forEach(outcome -> words.remove(outcome.word()));
        return words.stream().map(this::other);
    }

    private Shown other(String word) {
        if (word.equals(Stuckness.STUCK.name())) {
            return point.variant().deadlocks()
                    ? new Shown(word, "forbidden", Stuckness.STUCK.sentence())
                    : new Shown(word, "inconclusive", "a bounded wait gave up, for want of CPU time");
        }
        return Lifetime.named(word)
                .map(rule -> new Shown(word, "forbidden", rule.sentence()))
                .orElseGet(() -> new Shown(word, "unknown", "not an outcome of the race"));
    }

    private boolean isReachable(String word) {
        return Fragments.LEVELS.stream()
                .anyMatch(level -> point.facts().predicted().allows(level, word));
    }

    private boolean isSeen(String word) {
        return point.results().stream()
                .anyMatch(result ->
                        result.outcomes().containsKey(word) || result.early().containsKey(word));
    }

    private Markup head() {
        Markup first = tag(
                "tr",
                Fragments.column("outcome").with("rowspan", 2),
                tag("th", "explored: reachable").with("scope", "colgroup").with("colspan", Fragments.LEVELS.size()));
        Markup second = tag("tr", Fragments.levelColumns());
        for (int host = 0; host < report.hosts().size(); host++) {
            String observed = "observed" + Fragments.host(report, host, ": ", "");
            first.add(tag("th", observed)
                    .with("scope", "colgroup")
                    .with("colspan", TIERS.size() + 1)
                    .with("class", "host"));
            second.add(Fragments.column("all"));
            TIERS.forEach(tier -> second.add(Fragments.column(tier.toString())));
        }
        return tag("thead", first, second);
    }

    private Markup row(Shown outcome) {
        Markup head = tag(
                "th",
                tag("code", outcome.word),
                " ",
                span("mark " + outcome.mark, outcome.mark),
                tag("div", outcome.sentence).with("class", "sentence"));
        Markup row = tag(
                "tr",
                head.with("scope", "row"),
                Fragments.reachable(point.facts().predicted(), outcome.word));
        boolean unseen = false;
        for (Result result : point.results()) {
            row.add(observed(result, outcome.word));
            unseen |= result.unseen().contains(outcome.word);
        }
        return row.with("class", outcome.mark + (unseen ? " unseen" : ""));
    }

    private static List<Markup> observed(Result result, String word) {
        Map<Tier, Long> counts = result.outcomes().getOrDefault(word, Map.of());
        long all = counts.values().stream().mapToLong(Long::longValue).sum();
        Markup sum = cell(all, result.samples());
        if (result.unseen().contains(word)) {
            sum.add(" ", span("notsampled", "predicted, not sampled"));
        }
        long early = result.early().getOrDefault(word, Map.of()).values().stream()
                .mapToLong(Long::longValue)
                .sum();
        if (early > 0) {
            sum.add(" ", span("quiet", "+ " + Table.number(early) + " in warm-ups"));
        }
        return Stream.concat(
                        Stream.of(sum),
                        TIERS.stream().map(tier -> cell(counts.getOrDefault(tier, 0L), samples(result, tier))))
                .toList();
    }

    /** What each tier gave: from how many VMs, how many samples, and how many of them in the window. */
    private Markup sums(RaceFacts race) {
        Set<String> windows = race.outcomes().stream()
                .filter(outcome -> outcome.mark() == Outcome.Mark.WINDOW)
                .map(OutcomeFacts::word)
                .collect(Collectors.toSet());
        return tag(
                "tfoot",
                vms(),
                sums("samples", result -> samples(result, word -> true), false),
                sums("in the window", result -> samples(result, windows::contains), true));
    }

    /** Each fork of a point is in a VM that has not measured it before. */
    private Markup vms() {
        Markup row = sumsRow("VMs");
        for (HostReport host : report.hosts()) {
            List<Tier> tiers = host.measurements().stream()
                    .filter(fork -> fork.point().equals(point.facts().key()) && fork.samples() > 0)
                    .map(Measurement::tier)
                    .toList();
            row.add(sum(tiers.size(), 0));
            TIERS.forEach(tier -> row.add(sum(Collections.frequency(tiers, tier), 0)));
        }
        return row;
    }

    private Markup sums(String name, Function<Result, Map<Tier, Long>> count, boolean rates) {
        Markup row = sumsRow(name);
        for (Result result : point.results()) {
            Map<Tier, Long> counts = count.apply(result);
            row.add(sum(counts.values().stream().mapToLong(Long::longValue).sum(), rates ? result.samples() : 0));
            TIERS.forEach(tier -> row.add(sum(counts.getOrDefault(tier, 0L), rates ? samples(result, tier) : 0)));
        }
        return row;
    }

    private static Markup sumsRow(String name) {
        return tag(
                "tr", Fragments.column(name).with("scope", "row"), tag("td").with("colspan", Fragments.LEVELS.size()));
    }

    private static Markup sum(long count, long of) {
        String share = count == 0 || of == 0 ? "" : " (" + Table.rate(count, of) + ")";
        return tag("td", Table.number(count) + share).with("class", count == 0 ? "zero" : "seen");
    }

    private static long samples(Result result, Tier tier) {
        return samples(result, word -> true).getOrDefault(tier, 0L);
    }

    private static Map<Tier, Long> samples(Result result, Predicate<String> words) {
        return result.outcomes().entrySet().stream()
                .filter(outcome -> words.test(outcome.getKey()))
                .flatMap(outcome -> outcome.getValue().entrySet().stream())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, Long::sum));
    }

    private static Markup cell(long count, long samples) {
        return samples == 0
                ? tag("td", "no samples").with("class", "zero")
                : tag("td", Table.number(count) + " (" + Table.rate(count, samples) + ")")
                        .with("class", count == 0 ? "zero" : "seen");
    }
}
