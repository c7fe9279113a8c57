// SPDX-License-Identifier: Apache-2.0
package pagerace.price;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import pagerace.race.Candidate;
import pagerace.race.Catalogue;
import pagerace.race.Dimension;
import pagerace.race.Point;
import pagerace.race.Race;

/** Everything that has a price. */
public final class PriceList {
    private PriceList() {}

    /** All series: those of the races, in the catalogue's order, then the workloads. */
    public static List<Series> series() {
        return Stream.concat(Catalogue.RACES.stream().flatMap(PriceList::ofRace), Workload.all())
                .toList();
    }

    /** What the points of a series have in common. */
    private record Group(Candidate unfixed, List<Dimension> place) {}

    /**
     * Every actor of a race, in each place where threads run the variant, or else in the first that it has; per place and unfixed
     * variant one series.
     */
    static Stream<Series> ofRace(Race race) {
        List<Point> points = race.points();
        Map<Group, List<Point>> wanted = new LinkedHashMap<>();
        for (Candidate variant : race.variants()) {
            for (Point point : pricedPointsOf(variant, points)) {
                wanted.computeIfAbsent(
                                new Group(race.unfixed(variant), point.dimensions()), unused -> new ArrayList<>())
                        .add(point);
            }
        }
        return wanted.entrySet().stream().flatMap(group -> {
            List<Point> all = withBase(group.getKey(), group.getValue(), points);
            return IntStream.range(0, race.actors().size())
                    .mapToObj(actor -> ofActor(all, race.actors().get(actor), actor));
        });
    }

    private static List<Point> pricedPointsOf(Candidate variant, List<Point> points) {
        List<Point> all =
                points.stream().filter(point -> point.variant() == variant).toList();
        List<Point> planned = all.stream()
                .filter(point -> point.stress() == Point.Stress.PLANNED)
                .toList();
        return planned.isEmpty() ? all.subList(0, 1) : planned;
    }

    /** Puts the unfixed variant in front, if it has the place; else the first stays the base. */
    private static List<Point> withBase(Group group, List<Point> members, List<Point> points) {
        return Stream.concat(
                        points.stream()
                                .filter(point -> point.variant() == group.unfixed
                                        && point.dimensions().equals(group.place)),
                        members.stream())
                .distinct()
                .toList();
    }

    private static Series ofActor(List<Point> points, String name, int actor) {
        return new Series(points.stream()
                .map(point -> new Priced(
                        point.race(),
                        point.place(),
                        name,
                        point.variant().name(),
                        machine -> point.on(machine).actors().get(actor)))
                .toList());
    }
}
