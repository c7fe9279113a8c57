// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pagerace.explore.Prediction;

/** The explorer says of the canaries what they record, so threads that do not show them are to be blamed. */
class CanaryTest {
    static List<Point> canaries() {
        return Catalogue.CANARY.points();
    }

    @ParameterizedTest
    @MethodSource("canaries")
    void theExplorerFindsItFromThereOn(Point canary) {
        assertThat(Prediction.of(canary).reachableFrom()).isEqualTo(canary.reachableFrom());
    }

    @Test
    void eachHasAPointThatThreadsRunAndNoneIsOfTheCatalogue() {
        assertThat(canaries())
                .hasSameSizeAs(Canary.Sign.values())
                .allMatch(point -> point.stress() == Point.Stress.PLANNED)
                .allSatisfy(
                        point -> assertThat(Catalogue.point(point.key()).key()).isEqualTo(point.key()))
                .doesNotContainAnyElementsOf(Catalogue.points().toList());
        assertThat(Catalogue.RACES).doesNotContain(Catalogue.CANARY);
    }
}
