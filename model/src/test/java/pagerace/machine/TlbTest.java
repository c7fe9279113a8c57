// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

    @Test
    void withoutATranslationAnAccessIsNothing() {
        Tlb tlb = tlb(TlbProfile.IPI);
        assertThat(tlb.beginAccess()).isEqualTo(Translation.NONE);
        tlb.endAccess();
        assertThat(machine.steps()).isEmpty();
    }

    /** Unlike a walk, an access through a translation is outlasted by every kind of flush. */
    @ParameterizedTest
    @EnumSource
    void everyFlushWaitsForAnAccessAndDropsTheTranslation(TlbProfile profile) {
        for (Consumer<Tlb> flush : flushesOf(profile)) {
            Tlb tlb = new Tlb(machine, profile, 1, new Translation(machine, Format.DECIMAL, 7));
            assertThat(tlb.beginAccess()).isEqualTo(7);
            assertThatThrownBy(() -> flush.accept(tlb)).isSameAs(Stuck.STUCK);
            machine.whileWaiting(tlb::endAccess);
            flush.accept(tlb);
            assertThat(machine.isScriptDone()).isTrue();
            assertThat(tlb.beginAccess()).isEqualTo(Translation.NONE);
            tlb.endAccess();
        }
    }

    private static List<Consumer<Tlb>> flushesOf(TlbProfile profile) {
        return profile == TlbProfile.DEFERRED
                ? List.of(Tlb::flushNow, Tlb::flushBatched)
                : List.of(Tlb::flush, Tlb::flushNow);
    }

    /** What a deferred flush puts off is the invalidation too: until then stores go through the old entry. */
    @Test
    void aDeferredFlushLeavesTheTranslation() {
        Tlb tlb = new Tlb(machine, TlbProfile.DEFERRED, 1, new Translation(machine, Format.DECIMAL, 7));
        tlb.flush();
        assertThat(machine.steps()).isEmpty();
        assertThat(tlb.beginAccess()).isEqualTo(7);
        tlb.endAccess();
        machine.steps();
        tlb.flushNow();
        assertThat(machine.steps()).startsWith("mb", "tlb.pte write 0");
    }

    @Test
    void anIpiFlushWaitsForWalksAndAccesses() {
        Tlb tlb = new Tlb(machine, TlbProfile.IPI, 1, new Translation(machine, Format.DECIMAL, 7));
        tlb.irqSave(0);
        assertThat(tlb.beginAccess()).isEqualTo(7);
        machine.whileWaiting(() -> tlb.irqRestore(0));
        machine.whileWaiting(tlb::endAccess);
        tlb.flush();
        assertThat(machine.isScriptDone()).isTrue();
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
