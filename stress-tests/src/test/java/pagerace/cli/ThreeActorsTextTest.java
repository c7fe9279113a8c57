// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import pagerace.explore.Prediction;
import pagerace.explore.Transcript;
import pagerace.terminal.Terminal;
import pagerace.verdict.PredictionSummary;
import pagerace.verdict.RingRace;
import pagerace.verdict.RingRace.Fix;

/** A race of three actors on a terminal: none of them is lost, in any width. */
class ThreeActorsTextTest {
    private static final RingRace RACE = new RingRace();

    private static Terminal wide(int columns) {
        return new Terminal(columns, false, false);
    }

    private static String schedule(int columns) {
        PredictionSummary prediction = PredictionSummary.of(
                Prediction.of(RingRace.point(Fix.UNFENCED)), schedule -> Transcript.of(schedule, RACE.actors()));
        Transcript transcript = Objects.requireNonNull(prediction.simplest()).transcript();
        return ScheduleText.of(transcript, RingRace.End.UNSEEN, wide(columns), false);
    }

    @Test
    void eachActorHasAColumnWhereTheTableFits() {
        assertThat(schedule(200).lines().map(line -> line.replaceAll("  +", "  ")))
                .startsWith("  writer  relay  reader  memory  source")
                .endsWith("  => 0  => 0  => 0", "  outcome => UNSEEN: nobody saw a store");
    }

    @Test
    void eachActorIsFurtherInWhereItDoesNot() {
        assertThat(schedule(60)).startsWith("""
                           reader
                1          WRITE_ONCE(z, 1)
                             waits in the store buffer
                2          READ_ONCE(x) = 0
                       relay
                3      lock(lock)
                         lock: free -> held
                """).endsWith("""
                             reader's store buffer drains: z 0 -> 1
                     writer's store buffer drains: x 0 -> 1
                   writer => 0
                       relay => 0
                           reader => 0
                   outcome => UNSEEN: nobody saw a store
                """);
    }

    @Test
    void theDrawingHasAColumnForEachActor() {
        assertThat(RaceText.of(RACE, wide(80)))
                .contains("  actors     writer, relay, reader\n")
                .contains("""

                  writer (UNFENCED)   | relay                | reader
                  stores x, buffered  |                      |
                                      | takes the lock       |
                """)
                .contains("""
                                      |                      | reads x: not stored
                  reads y: not stored |                      |
                  all stores become visible: nobody saw one
                """);
    }

    @Test
    void whereTheColumnsDoNotFitEachCellHasALine() {
        assertThat(RaceText.of(RACE, wide(60))).contains("""

                  writer (UNFENCED), relay, reader
                  writer: stores x, buffered
                      relay: takes the lock
                      relay: stores y, buffered
                      relay: reads z: not stored
                          reader: stores z, buffered
                          reader: reads x: not stored
                  writer: reads y: not stored
                  all stores become visible: nobody saw one
                """);
    }
}
