// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ReaderSectionsTest {
    private final ScriptedMachine machine = new ScriptedMachine();
    private final ReaderSections sections = new ReaderSections(machine, "slot", 2);

    @Test
    void synchronizeWaitsForAnOpenSection() {
        sections.enter(1);
        assertThatThrownBy(sections::synchronize).as("nobody ends it").isSameAs(Stuck.STUCK);
        machine.whileWaiting(() -> sections.leave(1));
        sections.synchronize();
        assertThat(machine.isScriptDone()).isTrue();
    }

    @Test
    void synchronizeWaitsForEveryOpenSection() {
        sections.enter(0);
        sections.enter(1);
        machine.whileWaiting(() -> sections.leave(1));
        machine.whileWaiting(() -> sections.leave(0));
        sections.synchronize();
        assertThat(machine.isScriptDone()).isTrue();
    }

    @Test
    void synchronizeDoesNotWaitForNobody() {
        sections.enter(0);
        sections.leave(0);
        sections.synchronize();
    }

    @Test
    void synchronizeDoesNotWaitForASectionThatBeginsLater() {
        sections.enter(0);
        machine.whileWaiting(() -> {
            sections.leave(0);
            sections.enter(0);
        });
        sections.synchronize();
        assertThat(machine.isScriptDone()).isTrue();
        assertThatThrownBy(sections::synchronize).as("the later one is open").isSameAs(Stuck.STUCK);
    }

    @Test
    void theFencesStandWhereTheirPairsNeedThem() {
        sections.enter(1);
        assertThat(machine.steps()).containsExactly("slot[1] read", "slot[1] store-release 1", "mb");
        sections.leave(1);
        assertThat(machine.steps()).containsExactly("slot[1] read", "slot[1] store-release 2");
        sections.synchronize();
        assertThat(machine.steps()).containsExactly("mb", "slot[0] read", "slot[1] read", "mb");
        sections.enter(0);
        machine.steps();
        machine.whileWaiting(() -> sections.leave(0));
        sections.synchronize();
        assertThat(machine.steps())
                .containsExactly(
                        "mb",
                        "slot[0] read",
                        "slot[0] await",
                        "slot[0] read",
                        "slot[0] store-release 2",
                        "slot[1] read",
                        "mb");
    }

    @Test
    void nobodyUsesAPageAfterItsGracePeriod() {
        long bad = GracePeriod.usesAfterReuse(hardware -> {
            ReaderSections real = new ReaderSections(hardware, "slot", 1);
            return new GracePeriod.Protocol(() -> real.enter(0), () -> real.leave(0), real::synchronize);
        });
        assertThat(bad).isZero();
    }

    /** The control: without the wait a reader does use the page after its reuse. */
    @Test
    void withoutAGracePeriodAPageIsUsedAfterItsReuse() {
        TwoThreads.showsUp(() -> GracePeriod.usesAfterReuse(hardware -> {
                    ReaderSections real = new ReaderSections(hardware, "slot", 1);
                    return new GracePeriod.Protocol(() -> real.enter(0), () -> real.leave(0), () -> {});
                })
                > 0);
    }
}
