// SPDX-License-Identifier: Apache-2.0
package pagerace.report.html;

import static pagerace.report.html.Markup.tag;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import pagerace.race.Outcome;
import pagerace.race.Stuckness;
import pagerace.report.RaceFacts;
import pagerace.report.RaceFacts.OutcomeFacts;
import pagerace.report.Report;
import pagerace.report.Table;
import pagerace.verdict.Distance;
import pagerace.verdict.Measurement;

/**
 * What a point showed at each distance between its actors, on hosts that have more than one: how often it was in the window, and how
 * often it came out wrong.
 */
final class DistanceTable {
    private DistanceTable() {}

    /** The table; nothing if all that was measured of the point was measured at one distance. */
    static List<Markup> of(Report report, RaceFacts race, PointResults point) {
        Markup body = tag("tbody");
        boolean hasSeveral = false;
        for (int host = 0; host < report.hosts().size(); host++) {
            String where = Fragments.host(report, host, "", ": ");
            Map<Distance, List<Measurement>> measured = report.hosts().get(host).measurements().stream()
                    .filter(m -> m.point().equals(point.facts().key())
                            && !(m.outcomes().isEmpty() && m.warmUp().isEmpty()))
                    .collect(Collectors.groupingBy(
                            m -> m.seat().distance(), () -> new EnumMap<>(Distance.class), Collectors.toList()));
            hasSeveral |= measured.size() > 1;
            measured.forEach((distance, forks) -> body.add(row(where + distance.sentence(), forks, race, point)));
        }
        if (!hasSeveral) {
            return List.of();
        }
        Markup head = Fragments.head(
                Fragments.column("distance between the actors"),
                Fragments.column("VMs"),
                Fragments.column("CPUs"),
                Fragments.column("samples"),
                Fragments.column("in the window"),
                Fragments.column("forbidden"));
        Markup table = tag("table", head, body).with("class", "outcomes distances");
        return List.of(Fragments.scrolling("Distances of " + point.facts().key(), table));
    }

    private static Markup row(String distance, List<Measurement> forks, RaceFacts race, PointResults point) {
        Set<String> windows = words(race, Outcome.Mark.WINDOW);
        Set<String> forbidden = new HashSet<>(words(race, Outcome.Mark.FORBIDDEN));
        if (point.variant().deadlocks()) {
            forbidden.add(Stuckness.STUCK.name());
        }
        long early = forks.stream()
                .flatMap(fork -> fork.warmUp().entrySet().stream())
                .filter(entry -> forbidden.contains(entry.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
        long samples = count(forks, word -> true);
        String cpus = forks.stream()
                .map(fork -> fork.seat().names())
                .distinct()
                .sorted(Comparator.naturalOrder())
                .collect(Collectors.joining(", "));
        return tag(
                "tr",
                Fragments.column(distance).with("scope", "row"),
                tag("td", Table.number(forks.size())),
                tag("td", cpus),
                tag("td", Table.number(samples)),
                share(count(forks, windows::contains), samples),
                share(count(forks, forbidden::contains), samples)
                        .add(early == 0 ? "" : " + " + Table.number(early) + " in warm-ups"));
    }

    private static Set<String> words(RaceFacts race, Outcome.Mark mark) {
        return race.outcomes().stream()
                .filter(outcome -> outcome.mark() == mark)
                .map(OutcomeFacts::word)
                .collect(Collectors.toSet());
    }

    private static long count(List<Measurement> forks, Predicate<String> words) {
        return forks.stream()
                .flatMap(fork -> fork.outcomes().entrySet().stream())
                .filter(entry -> words.test(entry.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private static Markup share(long count, long samples) {
        return count == 0
                ? tag("td", "0").with("class", "zero")
                : tag("td", Table.number(count) + " (" + Table.rate(count, samples) + ")")
                        .with("class", "seen");
    }
}
