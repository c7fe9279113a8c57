// SPDX-License-Identifier: Apache-2.0
package pagerace.report.html;

import static pagerace.report.html.Markup.span;
import static pagerace.report.html.Markup.tag;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagerace.kernel.Release;
import pagerace.kernel.Releases;
import pagerace.race.Reachability;
import pagerace.report.RaceFacts;
import pagerace.report.Table;

/**
 * What each mainline release has of each race, at its worst: a column for each release in which that changes for some race, a row
 * for each race.
 */
final class ReleaseTable {
    /** Older than anything that the catalogue has: what was so from the beginning. */
    private static final Release BEGINNING = new Release(2_006_000, 0, false);

    /** A point of a released variant, and the releases that have it. */
    private record Released(PointResults point, Releases releases) {
        Reachability from() {
            return point.facts().isExplored()
                    ? point.facts().predicted().reachableFrom()
                    : point.facts().reachableFrom();
        }
    }

    private final Map<RaceFacts, List<Released>> races = new LinkedHashMap<>();

    private ReleaseTable(Map<RaceFacts, List<PointResults>> races) {
        races.forEach((race, points) -> this.races.put(
                race,
                points.stream()
                        .filter(point -> point.variant().origin().kind().isReleased())
                        .map(point -> new Released(point, releases(point)))
                        .toList()));
    }

    /** The table of {@code races} with their points; nothing if no release has any of them. */
    static List<Markup> of(Map<RaceFacts, List<PointResults>> races) {
        return new ReleaseTable(races).table();
    }

    private List<Markup> table() {
        List<Release> columns = columns();
        if (columns.size() < 2) {
            return List.of();
        }
        List<Markup> heads = new ArrayList<>(List.of(Fragments.column("race")));
        columns.forEach(
                release -> heads.add(Fragments.column(release.equals(BEGINNING) ? "older" : release.toString())));
        Markup head = Fragments.head(heads.toArray(Markup[]::new));
        Markup body = tag("tbody");
        races.forEach((race, points) -> {
            Markup row = tag(
                    "tr",
                    tag("th", Fragments.link(Fragments.id("race", race.name()), race.name()))
                            .with("scope", "row"));
            columns.forEach(release -> row.add(cell(points, release)));
            body.add(row);
        });
        Markup table =
                tag("table", tag("caption", "Releases and races"), head, body).with("class", "releases");
        return List.of(Fragments.scrolling("Releases and races", table));
    }

    /** The releases in which the worst of some race is not what it was in the release before; the newest comes first. */
    private List<Release> columns() {
        TreeSet<Release> begins = new TreeSet<>(List.of(BEGINNING));
        spans().map(Releases.Span::from)
                .filter(Objects::nonNull)
                .filter(Release::isMainline)
                .forEach(begins::add);
        spans().map(Releases.Span::to)
                .filter(Objects::nonNull)
                .filter(Release::isMainline)
                .map(Release::next)
                .forEach(begins::add);
        List<Release> columns = new ArrayList<>();
        List<String> before = List.of();
        for (Release release : begins) {
            List<String> cells = races.values().stream()
                    .map(points -> String.valueOf(worst(points, release)))
                    .toList();
            if (!cells.equals(before)) {
                columns.add(release);
            }
            before = cells;
        }
        Collections.reverse(columns); // what most readers run stands where a narrow page begins
        return columns;
    }

    private Stream<Releases.Span> spans() {
        return races.values().stream()
                .flatMap(Collection::stream)
                .flatMap(released -> released.releases.spans().stream());
    }

    /** What a variant's releases are; none where an older version wrote them another way. */
    static Releases releases(PointResults point) {
        try {
            return Releases.parse(point.variant().origin().kernels());
        } catch (IllegalArgumentException e) {
            return new Releases(List.of());
        }
    }

    private static List<Released> in(List<Released> points, Release release) {
        return points.stream()
                .filter(released -> released.releases.contains(release))
                .toList();
    }

    /** From where on something forbidden is reachable in {@code release}; null if the catalogue has nothing of it. */
    private static @Nullable Reachability worst(List<Released> points, Release release) {
        return in(points, release).stream()
                .map(Released::from)
                .min(Reachability.WORST_FIRST)
                .orElse(null);
    }

    private static Markup cell(List<Released> points, Release release) {
        Reachability worst = worst(points, release);
        if (worst == null) {
            return tag("td");
        }
        Map<String, Reachability> variants = new LinkedHashMap<>();
        in(points, release)
                .forEach(released -> variants.merge(
                        released.point.facts().variant(),
                        released.from(),
                        BinaryOperator.minBy(Reachability.WORST_FIRST)));
        String all = variants.entrySet().stream()
                .map(each -> each.getKey() + ": " + Table.expected(each.getValue()))
                .collect(Collectors.joining("; "));
        String word = worst == Reachability.NEVER ? "never" : worst == Reachability.SEQUENTIAL ? "seq." : worst.name();
        return tag("td", span("from", word).with("title", all))
                .with(
                        "class",
                        worst == Reachability.NEVER ? "never" : worst == Reachability.WEAK ? "weak" : "reachable");
    }
}
