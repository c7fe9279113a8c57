// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The explorer reaches exactly the outcomes that an independent enumeration reaches, with exactly as few switches. */
class BruteForceTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "W x 1, R y | W y 1, R x",
                "W x 1, W y 1 | R y, R x",
                "W x 1, MB, R y | XCHG y 1, R x",
                "FETCH_ADD x 1, FETCH_ADD x 1 | FETCH_ADD x 1, R x",
                "ADD x 1, ADD y 1, R x | ADD y 1, ADD x 1, R y",
                "CMPXCHG x 0 1, IF 0, W y 1 | CMPXCHG x 0 2, IF 0, W y 2",
                "UNLESS x 1 0, R y | W x 1, W y 1, W x 0",
                "LOCK p, R x, W x 1, UNLOCK p | LOCK p, R x, W x 2, UNLOCK p",
                "LOCK p, LOCK q, W x 1, UNLOCK q, UNLOCK p | LOCK q, LOCK p, W x 2, UNLOCK p, UNLOCK q",
                "W x 1, BIT y 1, R x | W x 2, CMPXCHG y 0 3, R x",
                "TRY p, IF 1, W x 1 | TRY p, IF 1, W x 2 | R x",
                "W x 1, AWAIT y 1, R z | W z 5, AWAIT x 1, W y 1",
                "AWAIT x 1, W y 1 | AWAIT y 1, W x 1",
                "W x 1 | W y 1 | R x, R y | R y, R x",
                "R x, IF 0, W x 1, R x, IF 1, W y 1 | R x, IF 0, W x 2, R x, IF 2, W y 2",
            })
    void handWritten(String text) {
        assertAgreement(text);
    }

    @Test
    void random() {
        Random random = new Random(20_261_120);
        for (int i = 0; i < 300; i++) {
            assertAgreement(randomProgram(random));
        }
    }

    private static void assertAgreement(String text) {
        Litany program = Litany.parse(text);
        Explorer<String> explorer = program.explorer();
        assertThat(fewestSwitches(explorer.explore(Sc.MODEL)))
                .as("SC: " + text)
                .isEqualTo(BruteForce.run(program, false));
        assertThat(fewestSwitches(explorer.explore(Tso.MODEL)))
                .as("TSO: " + text)
                .isEqualTo(BruteForce.run(program, true));
    }

    private static Map<String, Integer> fewestSwitches(Exploration<String> exploration) {
        assertThat(exploration.isComplete()).isTrue();
        Map<String, Integer> switches = new TreeMap<>();
        exploration.schedules().forEach((outcome, schedule) -> switches.put(outcome, schedule.switches()));
        return switches;
    }

    private static String randomProgram(Random random) {
        String[] operations = {
            "W ? !",
            "W ? !",
            "W ? !",
            "R ?",
            "R ?",
            "R ?",
            "XCHG ? !",
            "FETCH_ADD ? 1",
            "ADD ? 1",
            "CMPXCHG ? 0 !",
            "BIT ? !",
            "UNLESS ? 1 0",
            "MB",
            "WMB",
            "RMB",
            "TRY p",
            "LOCK p",
            "UNLOCK p",
            "AWAIT ? !",
        };
        int actors = 2 + random.nextInt(5) / 4;
        StringJoiner text = new StringJoiner(" | ");
        for (int actor = 0; actor < actors; actor++) {
            StringJoiner ops = new StringJoiner(", ");
            int count = actors == 2 ? 2 + random.nextInt(4) : 2;
            for (int i = 0; i < count; i++) {
                ops.add(operations[random.nextInt(operations.length)]
                        .replace("?", random.nextBoolean() ? "x" : "y")
                        .replace("!", "" + (1 + random.nextInt(2))));
            }
            text.add(ops.toString());
        }
        return text.toString();
    }
}
