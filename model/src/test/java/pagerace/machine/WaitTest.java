// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waiting on the hardware machine: bounded, and over for everybody once one wait has given up. */
@Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD, unit = TimeUnit.MINUTES)
class WaitTest {
    private final HardwareMachine machine = new HardwareMachine();
    private final Word word = machine.word("word", 4);

    @Test
    void awaitReturnsTheValueThatSatisfiedIt() {
        assertThat(word.await(value -> value == 4)).isEqualTo(4);
        assertThat(machine.isPoisoned()).isFalse();
    }

    @Test
    void awaitSeesAnotherThreadsWrite() {
        TwoThreads.race(fresh -> {
            Word ball = fresh.word("ball", 0);
            return new TwoThreads.Actors(() -> volley(ball, 0), () -> volley(ball, 1));
        });
    }

    private static void volley(Word ball, long parity) {
        for (int i = 0; i < 50; i++) {
            long seen = ball.await(value -> (value & 1) == parity);
            ball.writeOnce(seen + 1);
        }
    }

    @Test
    void awaitGivesUpAndPoisonsTheMachine() {
        AtomicInteger reads = new AtomicInteger();
        assertThatThrownBy(() -> word.await(value -> reads.incrementAndGet() < 0))
                .isSameAs(Stuck.STUCK);
        assertThat(reads.get()).isEqualTo(HardwareMachine.SPIN_LIMIT);
        assertThat(machine.isPoisoned()).isTrue();
    }

    @Test
    void acquireWhenClearGivesUpAndPoisonsTheMachineAndTakesNothing() {
        assertThatThrownBy(() -> word.acquireWhenClear(4, 1)).isSameAs(Stuck.STUCK);
        assertThat(word.readOnce()).isEqualTo(4);
        assertThat(machine.isPoisoned()).isTrue();
    }

    @Test
    void onAPoisonedMachineAnUnsatisfiedWaitStopsAtItsFirstRead() {
        assertThatThrownBy(() -> word.await(value -> false)).isSameAs(Stuck.STUCK);

        Word other = machine.word("other", 1);
        AtomicInteger reads = new AtomicInteger();
        assertThatThrownBy(() -> other.await(value -> reads.incrementAndGet() < 0))
                .isSameAs(Stuck.STUCK);
        assertThat(reads.get()).isEqualTo(1);
        long start = System.nanoTime();
        for (int i = 0; i < 1_000; i++) {
            assertThatThrownBy(() -> other.acquireWhenClear(1, 1)).isSameAs(Stuck.STUCK);
        }
        // A thousand full waits would take half a minute.
        assertThat(System.nanoTime() - start).isLessThan(10_000_000_000L);
    }

    @Test
    void poisonStopsTheOtherActorInTheMiddleOfItsWait() {
        Word never = machine.word("never", 0);
        AtomicInteger reads = new AtomicInteger();
        AtomicInteger stuck = new AtomicInteger();
        TwoThreads.run(
                () -> {
                    // This actor's reads are slow, so it has most of its wait before it when the other one gives up.
                    try {
                        never.await(value -> {
                            reads.incrementAndGet();
                            dawdle();
                            return false;
                        });
                    } catch (Stuck e) {
                        stuck.incrementAndGet();
                    }
                },
                () -> {
                    try {
                        never.await(value -> false);
                    } catch (Stuck e) {
                        stuck.incrementAndGet();
                    }
                });
        assertThat(stuck.get()).isEqualTo(2);
        assertThat(reads.get()).isPositive().isLessThan(HardwareMachine.SPIN_LIMIT);
    }

    private static void dawdle() {
        long until = System.nanoTime() + 20_000;
        while (System.nanoTime() < until) {
            Thread.onSpinWait();
        }
    }

    @Test
    void machinesArePoisonedApart() {
        assertThatThrownBy(() -> word.await(value -> false)).isSameAs(Stuck.STUCK);
        assertThat(new HardwareMachine().isPoisoned()).isFalse();
    }

    @Test
    void stuckCarriesNothing() {
        assertThat(Stuck.STUCK.getStackTrace()).isEmpty();
        Stuck.STUCK.addSuppressed(new IllegalStateException());
        assertThat(Stuck.STUCK.getSuppressed()).isEmpty();
    }
}
