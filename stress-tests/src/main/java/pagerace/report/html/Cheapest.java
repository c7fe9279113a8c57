// SPDX-License-Identifier: Apache-2.0
package pagerace.report.html;

import java.util.ArrayList;
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
import pagerace.race.Variant;
import pagerace.report.Result;
import pagerace.verdict.Verdict;

/**
 * The cheapest variants that hold, in one place and for one actor, on one class of hosts.
 *
 * <p>The rule: compared are the variants that are planned in the place and whose planned points, there and elsewhere, all HOLD
 * on these hosts, and none of whose other points fails; mutants never, because what they save is a step that something else may need. In one place all prices are
 * multiples of one base. A price takes part if something may be said of it: {@code 1} and {@code =} are one; {@code ~1} is its
 * interval, stretched to contain one; a number is its interval. A variant is among the cheapest unless another one's interval
 * lies wholly below its own.
 *
 * @param place the values of the dimensions
 * @param operation the actor; empty if the place has no prices
 * @param cheapest those that cannot be told apart from the cheapest
 * @param dearer those that cost more
 * @param unsaid those of whose price nothing may be said, or that have none
 */
record Cheapest(String place, String operation, List<Entry> cheapest, List<Entry> dearer, List<Entry> unsaid) {
    /** The answers for one race on one class of hosts. */
    static List<Cheapest> of(List<Entry> race, int host) {
        Map<String, List<Entry>> places = race.stream()
                .filter(entry -> holdsEverywhere(race, entry, host))
                .collect(
                        Collectors.groupingBy(entry -> entry.point().place(), LinkedHashMap::new, Collectors.toList()));
        List<Cheapest> answers = new ArrayList<>();
        places.forEach((place, entries) -> {
            Set<String> operations = entries.stream()
                    .flatMap(entry -> entry.results().get(host).prices().stream())
                    .map(Price::operation)
                    .collect(Collectors.toCollection(LinkedHashSet::new));
            (operations.isEmpty() ? Set.of("") : operations)
                    .forEach(operation -> answers.add(compare(place, operation, entries, host)));
        });
        return List.copyOf(answers);
    }

    private static boolean holdsEverywhere(List<Entry> race, Entry candidate, int host) {
        return candidate.point().planned()
                && candidate.variant().origin().kind() != Variant.Kind.MUTANT
                && race.stream()
                        .filter(entry -> entry.variant().equals(candidate.variant()))
                        .allMatch(entry -> entry.point().planned()
                                ? entry.results().get(host).verdict() == Verdict.HOLDS
                                : !entry.results().get(host).fails());
    }

    private static Cheapest compare(String place, String operation, List<Entry> entries, int host) {
        List<Entry> unsaid = new ArrayList<>();
        List<Entry> priced = new ArrayList<>();
        entries.forEach(entry -> (price(entry.results().get(host), operation) == null ? unsaid : priced).add(entry));
        double least = priced.stream()
                .mapToDouble(entry -> range(entry, operation, host).high())
                .min()
                .orElse(0);
        Map<Boolean, List<Entry>> parts = priced.stream()
                .collect(Collectors.partitioningBy(
                        entry -> range(entry, operation, host).low() <= least));
        return new Cheapest(
                place, operation, parts.getOrDefault(true, List.of()), parts.getOrDefault(false, List.of()), unsaid);
    }

    /** The price if something may be said of it; else null. */
    private static @Nullable Price price(Result result, String operation) {
        return result.prices().stream()
                .filter(price -> price.operation().equals(operation) && price.claim() != Claim.NONE)
                .findFirst()
                .orElse(null);
    }

    private static Ratio range(Entry entry, String operation, int host) {
        Price price = price(entry.results().get(host), operation);
        Ratio ratio = price == null ? null : price.ratio();
        if (price == null || ratio == null || price.claim() == Claim.SAME) {
            return Ratio.ONE;
        }
        return price.claim() == Claim.ABOUT_EQUAL
                ? new Ratio(ratio.median(), Math.min(1, ratio.low()), Math.max(1, ratio.high()), ratio.n())
                : ratio;
    }

    /** Whether {@code entry} is among the cheapest, and others are not or may not be. */
    boolean marks(Entry entry) {
        return cheapest.contains(entry) && cheapest.size() + dearer.size() + unsaid.size() > 1;
    }
}
