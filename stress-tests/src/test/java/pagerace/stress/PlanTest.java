// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.runners.TestList;
import pagerace.race.Catalogue;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;
import pagerace.race.Variant;

/** What threads are to run, and by which harness. What JCStress will run is asked of JCStress. */
class PlanTest {
    private static Stream<Point> planned() {
        return Catalogue.points().filter(point -> point.stress() == Point.Stress.PLANNED);
    }

    @Test
    void oneHarnessForEachNumberOfActorsServesEveryPoint() {
        assertThat(TestList.tests()).containsExactlyInAnyOrder(TwoActors.class.getName(), ThreeActors.class.getName());
        TestInfo two = TestList.getInfo(TwoActors.class.getName());
        assertThat(two.actorNames()).isEqualTo(List.of("first", "second"));
        assertThat(two.threads()).isEqualTo(2);
        TestInfo three = TestList.getInfo(ThreeActors.class.getName());
        assertThat(three.actorNames()).isEqualTo(List.of("first", "second", "third"));
        assertThat(three.threads()).isEqualTo(3);
        planned()
                .forEach(point -> assertThat(Harness.of(point).threads())
                        .as(point.key())
                        .isEqualTo(point.actors())
                        .isEqualTo(Catalogue.race(point.race())
                                .orElseThrow()
                                .actors()
                                .size()));
    }

    @Test
    void everyVariantHasAPointAndEveryRaceAPlannedOne() {
        for (Race race : Catalogue.RACES) {
            for (Variant variant : race.variants()) {
                assertThat(race.points())
                        .as(race.name() + "/" + variant.name())
                        .anyMatch(point -> point.variant() == variant);
            }
            assertThat(planned()).as(race.name()).anyMatch(point -> point.race().equals(race.name()));
        }
    }

    @Test
    void aPointThatShouldHoldHasAControlThatRunsInTheSameDimensions() {
        planned()
                .filter(point -> point.reachableFrom() == Reachability.NEVER && point.control() != null)
                .forEach(point -> {
                    Point control = Catalogue.point(Objects.requireNonNull(point.controlKey()));
                    assertThat(control.stress()).as(control.key()).isEqualTo(Point.Stress.PLANNED);
                    assertThat(control.dimensions()).isEqualTo(point.dimensions());
                    assertThat(control.reachableFrom().isReachableOn(Reachability.TSO))
                            .as(control.key())
                            .isTrue();
                });
    }
}
