// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import pagerace.explore.Prediction;
import pagerace.explore.Transcript;
import pagerace.machine.Machine;
import pagerace.race.Catalogue;
import pagerace.race.Outcome;
import pagerace.race.Point;
import pagerace.race.Scenario;
import pagerace.verdict.PredictionSummary;

/**
 * One point of each variant against the golden file, and the proof that the file would show what a test of verdicts does not. The
 * other points are compared when the whole run has explored them.
 */
class GoldenExplorationTest {
    private static final Transcript UNTOLD = new Transcript(List.of(), List.of());
    private static final Map<String, String> GOLDEN = Golden.lines();

    private static String line(Point point) {
        return ExploredPoint.of(point, PredictionSummary.of(Prediction.of(point), schedule -> UNTOLD))
                .line();
    }

    private static String golden(Point point) {
        return Objects.requireNonNull(GOLDEN.get(point.key()), point.key());
    }

    @Test
    void everyPointHasALineAndNoLineIsOfAnother() {
        assertThat(GOLDEN.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        Catalogue.points().map(Point::key).collect(Collectors.toSet()));
    }

    /** Of the race whose points take seconds each, {@code verify} compares all, and this one. */
    private static boolean isQuick(Point point) {
        return !point.race().equals("ShrinkVsPinVsLeave")
                || point.variant().name().equals("SKIP_PINNED");
    }

    @Test
    void theFirstPointOfEachVariantIsAsItWas() {
        Map<String, Point> first = new TreeMap<>();
        Catalogue.points()
                .filter(GoldenExplorationTest::isQuick)
                .forEach(point ->
                        first.putIfAbsent(point.race() + "/" + point.variant().name(), point));
        Map<String, String> found = new TreeMap<>();
        Map<String, String> expected = new TreeMap<>();
        first.values().forEach(point -> {
            found.put(point.key(), line(point));
            expected.put(point.key(), golden(point));
        });
        assertThat(found).isEqualTo(expected);
    }

    /** {@code point} with another judge: what he says depends on the outcome of the real one, and on the ends. */
    private static Point judged(Point point, Function<Judged, String> judge) {
        Map<String, Outcome> outcomes = new HashMap<>();
        Catalogue.race(point.race()).orElseThrow().outcomes().forEach(outcome -> outcomes.put(outcome.name(), outcome));
        return new Point(
                point.race(),
                point.variant(),
                point.dimensions(),
                point.reachableFrom(),
                point.control(),
                point.stress(),
                (Machine machine) -> {
                    Scenario scenario = point.on(machine);
                    return new Scenario() {
                        @Override
                        public List<Supplier<?>> actors() {
                            return scenario.actors();
                        }

                        @Override
                        public Outcome judge(List<Object> ends) {
                            Outcome real = scenario.judge(ends);
                            return outcomes.getOrDefault(judge.apply(new Judged(real.name(), words(ends))), real);
                        }
                    };
                });
    }

    private static String words(List<Object> ends) {
        return ends.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }

    private record Judged(String outcome, String ends) {}

    private static Set<String> outcomes(String line) throws IOException {
        return Json.read(line, ExploredPoint.class).models().values().stream()
                .flatMap(found -> found.outcomes().stream())
                .collect(Collectors.toSet());
    }

    /**
     * A page that is dirty as well is said to have changed while it was written, where it did: every outcome stays reachable, and so does each
     * mark. (Who hid a forbidden one would be refused.)
     */
    @Test
    void aJudgeWhoHidesOneCornerIsSeen() throws IOException {
        Point point = Catalogue.point("UnpinDirtyVsClean/PRECHECK");
        String hidden = line(judged(point, GoldenExplorationTest::hiding));
        assertThat(line(judged(point, Judged::outcome))).isEqualTo(golden(point));
        assertThat(hidden).isNotEqualTo(golden(point));
        assertThat(outcomes(hidden)).isEqualTo(outcomes(golden(point)));
    }

    private static String hiding(Judged judged) {
        boolean corner = judged.outcome.equals("WRITTEN_AND_DIRTY") && judged.ends.endsWith("WRITTEN_UNSTABLE");
        return corner ? "WRITTEN_UNSTABLE" : judged.outcome;
    }

    /** The step that looks again comes before what it should look at: a mutant of the catalogue, taken for its original. */
    @Test
    void anOrderThatWasChangedIsSeen() throws IOException {
        Point mutant = Catalogue.point("GupFastVsFork/SEQ_RECHECK_BEFORE_GRAB[write,small,later-pin,x86]");
        Point original = Catalogue.point("GupFastVsFork/SEQ[write,small,later-pin,x86]");
        assertThat(Json.read(line(original), ExploredPoint.class).models())
                .isEqualTo(Json.read(golden(original), ExploredPoint.class).models());
        assertThat(Json.read(line(mutant), ExploredPoint.class).models())
                .isNotEqualTo(Json.read(golden(original), ExploredPoint.class).models());
    }
}
