// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TlbTest {
    private final ScriptedMachine machine = new ScriptedMachine();

    private Tlb tlb(TlbProfile profile) {
        return new Tlb(machine, profile, 2);
    }

    @Test
    void anIpiFlushWaitsForEveryWalkUnderWay() {
        Tlb tlb = tlb(TlbProfile.IPI);
        tlb.irqSave(0);
        tlb.irqSave(1);
        assertThatThrownBy(tlb::flush).isSameAs(Stuck.STUCK);
        assertThatThrownBy(tlb::flushNow).isSameAs(Stuck.STUCK);
        machine.whileWaiting(() -> tlb.irqRestore(0));
        machine.whileWaiting(() -> tlb.irqRestore(1));
        tlb.flush();
        assertThat(machine.isScriptDone()).isTrue();
        tlb.irqSave(1);
        machine.whileWaiting(() -> tlb.irqRestore(1));
        tlb.flushNow();
        assertThat(machine.isScriptDone()).isTrue();
    }

    @Test
    void anIpiFlushDoesNotWaitForAWalkThatBeginsLater() {
        Tlb tlb = tlb(TlbProfile.IPI);
        tlb.irqSave(0);
        machine.whileWaiting(() -> {
            tlb.irqRestore(0);
            tlb.irqSave(0);
        });
        tlb.flush();
        assertThat(machine.isScriptDone()).isTrue();
    }

    @Test
    void anIpiFlushWithNobodyWalkingIsAFullFence() {
        tlb(TlbProfile.IPI).flush();
        assertThat(machine.steps()).startsWith("mb").endsWith("mb");
    }

    @Test
    void nothingIsLeftToDoAfterAnIpiOrBroadcastFlush() {
        tlb(TlbProfile.IPI).flushBatched();
        tlb(TlbProfile.BROADCAST).flushBatched();
        assertThat(machine.steps()).isEmpty();
    }

    @Test
    void aBroadcastFlushIsAFenceThatWaitsForNobody() {
        Tlb tlb = tlb(TlbProfile.BROADCAST);
        tlb.irqSave(0);
        assertThat(machine.steps()).as("no walker flags").isEmpty();
        tlb.flush();
        assertThat(machine.steps()).containsExactly("mb");
        tlb.flushNow();
        assertThat(machine.steps()).containsExactly("mb");
        tlb.irqRestore(0);
        assertThat(machine.steps()).isEmpty();
    }

    @Test
    void aDeferredFlushDoesNothingUntilItIsCompleted() {
        Tlb tlb = tlb(TlbProfile.DEFERRED);
        tlb.irqSave(1);
        tlb.flush();
        assertThat(machine.steps()).isEmpty();
        tlb.flushBatched();
        assertThat(machine.steps()).containsExactly("mb");
        tlb.flushNow();
        assertThat(machine.steps()).containsExactly("mb");
        tlb.irqRestore(1);
        assertThat(machine.steps()).isEmpty();
    }

    /** An entry is cleared and flushed, then its table is freed: under IPI, no walk that saw the entry is under way. */
    @Test
    void onRealThreadsOnlyAnIpiFlushOutlastsTheWalks() {
        assertThat(walksIntoAFreedTable(TlbProfile.IPI)).isZero();
        TwoThreads.showsUp(() -> walksIntoAFreedTable(TlbProfile.BROADCAST) > 0);
        TwoThreads.showsUp(() -> walksIntoAFreedTable(TlbProfile.DEFERRED) > 0);
    }

    private static long walksIntoAFreedTable(TlbProfile profile) {
        return GracePeriod.usesAfterReuse(hardware -> {
            Tlb tlb = new Tlb(hardware, profile, 1);
            return new GracePeriod.Protocol(() -> tlb.irqSave(0), () -> tlb.irqRestore(0), tlb::flush);
        });
    }
}
