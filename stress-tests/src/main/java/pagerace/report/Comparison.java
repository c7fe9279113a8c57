// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagerace.price.Price;
import pagerace.race.Outcome;
import pagerace.race.Stuckness;
import pagerace.report.HostReport.Pricing;
import pagerace.report.Report.Row;
import pagerace.verdict.Distance;
import pagerace.verdict.Measurement;
import pagerace.verdict.Tier;
import pagerace.verdict.Verdict;

/**
 * The differences between two reports of one catalogue.
 *
 * @param pairs what was measured on hosts that are compared with each other: of reports with one class of hosts each, these
 *     two; else those of the same class
 * @param unpaired hosts without a counterpart in the other report
 * @param explored the points that were explored in one of the reports only
 */
public record Comparison(List<Pair> pairs, Coverage<HostClass> unpaired, Coverage<String> explored) {
    /**
     * Two classes of hosts.
     *
     * @param before the first report's
     * @param after the second's
     * @param runsBefore its runs
     * @param runsAfter its runs
     * @param verdicts the verdicts that changed, the worse ones first
     * @param rates what became of the rates of forbidden outcomes
     * @param prices what became of the prices
     * @param pricingBefore how the first's prices were measured; null if it has none
     * @param pricingAfter how the second's were
     * @param measured the points that threads ran on one of the hosts only
     * @param priced the operations that have a price on one of the hosts only
     */
    public record Pair(
            HostClass before,
            HostClass after,
            List<Run> runsBefore,
            List<Run> runsAfter,
            List<VerdictChange> verdicts,
            Moves<RateMove> rates,
            Moves<PriceMove> prices,
            @Nullable Pricing pricingBefore,
            @Nullable Pricing pricingAfter,
            Coverage<String> measured,
            Coverage<String> priced) {
        boolean isEqual() {
            return verdicts.isEmpty()
                    && rates.moved.isEmpty()
                    && prices.moved.isEmpty()
                    && measured.isEqual()
                    && priced.isEqual();
        }
    }

    /** What a change of verdict is. */
    public enum Direction {
        /** To BROKEN, UNPREDICTED or INCONCLUSIVE, or from a later to an earlier of these. */
        WORSE,
        /** The other way round. */
        BETTER,
        /** Neither. */
        OTHER
    }

    /**
     * A verdict that changed.
     *
     * @param key the point
     * @param direction whether it is worse
     * @param before the verdict of the first report
     * @param reasonBefore why
     * @param after the verdict of the second
     * @param reasonAfter why
     */
    public record VerdictChange(
            String key, Direction direction, Verdict before, String reasonBefore, Verdict after, String reasonAfter) {}

    /**
     * Numbers that were compared.
     *
     * @param compared how many were
     * @param incomparable how many both sides have and could not be: rates for want of forks, prices because nothing is claimed
     *     of one of them, or because their bases differ
     * @param otherStrides rates that could not be, because the strides of the forks differed too much
     * @param moved those that moved
     */
    public record Moves<M>(int compared, int incomparable, List<Stressed> otherStrides, List<M> moved) {}

    /**
     * The rate of the forbidden outcomes of a point in one tier that moved: see {@link Rate#differ}.
     *
     * @param key the point
     * @param tier how the forks executed code
     * @param before the rate in the first report
     * @param after the rate in the second
     */
    public record RateMove(String key, Tier tier, Rate before, Rate after) {}

    /**
     * A price that moved: something is claimed of both ratios to the same base, and their intervals have nothing in common.
     *
     * @param point the point, or the workload
     * @param operation what was timed
     * @param before the ratio in the first report
     * @param after the ratio in the second
     */
    public record PriceMove(String point, String operation, Price.Ratio before, Price.Ratio after) {}

    /**
     * What only one of two has.
     *
     * @param onlyBefore what only the first has
     * @param onlyAfter what only the second has
     */
    public record Coverage<T>(List<T> onlyBefore, List<T> onlyAfter) {
        static <T> Coverage<T> of(List<T> before, List<T> after) {
            return new Coverage<>(without(before, after), without(after, before));
        }

        private static <T> List<T> without(List<T> these, List<T> those) {
            Set<T> others = new HashSet<>(those);
            return these.stream().filter(each -> !others.contains(each)).toList();
        }

        boolean isEqual() {
            return onlyBefore.isEmpty() && onlyAfter.isEmpty();
        }
    }

    /**
     * Compares two reports.
     *
     * @throws Mismatch if that makes no sense
     */
    public static Comparison of(Report before, Report after) {
        if (before.schema() != after.schema()) {
            throw new Mismatch("The first report has the version " + before.schema() + " of the format, the second "
                    + after.schema() + ": grade both again with one version of PageRace.");
        }
        if (!before.catalogue().equals(after.catalogue())) {
            throw new Mismatch("The first report is of the catalogue " + before.catalogue() + ", the second of "
                    + after.catalogue() + ": measure both with the same catalogue.");
        }
        List<Pair> pairs = new ArrayList<>();
        boolean single = before.hosts().size() == 1 && after.hosts().size() == 1;
        for (HostReport one : before.hosts()) {
            after.hosts().stream()
                    .filter(other -> single || other.host().equals(one.host()))
                    .forEach(other -> pairs.add(new Two(before, one, after, other).compared()));
        }
        return new Comparison(
                List.copyOf(pairs),
                single ? new Coverage<>(List.of(), List.of()) : Coverage.of(classes(before), classes(after)),
                Coverage.of(explored(before), explored(after)));
    }

    private static List<HostClass> classes(Report report) {
        return report.hosts().stream().map(HostReport::host).toList();
    }

    private static List<String> explored(Report report) {
        return report.points().stream()
                .filter(PointFacts::isExplored)
                .map(PointFacts::key)
                .toList();
    }

    /** Whether there is nothing to tell. */
    public boolean isEqual() {
        return pairs.stream().allMatch(Pair::isEqual) && unpaired.isEqual() && explored.isEqual();
    }

    /** Whether some verdict changed. */
    public boolean verdictsChanged() {
        return pairs.stream().anyMatch(pair -> !pair.verdicts.isEmpty());
    }

    /**
     * A point as forks of one tier ran it.
     *
     * @param key the point
     * @param tier how the forks executed code
     */
    public record Stressed(String key, Tier tier) {}

    /** Two hosts of two reports. */
    private record Two(Report before, HostReport one, Report after, HostReport other) {
        Pair compared() {
            return new Pair(
                    one.host(),
                    other.host(),
                    one.runs(),
                    other.runs(),
                    verdicts(),
                    rates(),
                    prices(),
                    one.pricing(),
                    other.pricing(),
                    Coverage.of(measured(one), measured(other)),
                    Coverage.of(
                            List.copyOf(pricesOf(one).keySet()),
                            List.copyOf(pricesOf(other).keySet())));
        }

        private static List<String> measured(HostReport host) {
            return host.results().stream()
                    .filter(result -> result.plan() != null)
                    .map(Result::key)
                    .toList();
        }

        private List<VerdictChange> verdicts() {
            Map<String, Row> rows = rows(after, other);
            List<VerdictChange> changes = new ArrayList<>();
            for (Row row : before.rows(one)) {
                Row now = rows.get(row.point().key());
                if (now != null && isChange(row, now)) {
                    changes.add(change(row.result(), now.result()));
                }
            }
            changes.sort(Comparator.comparing(VerdictChange::direction));
            return List.copyOf(changes);
        }

        private static Map<String, Row> rows(Report report, HostReport host) {
            return report.rows(host).stream()
                    .collect(Collectors.toMap(row -> row.point().key(), Function.identity()));
        }

        /** Two different verdicts. SKIPPED is one only where both were asked the same: else the coverage differs. */
        private static boolean isChange(Row row, Row now) {
            boolean askedTheSame =
                    (row.result().plan() == null) == (now.result().plan() == null)
                            && row.point().isExplored() == now.point().isExplored();
            boolean bothGraded =
                    row.result().verdict() != Verdict.SKIPPED && now.result().verdict() != Verdict.SKIPPED;
            return row.result().verdict() != now.result().verdict() && (askedTheSame || bothGraded);
        }

        private static VerdictChange change(Result result, Result now) {
            int worse = Integer.compare(badness(now.verdict()), badness(result.verdict()));
            Direction direction = worse > 0 ? Direction.WORSE : worse < 0 ? Direction.BETTER : Direction.OTHER;
            return new VerdictChange(
                    result.key(), direction, result.verdict(), result.reason(), now.verdict(), now.reason());
        }

        private static int badness(Verdict verdict) {
            return switch (verdict) {
                case BROKEN -> 3;
                case UNPREDICTED -> 2;
                case INCONCLUSIVE -> 1;
                case HOLDS, REPRODUCED, LATENT, UNKNOWN, SKIPPED -> 0;
            };
        }

        private Moves<RateMove> rates() {
            Map<Stressed, Rate> now = rates(after, other);
            Map<Stressed, Double> strides = strides(one);
            Map<Stressed, Double> stridesNow = strides(other);
            List<RateMove> moved = new ArrayList<>();
            List<Stressed> otherStrides = new ArrayList<>();
            int compared = 0;
            int tooFew = 0;
            for (Map.Entry<Stressed, Rate> each : rates(before, one).entrySet()) {
                Rate rate = each.getValue();
                Rate itsNow = now.get(each.getKey());
                if (itsNow == null || rate.hits() + itsNow.hits() == 0) {
                    continue;
                }
                if (!Rate.areComparable(rate, itsNow)) {
                    tooFew++;
                    continue;
                }
                if (!areAlike(requireNonNull(strides.get(each.getKey())), requireNonNull(stridesNow.get(each.getKey())))
                        || !distances(one, each.getKey()).equals(distances(other, each.getKey()))) {
                    otherStrides.add(each.getKey());
                    continue;
                }
                compared++;
                if (Rate.differ(rate, itsNow)) {
                    moved.add(new RateMove(each.getKey().key, each.getKey().tier, rate, itsNow));
                }
            }
            return new Moves<>(compared, tooFew, List.copyOf(otherStrides), List.copyOf(moved));
        }

        /** How far apart the actors of the forks were that have samples. */
        private static Set<Distance> distances(HostReport host, Stressed stressed) {
            return host.measurements().stream()
                    .filter(m -> m.point().equals(stressed.key) && m.tier() == stressed.tier && m.samples() > 0)
                    .map(m -> m.seat().distance())
                    .collect(Collectors.toSet());
        }

        /** The mean stride of the forks that have samples. */
        private static Map<Stressed, Double> strides(HostReport host) {
            return host.measurements().stream()
                    .filter(fork -> fork.samples() > 0)
                    .collect(Collectors.groupingBy(
                            fork -> new Stressed(fork.point(), fork.tier()),
                            Collectors.averagingInt(Measurement::stride)));
        }

        /** A stride moves a rate as much as what is compared might: beyond the factor that would matter, nothing can be told. */
        private static boolean areAlike(double stride, double other) {
            return Math.max(stride, other) <= Rate.MATTERS * Math.min(stride, other);
        }

        /** The rate of the forbidden outcomes of each point in each tier in which it has samples. */
        private static Map<Stressed, Rate> rates(Report report, HostReport host) {
            Map<String, Set<String>> forbidden = new HashMap<>();
            report.rows(host).forEach(row -> forbidden.put(row.point().key(), forbidden(report, row)));
            Map<Stressed, List<Rate.Sampled>> forks = new LinkedHashMap<>();
            for (Measurement fork : host.measurements()) {
                Set<String> words = forbidden.get(fork.point());
                if (words != null && fork.samples() > 0) {
                    forks.computeIfAbsent(new Stressed(fork.point(), fork.tier()), unused -> new ArrayList<>())
                            .add(new Rate.Sampled(count(fork, words::contains), fork.samples()));
                }
            }
            Map<Stressed, Rate> rates = new LinkedHashMap<>();
            forks.forEach((key, its) -> rates.put(key, Rate.of(its)));
            return rates;
        }

        private static Set<String> forbidden(Report report, Row row) {
            Stream<String> marked = report.race(row.point().race()).outcomes().stream()
                    .filter(outcome -> outcome.mark() == Outcome.Mark.FORBIDDEN)
                    .map(RaceFacts.OutcomeFacts::word);
            Stream<String> stuck = Stream.of(Stuckness.STUCK.name())
                    .filter(unused -> row.variant().deadlocks());
            return Stream.concat(marked, stuck).collect(Collectors.toSet());
        }

        private static long count(Measurement fork, Predicate<String> wanted) {
            return fork.outcomes().entrySet().stream()
                    .filter(outcome -> wanted.test(outcome.getKey()))
                    .mapToLong(Map.Entry::getValue)
                    .sum();
        }

        private Moves<PriceMove> prices() {
            Map<String, Price> now = pricesOf(other);
            List<PriceMove> moved = new ArrayList<>();
            int compared = 0;
            int incomparable = 0;
            for (Map.Entry<String, Price> each : pricesOf(one).entrySet()) {
                Price price = each.getValue();
                Price itsNow = now.get(each.getKey());
                if (itsNow == null || saysNothingNew(price, itsNow)) {
                    continue;
                }
                Price.@Nullable Ratio ratio = claimed(price);
                Price.@Nullable Ratio itsRatioNow = claimed(itsNow);
                if (ratio == null || itsRatioNow == null || !price.base().equals(itsNow.base())) {
                    incomparable++;
                    continue;
                }
                compared++;
                if (ratio.high() < itsRatioNow.low() || itsRatioNow.high() < ratio.low()) {
                    moved.add(new PriceMove(price.point(), price.operation(), ratio, itsRatioNow));
                }
            }
            return new Moves<>(compared, incomparable, List.of(), List.copyOf(moved));
        }

        /** Whether both are what they are without a clock: what the same base does, or a deadlock. */
        private static boolean saysNothingNew(Price price, Price now) {
            boolean bothSame = price.claim() == Price.Claim.SAME && now.claim() == Price.Claim.SAME;
            boolean bothDeadlock = price.accesses() == null && now.accesses() == null;
            return price.base().equals(now.base()) && (bothSame || bothDeadlock);
        }

        private static Price.@Nullable Ratio claimed(Price price) {
            return price.claim() == Price.Claim.NONE ? null : price.ratio();
        }

        /** By point and operation. */
        private static Map<String, Price> pricesOf(HostReport host) {
            Map<String, Price> prices = new LinkedHashMap<>();
            Stream.concat(
                            host.results().stream().flatMap(result -> result.prices().stream()),
                            host.workloads().stream())
                    .forEach(price -> prices.put(price.point() + ": " + price.operation(), price));
            return prices;
        }
    }
}
