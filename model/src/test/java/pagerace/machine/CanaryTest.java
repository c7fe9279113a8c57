// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import org.junit.jupiter.api.Test;

/**
 * The assumption behind grading threads against TSO on x86: the compiler keeps opaque accesses in program order, although
 * Java promises coherence only. Message passing: who sees the flag sees the data. If this test falls, points that show what
 * TSO forbids are the compiler's doing.
 */
class CanaryTest {
    private static final int ROUNDS = 1 << 21;

    @Test
    void opaqueAccessesKeepTheirOrderOnX86() {
        assumeThat(HardwareMachine.isX86(System.getProperty("os.arch", "")))
                .as("weaker hosts may pass messages out of order")
                .isTrue();
        Word[] data = words();
        Word[] flag = words();
        long[] seen = new long[ROUNDS];
        TwoThreads.run(
                () -> {
                    for (int i = 0; i < ROUNDS; i++) {
                        data[i].writeOnce(1);
                        flag[i].writeOnce(1);
                    }
                },
                () -> {
                    for (int i = 0; i < ROUNDS; i++) {
                        long flagSeen = flag[i].readOnce();
                        seen[i] = 2 * flagSeen + data[i].readOnce();
                    }
                });
        assertThat(seen).as("2 is the flag without the data").doesNotContain(2);
    }

    private static Word[] words() {
        HardwareMachine machine = new HardwareMachine();
        Word[] words = new Word[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            words[i] = machine.word("word", i, 0);
        }
        return words;
    }
}
