// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TranslationTest {
    private static final long ENTRY = 7;

    private final ScriptedMachine machine = new ScriptedMachine();
    private final Translation translation = new Translation(machine, Format.DECIMAL, ENTRY);

    @Test
    void isUsedUntilItIsInvalidated() {
        for (int access = 0; access < 2; access++) {
            assertThat(translation.begin()).isEqualTo(ENTRY);
            translation.end();
        }
        translation.invalidate();
        assertThat(translation.begin()).isEqualTo(Translation.NONE);
        translation.end();
        Translation none = new Translation(machine, Format.DECIMAL, Translation.NONE);
        assertThat(none.begin()).isEqualTo(Translation.NONE);
    }

    @Test
    void invalidationOutlastsTheAccessThatUsesIt() {
        assertThat(translation.begin()).isEqualTo(ENTRY);
        assertThatThrownBy(translation::invalidate).as("nobody ends it").isSameAs(Stuck.STUCK);
        machine.whileWaiting(translation::end);
        translation.invalidate();
        assertThat(machine.isScriptDone()).isTrue();
    }

    /** Such an access does not use the old translation, so nobody need wait for it. */
    @Test
    void invalidationDoesNotWaitForAnAccessThatBeginsLater() {
        assertThat(translation.begin()).isEqualTo(ENTRY);
        machine.whileWaiting(() -> {
            translation.end();
            assertThat(translation.begin()).isEqualTo(Translation.NONE);
        });
        translation.invalidate();
        assertThat(machine.isScriptDone()).isTrue();
    }

    /** Announce the access, fence, read the translation; drop the translation, fence, look for accesses. */
    @Test
    void oneOfTheTwoNoticesTheOther() {
        assertThat(translation.begin()).isEqualTo(ENTRY);
        assertThat(machine.steps())
                .containsExactly("access[0] read", "access[0] store-release 1", "mb", "tlb.pte read");
        translation.end();
        assertThat(machine.steps()).containsExactly("access[0] read", "access[0] store-release 2");
        translation.invalidate();
        assertThat(machine.steps()).containsExactly("tlb.pte write 0", "mb", "access[0] read", "mb");
    }
}
