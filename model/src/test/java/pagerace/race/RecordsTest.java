// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import pagerace.explore.Golden;

/** What the catalogue records of each point, frozen: from where it breaks, whether threads run it, its control, its steps. */
class RecordsTest {
    @Test
    void areWhatTheyWere() {
        StringBuilder text = new StringBuilder();
        for (Race race : Catalogue.BUILT_IN) {
            String last = "";
            for (Point point : race.points()) {
                String steps = race.name() + "/" + point.variant().name() + ": "
                        + point.steps().stream().map(RecordsTest::nameOf).collect(Collectors.joining(" "));
                if (!steps.equals(last)) {
                    text.append(steps).append('\n');
                    last = steps;
                }
                text.append("  ")
                        .append(point.place())
                        .append(' ')
                        .append(point.reachableFrom())
                        .append(point.stress() == Point.Stress.PLANNED ? ", on threads" : "")
                        .append(
                                point.control() == null
                                        ? ""
                                        : ", control " + point.control().name())
                        .append('\n');
            }
        }
        Golden.check("records.txt", text.toString());
    }

    private static String nameOf(Enum<?> step) {
        return step.getDeclaringClass().getEnclosingClass().getSimpleName() + "." + step.name();
    }
}
