// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RcuTest {
    private final ScriptedMachine machine = new ScriptedMachine();
    private final Rcu rcu = new Rcu(machine, 2);

    @Test
    void aGracePeriodOutlastsEveryReaderThatWasInside() {
        rcu.readLock(0);
        rcu.readLock(1);
        machine.whileWaiting(() -> rcu.readUnlock(0));
        assertThatThrownBy(rcu::synchronize).as("one reader is left").isSameAs(Stuck.STUCK);
        machine.whileWaiting(() -> rcu.readUnlock(1));
        rcu.synchronize();
        assertThat(machine.isScriptDone()).isTrue();
    }

    @Test
    void aGracePeriodDoesNotWaitForALaterReader() {
        rcu.readLock(1);
        machine.whileWaiting(() -> {
            rcu.readUnlock(1);
            rcu.readLock(1);
            rcu.readLock(0);
        });
        rcu.synchronize();
        assertThat(machine.isScriptDone()).isTrue();
    }

    @Test
    void aGracePeriodIsAFullFenceOnBothSides() {
        rcu.synchronize();
        assertThat(machine.steps()).startsWith("mb").endsWith("mb");
    }

    @Test
    void onRealThreadsNobodyUsesAPageAfterItsGracePeriod() {
        long bad = GracePeriod.usesAfterReuse(hardware -> {
            Rcu real = new Rcu(hardware, 1);
            return new GracePeriod.Protocol(() -> real.readLock(0), () -> real.readUnlock(0), real::synchronize);
        });
        assertThat(bad).isZero();
    }
}
