// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SeqCountTest {
    @Test
    void theCountIsOddWhileTheWriterIsAtWork() {
        SeqCount count = new SeqCount(new HardwareMachine(), "mm", "seq");
        assertThat(SeqCount.isOdd(count.readBegin())).isFalse();
        count.writeBegin();
        assertThat(SeqCount.isOdd(count.readBegin())).isTrue();
        count.writeEnd();
        assertThat(SeqCount.isOdd(count.readBegin())).isFalse();
    }

    @Test
    void aSectionIsRetriedWhenAWriterBeganOrEndedInBetween() {
        SeqCount count = new SeqCount(new HardwareMachine(), "mm", "seq");
        long quiet = count.readBegin();
        assertThat(count.readRetry(quiet)).isFalse();
        count.writeBegin();
        assertThat(count.readRetry(quiet)).as("a writer began").isTrue();
        long busy = count.readBegin();
        count.writeEnd();
        assertThat(count.readRetry(busy)).as("a writer ended").isTrue();
        assertThat(count.readRetry(quiet)).as("a writer began and ended").isTrue();
        assertThat(count.readRetry(count.readBegin())).isFalse();
    }

    @Test
    void theFencesStandWhereTheKernelHasThem() {
        ScriptedMachine machine = new ScriptedMachine();
        SeqCount count = new SeqCount(machine, "mm", "seq");
        count.writeBegin();
        assertThat(machine.steps()).containsExactly("mm.seq read", "mm.seq write 1", "wmb");
        count.writeEnd();
        assertThat(machine.steps()).containsExactly("wmb", "mm.seq read", "mm.seq write 2");
        long start = count.readBegin();
        assertThat(machine.steps()).containsExactly("mm.seq load-acquire");
        assertThat(count.readRetry(start)).isFalse();
        assertThat(machine.steps()).containsExactly("rmb", "mm.seq read");
        count.increment();
        assertThat(machine.steps()).containsExactly("mm.seq read", "mm.seq write 3");
    }

    @Test
    void noSectionIsTorn() {
        assertThat(tornSections(true)).isZero();
    }

    /** The control: without the recheck a reader does see two halves that do not belong together. */
    @Test
    void withoutTheRecheckSectionsAreTorn() {
        TwoThreads.showsUp(() -> tornSections(false) > 0);
    }

    private static long tornSections(boolean recheck) {
        long[] torn = new long[1];
        TwoThreads.race(machine -> {
            SeqCount count = new SeqCount(machine, "mm", "seq");
            Word left = machine.word("left", 0);
            Word right = machine.word("right", 0);
            torn[0] = 0;
            return TwoThreads.together(
                    machine,
                    100_000,
                    () -> {
                        long next = left.readOnce() + 1;
                        count.writeBegin();
                        left.writeOnce(next);
                        right.writeOnce(next);
                        count.writeEnd();
                        Thread.onSpinWait(); // a pause in which a reader can get through
                    },
                    () -> {
                        long start = count.readBegin();
                        long one = left.readOnce();
                        long other = right.readOnce();
                        boolean accepted = !SeqCount.isOdd(start) && !count.readRetry(start);
                        if ((accepted || !recheck) && one != other) {
                            torn[0]++;
                        }
                    });
        });
        return torn[0];
    }
}
