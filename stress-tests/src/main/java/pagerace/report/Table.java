// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagerace.price.Price;
import pagerace.price.Price.Ratio;
import pagerace.price.PriceControl;
import pagerace.price.PriceFile;
import pagerace.race.Reachability;
import pagerace.report.Report.Row;
import pagerace.terminal.Columns;
import pagerace.terminal.Terminal;
import pagerace.terminal.Terminal.Colour;
import pagerace.verdict.Verdict;

/** The report as a table for the terminal: the points of the plan, race by race, then one line of sums. */
public final class Table {
    static final List<String> HEAD = List.of(
            "variant", "kernels", "expected", "explored", "samples", "forbidden", "rate", "window", "price", "verdict");

    /** Columns of numbers, by their places in {@link #HEAD}. */
    private static final Set<Integer> NUMBERS = Set.of(4, 5, 6, 7, 8);

    /**
     * Columns that a narrow terminal does without, the first to go first: what {@code list} says as well, then what judges the
     * measurement and what it cost, then the counts.
     */
    private static final List<Integer> DISPENSABLE =
            dispensable("kernels", "expected", "window", "price", "rate", "samples", "explored", "forbidden");

    private Table() {}

    private static List<Integer> dispensable(String... columns) {
        return Stream.of(columns).map(HEAD::indexOf).toList();
    }

    /** The table as a file has it, in lines of any length: one for each class of hosts. */
    public static String of(Report report) {
        return of(report, Terminal.FILE);
    }

    /** The same as it fits {@code terminal}. */
    public static String of(Report report, Terminal terminal) {
        String missing = report.missingInWords();
        return (missing.isEmpty() ? "" : terminal.fit(OneLine.of(missing) + "\n"))
                + report.hosts().stream()
                        .map(host -> (report.hosts().size() > 1
                                        ? "\n"
                                                + terminal.fit(
                                                        OneLine.of(host.host().toString()) + "\n")
                                        : "")
                                + of(report, host, terminal))
                        .collect(Collectors.joining());
    }

    private static String of(Report report, HostReport host, Terminal terminal) {
        Map<String, List<Row>> byRace = rows(report, host).stream()
                .collect(Collectors.groupingBy(row -> row.point().race(), LinkedHashMap::new, Collectors.toList()));
        List<Row> all = byRace.values().stream().flatMap(List::stream).toList();
        StringBuilder text = new StringBuilder(headline(host, terminal));
        byRace.forEach((race, rows) -> {
            String title = OneLine.of(race + priced(rows.get(0).result()));
            // In a file the columns of all races stand under each other; on a terminal each race has those that fit.
            List<Row> together = terminal.isLimited() ? rows : all;
            boolean narrow = !columns(together, terminal, false).isWhole();
            Columns columns = columns(together, terminal, narrow);
            text.append('\n').append(terminal.fit(title + "\n")).append(columns.line(HEAD));
            rows.forEach(row -> text.append(columns.line(painted(row, terminal, narrow)))
                    .append(narrow ? below(row, terminal) : "")
                    .append(unseen(row, terminal)));
        });
        return text.append('\n')
                .append(terminal.fit(OneLine.of(summary(report, host)) + "\n"))
                .toString();
    }

    /** What has become of the run, in one sentence. */
    public static String headline(HostReport host, Terminal terminal) {
        String verdict = host.verdict().name();
        String headline = OneLine.of(host.headline());
        String painted = headline.startsWith(verdict)
                ? terminal.paint(colour(host.verdict()), verdict) + headline.substring(verdict.length())
                : headline;
        return terminal.fit(painted + "\n");
    }

    private static Colour colour(RunVerdict verdict) {
        return switch (verdict) {
            case PASSED -> Colour.GOOD;
            case UNDECIDED -> Colour.OPEN;
            case FAILED -> Colour.BAD;
        };
    }

    private static Columns columns(List<Row> rows, Terminal terminal, boolean narrow) {
        List<List<String>> lines = Stream.concat(Stream.of(HEAD), rows.stream().map(row -> harmless(row, narrow)))
                .toList();
        return new Columns(terminal, "  ", lines, NUMBERS, DISPENSABLE);
    }

    /** The cells of {@code row}; in a narrow table without its place and its reason, which {@link #below} has. */
    private static List<String> harmless(Row row, boolean narrow) {
        List<String> cells = new ArrayList<>(cells(row));
        if (narrow) {
            cells.set(0, row.point().variant());
            cells.set(cells.size() - 1, row.result().verdict().name());
        }
        return cells.stream().map(OneLine::of).toList();
    }

    /** What a narrow row leaves out: with them, there would be room for little else. */
    private static String below(Row row, Terminal terminal) {
        String verdict = verdict(row.result());
        String reason =
                verdict.substring(row.result().verdict().name().length()).strip();
        String below = (row.point().place() + " " + reason).strip();
        return below.isEmpty() ? "" : terminal.row("      ", OneLine.of(below));
    }

    /** The cells of {@code row}, its verdict in colour: what is as it should be, what is open, what fails. */
    private static List<String> painted(Row row, Terminal terminal, boolean narrow) {
        List<String> cells = new ArrayList<>(harmless(row, narrow));
        int last = cells.size() - 1;
        Verdict verdict = row.result().verdict();
        Colour colour = colour(row.result());
        if (colour != null) {
            String rest = cells.get(last).substring(verdict.name().length());
            cells.set(last, terminal.paint(colour, verdict.name()) + rest);
        }
        return cells;
    }

    private static @Nullable Colour colour(Result result) {
        if (result.fails()) {
            return Colour.BAD;
        }
        return switch (result.verdict()) {
            case HOLDS, REPRODUCED -> Colour.GOOD;
            case INCONCLUSIVE, UNKNOWN -> Colour.OPEN;
            case BROKEN, UNPREDICTED -> Colour.BAD;
            case LATENT, SKIPPED -> null;
        };
    }

    /** What threads ran, what fails, and, in the races that they ran, what has a price though no plan has it. */
    static List<Row> rows(Report report, HostReport host) {
        List<Row> all = report.rows(host);
        Set<String> run = all.stream()
                .filter(row -> row.result().plan() != null)
                .map(row -> row.point().race())
                .collect(Collectors.toSet());
        return all.stream()
                .filter(row -> row.result().plan() != null
                        || row.result().fails()
                        || (row.isExploredOnly()
                                && !row.result().prices().isEmpty()
                                && run.contains(row.point().race())))
                .toList();
    }

    /** Whose prices the column shows. */
    private static String priced(Result result) {
        return result.prices().isEmpty()
                ? ""
                : result.prices().stream()
                        .map(Price::operation)
                        .collect(Collectors.joining(" / ", " (price: ", ", each alone)"));
    }

    /** The ratio to the base in the same place: 1 is the base itself, = one that does the same when alone. */
    public static String price(Price price) {
        if (price.accesses() == null) {
            return "deadlock";
        }
        Ratio ratio = price.ratio();
        return switch (price.claim()) {
            case SAME -> price.point().equals(price.base()) ? "1" : "=";
            case DIFFERENT -> ratio == null ? "?" : String.format(Locale.ROOT, "%.2f", ratio.median());
            case ABOUT_EQUAL -> "~1";
            case NONE -> "?";
        };
    }

    /** What stands below {@link #HEAD}. */
    static List<String> cells(Row row) {
        Result result = row.result();
        return List.of(
                row.name(),
                row.kernels(),
                expected(row.point().reachableFrom()),
                explored(row.point()),
                number(result.samples()),
                forbidden(result),
                rate(result),
                number(result.window()),
                result.prices().isEmpty()
                        ? "-"
                        : result.prices().stream().map(Table::price).collect(Collectors.joining(" / ")),
                verdict(result));
    }

    /** From where a forbidden outcome is reachable, in words. */
    public static String expected(Reachability from) {
        return switch (from) {
            case NEVER -> "never";
            case UNKNOWN -> "unknown";
            case SEQUENTIAL -> "sequential";
            case SC, TSO, WEAK -> "from " + from;
        };
    }

    /** Where the explorer finds a forbidden outcome to be reachable from; a dash if it was not asked. */
    private static String explored(PointFacts point) {
        return point.isExplored() ? expected(point.predicted().reachableFrom()) : "-";
    }

    /** How many samples were forbidden; where none was, but executions of warm-ups were, these: {@code 0 + 7 early}. */
    static String forbidden(Result result) {
        return number(result.forbidden())
                + (onlyEarly(result) ? " + " + number(result.forbiddenEarly()) + " early" : "");
    }

    private static boolean onlyEarly(Result result) {
        return result.forbidden() == 0 && result.forbiddenEarly() > 0;
    }

    /**
     * The rate of the forbidden outcome, as {@link #rate(long, long)}; a dash if only warm-ups showed it. Behind a bound stands, after a stroke, the one that counts
     * only samples in the window: the others need not have given the race a chance.
     */
    public static String rate(Result result) {
        if (onlyEarly(result)) {
            return "-";
        }
        String rate = rate(result.forbidden(), result.samples());
        return result.forbidden() == 0 && result.window() > 0 ? rate + " / " + bound(result.window()) : rate;
    }

    /**
     * The rate of what was seen {@code count} times in {@code samples}; if that is never, the bound that it is below with 95 %
     * confidence: the rule of three. A dash without samples.
     */
    public static String rate(long count, long samples) {
        if (samples == 0) {
            return "-";
        }
        return count > 0 ? String.format(Locale.ROOT, "%.1e", (double) count / samples) : "< " + bound(samples);
    }

    /** The rule of three: what the rate of something that {@code none} samples did not show is below, with 95 % confidence. */
    private static String bound(long none) {
        return String.format(Locale.ROOT, "%.1e", Math.min(1, 3.0 / none));
    }

    /** The verdict with its reason; that of LATENT is the same in every row, and stands in the report. */
    static String verdict(Result result) {
        return result.reason().isEmpty() || result.verdict() == Verdict.LATENT
                ? result.verdict().name()
                : result.verdict() + " (" + result.reason() + ")";
    }

    private static String unseen(Row row, Terminal terminal) {
        String unseen = unseen(row.result());
        return unseen.isEmpty() ? "" : terminal.fit("    " + OneLine.of(unseen) + "\n");
    }

    /** What the explorer says such a host could show, and no sample showed; empty if there is nothing, or no sample at all. */
    static String unseen(Result result) {
        return result.unseen().isEmpty() || result.samples() == 0
                ? ""
                : "predicted, not sampled: " + String.join(", ", result.unseen());
    }

    /** The counts in one line. */
    static String counts(Result result) {
        return "samples " + number(result.samples()) + ", forbidden " + forbidden(result) + ", rate " + rate(result)
                + ", window " + number(result.window());
    }

    /** The verdicts and everything that has to be known of them, in one line. */
    static String summary(Report report, HostReport host) {
        Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);
        List<String> notes = new ArrayList<>();
        for (Result result : host.results()) {
            counts.merge(result.verdict(), 1, Integer::sum);
        }
        String verdicts = counts.entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .collect(Collectors.joining(", "));
        if (!host.isComplete()) {
            notes.add("interrupted: what was measured until then");
        }
        long explored = report.points().stream().filter(PointFacts::isExplored).count();
        if (explored > 0) {
            notes.add(explored + (explored == 1 ? " point" : " points") + " explored under SC, TSO and WEAK"
                    + report.cached());
        }
        long unseen = host.results().stream()
                .mapToLong(result -> result.unseen().size())
                .sum();
        if (unseen > 0) {
            notes.add(unseen + " predicted " + (unseen == 1 ? "outcome" : "outcomes")
                    + " not sampled (\"unseen\" in report.json)");
        }
        long failing = host.results().stream().filter(Result::fails).count();
        if (!report.undecided(host).isEmpty()) {
            notes.add("nothing could be decided about " + String.join(", ", report.undecided(host)));
        }
        long undecided = host.results().stream().filter(Result::isLeftUndecided).count();
        if (undecided > 0) {
            notes.add(undecided + " undecided");
        }
        notes.add(failing == 0 ? "no verdict fails" : failing + (failing == 1 ? " fails" : " fail"));
        HostReport.Pricing pricing = host.pricing();
        if (pricing != null) {
            pricing.controls().stream()
                    .filter(PriceControl::makesVoid)
                    .forEach(control ->
                            notes.add("prices of " + control.subject() + " void, since " + control.voidBecause()));
            notes.add((pricing.complete() ? "prices by " : "prices, not all, by ") + pricing.method() + ", on "
                    + pricing.host() + ", JDK " + pricing.jdk() + elsewhere(host, pricing));
        }
        return verdicts + "; " + String.join("; ", notes) + " (" + measuredIn(host) + ", the host "
                + host.given().inWords() + ", "
                + host.host().arch() + " is " + host.host().memoryModel() + ", JDK "
                + host.host().jdk() + ")";
    }

    /** Where the prices were not measured where the threads ran. */
    private static String elsewhere(HostReport host, HostReport.Pricing pricing) {
        List<String> others = new ArrayList<>();
        if (host.runs().stream()
                .map(Run::host)
                .noneMatch(its -> PriceFile.host(its.cpus(), its.arch()).equals(pricing.host()))) {
            others.add("another host");
        }
        if (!pricing.jdk().equals(host.host().jdk())) {
            others.add("another JDK");
        }
        return others.isEmpty() ? "" : " (" + String.join(" and ", others) + " than the threads')";
    }

    private static String measuredIn(HostReport host) {
        String cpus = host.runs().stream()
                .map(run -> String.valueOf(run.host().cpus()))
                .distinct()
                .collect(Collectors.joining(" or "));
        long budget = host.runs().stream().mapToLong(Run::budget).sum();
        return (host.runs().size() == 1 ? "" : host.runs().size() + " runs, ")
                + host.runs().stream().mapToLong(Run::elapsed).sum()
                + (host.runs().stream().anyMatch(run -> run.budget() == 0)
                        ? " s as needed, "
                        : " s of " + budget + " s, ")
                + cpus + " CPUs";
    }

    /** A count, its thousands set apart. */
    public static String number(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}
