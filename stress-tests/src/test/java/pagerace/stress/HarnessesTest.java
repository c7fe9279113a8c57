// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.infra.StateCase;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.runners.TestList;
import pagerace.harness.HarnessSource;
import pagerace.race.Catalogue;
import pagerace.race.Outcome;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;
import pagerace.race.Stuckness;
import pagerace.race.Variant;

/** Harnesses, outcome tables and catalogue agree. What JCStress will run is asked of JCStress. */
class HarnessesTest {
    private static Stream<Point> planned() {
        return Catalogue.points().filter(point -> point.stress() == Point.Stress.PLANNED);
    }

    private static String className(Point point) {
        return HarnessesTest.class.getPackageName() + "." + HarnessSource.harnessOf(point);
    }

    @Test
    void everyPlannedPointHasItsOwnHarnessAndTheOthersOfARaceShareOne() {
        assertThat(TestList.tests())
                .containsExactlyInAnyOrderElementsOf(Stream.of(
                                planned().map(HarnessesTest::className),
                                Catalogue.CANARY.points().stream().map(HarnessesTest::className),
                                Catalogue.RACES.stream().map(HarnessesTest::sharedClassName))
                        .flatMap(names -> names)
                        .toList());
        Catalogue.points()
                .filter(point -> point.stress() == Point.Stress.EXPLORED_ONLY)
                .forEach(point -> assertThat(className(point))
                        .isEqualTo(sharedClassName(Catalogue.race(point.race()).orElseThrow())));
        assertThat(planned().map(HarnessesTest::className)).doesNotHaveDuplicates();
    }

    private static String sharedClassName(Race race) {
        return HarnessesTest.class.getPackageName() + ".Any_" + race.name();
    }

    @Test
    void theSharedHarnessForbidsNothing() {
        for (Race race : Catalogue.RACES) {
            Collection<StateCase> rows = TestList.getInfo(sharedClassName(race)).cases();
            assertThat(rows)
                    .extracting(StateCase::matchPattern)
                    .containsExactlyElementsOf(
                            HarnessSource.rows(race).stream().map(Outcome::name).toList());
            assertThat(rows).noneMatch(row -> row.expect() == Expect.FORBIDDEN);
        }
    }

    @Test
    void everyVariantHasAPointAndEveryRaceAHarness() {
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
    void theHarnessesOfARaceHaveTheSameRowsInTheSameOrder() {
        planned().forEach(point -> {
            Race race = Catalogue.race(point.race()).orElseThrow();
            List<String> rows = new ArrayList<>();
            for (Outcome outcome : race.outcomes()) {
                rows.add(outcome.name() + ": " + outcome.sentence() + ".");
            }
            rows.add("STUCK: " + Stuckness.STUCK.sentence() + ".");
            assertThat(info(point).cases())
                    .as(point.key())
                    .extracting(row -> row.matchPattern() + ": " + row.description())
                    .containsExactlyElementsOf(rows);
        });
    }

    @Test
    void noHarnessIsGradedDifferentlyFromItsPoint() {
        planned().forEach(point -> {
            for (Outcome outcome : Catalogue.race(point.race()).orElseThrow().outcomes()) {
                Expect expected = outcome.mark() == Outcome.Mark.PERMITTED
                        ? Expect.ACCEPTABLE
                        : outcome.mark() == Outcome.Mark.FORBIDDEN && point.reachableFrom() == Reachability.NEVER
                                ? Expect.FORBIDDEN
                                : Expect.ACCEPTABLE_INTERESTING;
                assertThat(row(point, outcome).expect())
                        .as(point.key() + " " + outcome.name())
                        .isEqualTo(expected);
            }
            assertThat(row(point, Stuckness.STUCK).expect())
                    .as(point.key())
                    .isEqualTo(
                            point.variant().deadlocks() && point.reachableFrom() != Reachability.NEVER
                                    ? Expect.ACCEPTABLE_INTERESTING
                                    : Expect.FORBIDDEN);
        });
    }

    @Test
    void aHarnessDescribesItsVariantAndHasTwoActors() {
        planned().forEach(point -> {
            TestInfo info = info(point);
            assertThat(info.description()).isEqualTo(point.variant().difference() + ".");
            assertThat(info.threads()).as(point.key()).isEqualTo(2);
        });
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

    private static TestInfo info(Point point) {
        return TestList.getInfo(className(point));
    }

    private static StateCase row(Point point, Outcome outcome) {
        return info(point).cases().stream()
                .filter(row -> row.matchesExactly(outcome.name()))
                .findFirst()
                .orElseThrow();
    }
}
