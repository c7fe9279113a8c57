// SPDX-License-Identifier: Apache-2.0
package pagerace.report.html;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import pagerace.price.Price;
import pagerace.price.Price.Claim;
import pagerace.price.Price.Ratio;
import pagerace.race.Reachability;
import pagerace.race.Variant;
import pagerace.report.Result;
import pagerace.verdict.Verdict;

/**
 * The cheapest variants that hold, in one place and for one actor, on one class of hosts.
 *
 * <p>The rule: compared are the variants that are planned and HOLD in the place, and have the same control there, so that they
 * fix the same thing; none of which a point fails anywhere; and mutants never, because what they save is a step that something
 * else may need. In one place all prices are
 * multiples of one base. A price takes part if something may be said of it: {@code 1} and {@code =} are one; {@code ~1} is its
 * interval, stretched to contain one; a number is its interval. A variant is among the cheapest unless another one's interval
 * lies wholly below its own. That it is broken in another place keeps no variant out, and is said of it.
 *
 * @param place the values of the dimensions
 * @param control the key of the control that they share
 * @param operation the actor; empty if the place has no prices
 * @param cheapest those that cannot be told apart from the cheapest
 * @param dearer those that cost more
 * @param unsaid those of whose price nothing may be said, or that have none
 */
record Cheapest(
        String place,
        String control,
        String operation,
        List<PointResults> cheapest,
        List<PointResults> dearer,
        List<PointResults> unsaid) {
    /** The answers for one race on one class of hosts. */
    static List<Cheapest> of(List<PointResults> race, int host) {
        Map<Alike, List<PointResults>> alike = race.stream()
                .filter(point -> isCandidate(race, point, host))
                .collect(Collectors.groupingBy(Alike::of, LinkedHashMap::new, Collectors.toList()));
        List<Cheapest> answers = new ArrayList<>();
        alike.forEach((group, points) -> {
            Set<String> operations = points.stream()
                    .flatMap(point -> point.results().get(host).prices().stream())
                    .map(Price::operation)
                    .collect(Collectors.toCollection(LinkedHashSet::new));
            (operations.isEmpty() ? Set.of("") : operations)
                    .forEach(operation -> answers.add(compare(group, operation, points, host)));
        });
        return List.copyOf(answers);
    }

    /** Points that can be compared. */
    private record Alike(String place, String control) {
        static Alike of(PointResults point) {
            String control = point.facts().control();
            return new Alike(point.facts().place(), control == null ? "" : control);
        }
    }

    private static boolean isCandidate(List<PointResults> race, PointResults candidate, int host) {
        return candidate.facts().planned()
                && candidate.results().get(host).verdict() == Verdict.HOLDS
                && candidate.variant().origin().kind() != Variant.Kind.MUTANT
                && race.stream()
                        .filter(point -> point.variant().equals(candidate.variant()))
                        .noneMatch(point -> point.results().get(host).fails());
    }

    /** From which model on the variant is broken in some other place; null if in none that anybody knows of. */
    static @Nullable Reachability elsewhere(List<PointResults> race, PointResults candidate) {
        return race.stream()
                .filter(point -> point.variant().equals(candidate.variant()))
                .map(point -> point.facts().isExplored()
                        ? point.facts().predicted().reachableFrom()
                        : point.facts().reachableFrom())
                .filter(from -> from != Reachability.NEVER && from != Reachability.UNKNOWN)
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    private static Cheapest compare(Alike group, String operation, List<PointResults> points, int host) {
        List<PointResults> unsaid = new ArrayList<>();
        List<PointResults> priced = new ArrayList<>();
        points.forEach(point -> (price(point.results().get(host), operation) == null ? unsaid : priced).add(point));
        double least = priced.stream()
                .mapToDouble(point -> range(point, operation, host).high())
                .min()
                .orElse(0);
        Map<Boolean, List<PointResults>> parts = priced.stream()
                .collect(Collectors.partitioningBy(
                        point -> range(point, operation, host).low() <= least));
        return new Cheapest(
                group.place,
                group.control,
                operation,
                parts.getOrDefault(true, List.of()),
                parts.getOrDefault(false, List.of()),
                unsaid);
    }

    /** The price if something may be said of it; else null. */
    private static @Nullable Price price(Result result, String operation) {
        return result.prices().stream()
                .filter(price -> price.operation().equals(operation) && price.claim() != Claim.NONE)
                .findFirst()
                .orElse(null);
    }

    private static Ratio range(PointResults point, String operation, int host) {
        Price price = price(point.results().get(host), operation);
        Ratio ratio = price == null ? null : price.ratio();
        if (price == null || ratio == null || price.claim() == Claim.SAME) {
            return Ratio.ONE;
        }
        return price.claim() == Claim.ABOUT_EQUAL
                ? new Ratio(ratio.median(), Math.min(1, ratio.low()), Math.max(1, ratio.high()), ratio.n())
                : ratio;
    }

    /** Whether {@code point} is among the cheapest, and others are not or may not be. */
    boolean marks(PointResults point) {
        return cheapest.contains(point) && cheapest.size() + dearer.size() + unsaid.size() > 1;
    }
}
