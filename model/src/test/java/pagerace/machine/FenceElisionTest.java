// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where fences may be elided; what is left of them then is the matter of {@link FenceTest} and {@link StrengthTest}. */
class FenceElisionTest {
    @ParameterizedTest
    @ValueSource(strings = {"aarch64", "riscv64", "ppc64le", ""})
    void offX86TheOptionIsRefused(String arch) {
        assertThatThrownBy(() -> HardwareMachine.withElidedFences(arch))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("x86 only")
                .hasMessageEndingWith("not on " + arch);
    }

    @ParameterizedTest
    @ValueSource(strings = {"amd64", "x86_64"})
    void onX86ItIsThere(String arch) {
        assertThat(HardwareMachine.withElidedFences(arch).isPoisoned()).isFalse();
    }
}
