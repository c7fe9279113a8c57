// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pagerace.explore.Prediction;
import pagerace.litmus.LitmusVerdict.Observation;
import pagerace.race.Catalogue;
import pagerace.race.Outcome.Mark;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;

/** The catalogue exported and read back: the litmus test reaches what the point reaches. It explores each point twice. */
class ExportedCatalogueIT {
    private static final List<String> SLOW_RACES =
            List.of("VhostAccessVsInvalidate", "GupWriteVsWriteback", "ShrinkVsPinVsLeave");

    private static final Set<String> TOO_LONG = Set.of(
            "FaultAroundVsHolePunch/MAINLINE[uffd-wp,at-page,punch]",
            "FaultAroundVsHolePunch/WP_NO_FAULT_AROUND[uffd-wp,at-page,punch]");

    /** One point of each variant, and the present kernel in more dimensions. */
    static Stream<String> points() {
        Stream<Point> perVariant = Catalogue.RACES.stream().flatMap(ExportedCatalogueIT::firstOfEachVariant);
        Stream<Point> mainline =
                Catalogue.points().filter(point -> point.key().startsWith("GupFastVsFork/SEQ_ANON_EXCLUSIVE[read,"));
        return Stream.concat(perVariant, mainline)
                .filter(point -> !point.variant().deadlocks())
                .map(Point::key)
                .filter(key -> !TOO_LONG.contains(key) && !key.equals(ExportTest.BREAKS_A_RULE));
    }

    @Test
    void longActorsAreRefused() {
        for (String key : TOO_LONG) {
            assertThatThrownBy(() -> Export.litmus(Catalogue.point(key)))
                    .isInstanceOf(NotExportableException.class)
                    .hasMessage("an actor takes more than 2000 lines");
        }
    }

    @Test
    void longConditionsAreRefused() {
        assertThatThrownBy(() -> Export.litmus(Catalogue.point("ShrinkVsPinVsLeave/SHARE_WITH_FENCES")))
                .isInstanceOf(NotExportableException.class)
                .hasMessage("the forbidden outcome takes 338 clauses");
    }

    /** Of races whose exports take seconds each, because a flush waits for accesses there or three actors meet, two variants do. */
    private static Stream<Point> firstOfEachVariant(Race race) {
        return race.variants().stream()
                .limit(SLOW_RACES.contains(race.name()) ? 2 : Long.MAX_VALUE)
                .map(variant -> race.points().stream()
                        .filter(point -> point.variant() == variant)
                        .findFirst()
                        .orElseThrow());
    }

    @ParameterizedTest
    @MethodSource("points")
    void whatIsReadBackReachesTheSame(String key) {
        Point point = Catalogue.point(key);
        String text = Export.litmus(point);
        List<LitmusVerdict> verdicts = LitmusTest.parse(text).explore();
        Prediction prediction = Prediction.of(point);
        for (LitmusVerdict verdict : verdicts) {
            Reachability level = verdict.exploration().level();
            boolean reachable =
                    prediction.under(level).outcomes().stream().anyMatch(outcome -> outcome.mark() == Mark.FORBIDDEN);
            assertThat(verdict.observation() != Observation.NEVER)
                    .as("%s under %s", key, level)
                    .isEqualTo(reachable);
        }
        Preamble preamble = Preamble.of(text);
        assertThat(preamble.result()).isEqualTo(Preamble.result(verdicts));
        assertThat(preamble.question())
                .isEqualTo(Catalogue.race(point.race()).orElseThrow().question());
    }
}
