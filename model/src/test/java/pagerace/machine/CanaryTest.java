// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * The assumption behind grading threads against TSO on x86: the compiler keeps opaque accesses in program order, although
 * Java promises coherence only. Message passing: who sees the flag sees the data. If this test falls, points that show what
 * TSO forbids are the compiler's doing.
 *
 * <p>Its control is the same with the writer's two stores the wrong way round, which must show a flag without its data.
 */
class CanaryTest {
    private static final int ROUNDS = 1 << 14;
    private static final int PATIENCE = 1_000;

    @Test
    void opaqueAccessesKeepTheirOrderOnX86() {
        assumeThat(HardwareMachine.isX86(System.getProperty("os.arch", "")))
                .as("weaker hosts may pass messages out of order")
                .isTrue();
        int batches = 0;
        for (int flagsWithoutData = 0; flagsWithoutData < 10 && batches < PATIENCE; batches++) {
            flagsWithoutData += flagsWithoutData(true);
        }
        assumeThat(batches).as("this host is too busy to show the control").isLessThan(PATIENCE);
        for (int i = 0; i < Math.max(10, batches); i++) {
            assertThat(flagsWithoutData(false)).as("batch %d", i).isZero();
        }
    }

    private static int flagsWithoutData(boolean flagFirst) {
        Word[] data = words();
        Word[] flag = words();
        int[] seen = new int[1];
        AtomicInteger writerAt = new AtomicInteger();
        AtomicInteger readerAt = new AtomicInteger();
        TwoThreads.run(
                () -> {
                    for (int i = 0; i < ROUNDS; i++) {
                        TwoThreads.meet(i, writerAt, readerAt);
                        (flagFirst ? flag : data)[i].writeOnce(1);
                        (flagFirst ? data : flag)[i].writeOnce(1);
                    }
                },
                () -> {
                    for (int i = 0; i < ROUNDS; i++) {
                        TwoThreads.meet(i, readerAt, writerAt);
                        if (flag[i].readOnce() == 1 && data[i].readOnce() == 0) {
                            seen[0]++;
                        }
                    }
                });
        return seen[0];
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
