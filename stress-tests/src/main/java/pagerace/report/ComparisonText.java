// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import pagerace.price.Price.Ratio;
import pagerace.price.PriceControl;
import pagerace.report.Comparison.Coverage;
import pagerace.report.Comparison.Direction;
import pagerace.report.Comparison.Moves;
import pagerace.report.Comparison.Pair;
import pagerace.report.HostReport.Pricing;
import pagerace.terminal.Columns;
import pagerace.terminal.Terminal;
import pagerace.verdict.Verdict;

/** A comparison for people. */
public enum ComparisonText {
    /** For a terminal. */
    TABLE,
    /** For a step summary or a mail. */
    MARKDOWN,
    /** For programs: {@link Comparison} as it is. */
    JSON;

    /**
     * The text of {@code comparison}, in lines of any length; with {@code all}, whatever only one of the two covers is listed and
     * not just counted.
     */
    public String of(Comparison comparison, boolean all) {
        return of(comparison, all, Terminal.FILE);
    }

    /** The same; a table as it fits {@code terminal}. */
    public String of(Comparison comparison, boolean all, Terminal terminal) {
        return switch (this) {
            case TABLE ->
                sections(comparison, all).stream()
                        .map(section -> section.plain(terminal))
                        .collect(Collectors.joining("\n"));
            case MARKDOWN ->
                sections(comparison, all).stream().map(Section::markdown).collect(Collectors.joining("\n"));
            case JSON -> Json.text(comparison);
        };
    }

    /** A title, and under it perhaps a table. */
    private record Section(String title, List<String> head, List<List<String>> rows) {
        static Section of(String sentence) {
            return new Section(sentence, List.of(), List.of());
        }

        String plain(Terminal terminal) {
            if (rows.isEmpty()) {
                return terminal.fit(OneLine.each(title));
            }
            List<List<String>> lines = Stream.concat(Stream.of(head), rows.stream())
                    .map(line -> line.stream().map(OneLine::of).toList())
                    .toList();
            Columns columns = new Columns(terminal, "  ", lines);
            return terminal.fit(OneLine.each(title))
                    + lines.stream().map(columns::line).collect(Collectors.joining());
        }

        String markdown() {
            return Markdown.escaped(title) + "\n" + (rows.isEmpty() ? "" : "\n" + Markdown.table(head, rows));
        }
    }

    private static List<Section> sections(Comparison comparison, boolean all) {
        List<Section> sections = new ArrayList<>();
        for (Pair pair : comparison.pairs()) {
            sections.add(Section.of(side("First: ", pair.before(), pair.runsBefore()) + "\n"
                    + side("Second: ", pair.after(), pair.runsAfter())));
            differences(sections, pair);
            sections.add(verdicts(pair));
            sections.add(rates(pair));
            sections.add(prices(pair));
            coverage(sections, "Threads ran only", pair.measured(), Function.identity(), all);
            coverage(sections, "Priced only", pair.priced(), Function.identity(), all);
        }
        coverage(sections, "Explored only", comparison.explored(), Function.identity(), all);
        coverage(sections, "Hosts only", comparison.unpaired(), HostClass::toString, true);
        if (comparison.isEqual()) {
            sections.add(Section.of("Nothing changed."));
        }
        return sections;
    }

    private static String side(String name, HostClass host, List<Run> runs) {
        return OneLine.of(name
                + host
                + runs.stream()
                        .map(run -> (run.label() == null ? "" : run.label() + ", ") + run.started())
                        .collect(Collectors.joining("; ", " (", ")")));
    }

    /** In what the runs differ besides: it may be why something changed. */
    private static void differences(List<Section> sections, Pair pair) {
        List<String> found = new ArrayList<>();
        difference(found, "JVM flags", pair, run -> String.join(" ", run.jvmArguments()));
        difference(found, "operating system", pair, run -> run.host().os());
        difference(found, "CPUs", pair, run -> String.valueOf(run.host().cpus()));
        difference(found, "version", pair, Run::version);
        difference(found, "label", pair, run -> run.label() == null ? "" : run.label());
        difference(found, "budget", pair, run -> run.budget() == 0 ? "as needed" : run.budget() + " s");
        difference(found, "ending", pair, run -> ending(run.complete()));
        Pricing priced = pair.pricingBefore();
        Pricing pricedNow = pair.pricingAfter();
        if (priced != null && pricedNow != null) {
            difference(found, "way of timing", priced.method(), pricedNow.method());
            difference(found, "JDK of the prices", priced.jdk(), pricedNow.jdk());
            difference(found, "host of the prices", priced.host(), pricedNow.host());
            difference(found, "ending of the timing", ending(priced.complete()), ending(pricedNow.complete()));
            difference(found, "prices that are void", ofNoUse(priced), ofNoUse(pricedNow));
        }
        if (!found.isEmpty()) {
            sections.add(Section.of(OneLine.of("The runs differ in " + String.join("; ", found))));
        }
    }

    private static String ending(boolean complete) {
        return complete ? "complete" : "interrupted";
    }

    private static void difference(List<String> found, String what, Pair pair, Function<Run, String> of) {
        difference(found, what, values(pair.runsBefore(), of), values(pair.runsAfter(), of));
    }

    private static void difference(List<String> found, String what, String before, String after) {
        if (!before.equals(after)) {
            found.add(what + ": " + before + " / " + after);
        }
    }

    private static String values(List<Run> runs, Function<Run, String> of) {
        return runs.stream()
                .map(of)
                .map(value -> value.isEmpty() ? "none" : value)
                .distinct()
                .sorted()
                .collect(Collectors.joining(" or "));
    }

    private static Section verdicts(Pair pair) {
        long worse = pair.verdicts().stream()
                .filter(change -> change.direction() == Direction.WORSE)
                .count();
        return new Section(
                "Verdicts that changed: " + pair.verdicts().size() + (worse == 0 ? "" : ", worse: " + worse),
                List.of("change", "point", "first", "second"),
                pair.verdicts().stream()
                        .map(change -> List.of(
                                change.direction().name().toLowerCase(Locale.ROOT),
                                change.key(),
                                verdict(change.before(), change.reasonBefore()),
                                verdict(change.after(), change.reasonAfter())))
                        .toList());
    }

    private static String verdict(Verdict verdict, String reason) {
        return reason.isEmpty() ? verdict.name() : verdict + " (" + reason + ")";
    }

    private static Section rates(Pair pair) {
        Moves<Comparison.RateMove> rates = pair.rates();
        String where = machines(pair.runsBefore()).equals(machines(pair.runsAfter()))
                ? ""
                : " on one machine, and these are different ones";
        String chance = rates.compared() == 0
                ? ""
                : String.format(
                                Locale.ROOT,
                                "; were nothing different, fewer than %.1f would be expected to move by chance",
                                rates.compared() / 20.0)
                        + where;
        String tooFew = rates.incomparable() == 0
                ? ""
                : "; " + rates.incomparable() + " more have fewer than " + Rate.ENOUGH_FORKS
                        + " forks on a side (stress --forks=" + Rate.ENOUGH_FORKS + " gives them more)";
        return new Section(
                "Rates that moved: " + rates.moved().size() + " of " + rates.compared() + " compared" + chance + tooFew
                        + otherStrides(rates.otherStrides()),
                List.of("point", "tier", "first", "second"),
                rates.moved().stream()
                        .map(move ->
                                List.of(move.key(), move.tier().toString(), rate(move.before()), rate(move.after())))
                        .toList());
    }

    private static String otherStrides(List<Comparison.Stressed> rates) {
        return rates.isEmpty()
                ? ""
                : rates.stream()
                        .map(each -> each.key() + " in " + each.tier())
                        .collect(Collectors.joining(", ", "; not compared, other strides or distances: ", ""));
    }

    /** What tells machines apart, so far as runs know; another JDK is none. */
    private static Set<List<String>> machines(List<Run> runs) {
        return runs.stream()
                .map(Run::host)
                .map(host -> List.of(host.os(), host.arch(), String.valueOf(host.cpus())))
                .collect(Collectors.toSet());
    }

    private static String rate(Rate rate) {
        return rate.hits() == 0
                ? String.format(Locale.ROOT, "0 of %,d", rate.samples())
                : String.format(Locale.ROOT, "%.1e (%.1e .. %.1e)", rate.value(), rate.low(), rate.high());
    }

    private static String ofNoUse(Pricing pricing) {
        String subjects = pricing.controls().stream()
                .filter(PriceControl::makesVoid)
                .map(PriceControl::subject)
                .collect(Collectors.joining(", "));
        return subjects.isEmpty() ? "none" : subjects;
    }

    private static Section prices(Pair pair) {
        Moves<Comparison.PriceMove> prices = pair.prices();
        String incomparable = prices.incomparable() == 0
                ? ""
                : "; " + prices.incomparable()
                        + " more could not be compared: nothing is claimed of one, or their bases differ";
        String timing = pair.pricingBefore() == null
                        || pair.pricingAfter() == null
                        || pair.pricingBefore().isLike(pair.pricingAfter())
                ? ""
                : "; they were not timed alike, see above";
        return new Section(
                "Prices that moved: " + prices.moved().size() + " of " + prices.compared() + " compared" + incomparable
                        + timing,
                List.of("point", "operation", "first", "second"),
                prices.moved().stream()
                        .map(move -> List.of(move.point(), move.operation(), ratio(move.before()), ratio(move.after())))
                        .toList());
    }

    private static String ratio(Ratio ratio) {
        return String.format(Locale.ROOT, "%.2f (%.2f .. %.2f)", ratio.median(), ratio.low(), ratio.high());
    }

    private static <T> void coverage(
            List<Section> sections, String what, Coverage<T> coverage, Function<T, String> name, boolean all) {
        coverage(
                sections,
                what + " in the first: ",
                coverage.onlyBefore().stream().map(name).toList(),
                all);
        coverage(
                sections,
                what + " in the second: ",
                coverage.onlyAfter().stream().map(name).toList(),
                all);
    }

    private static void coverage(List<Section> sections, String title, List<String> names, boolean all) {
        if (names.isEmpty()) {
            return;
        }
        if (all) {
            sections.add(new Section(
                    title + names.size(),
                    List.of("which"),
                    names.stream().map(List::of).toList()));
            return;
        }
        Map<String, Long> byRace = names.stream()
                .collect(Collectors.groupingBy(
                        name -> name.split("/", 2)[0], LinkedHashMap::new, Collectors.counting()));
        sections.add(Section.of(title
                + byRace.entrySet().stream()
                        .map(race -> race.getKey() + " " + race.getValue())
                        .collect(Collectors.joining(", "))));
    }
}
