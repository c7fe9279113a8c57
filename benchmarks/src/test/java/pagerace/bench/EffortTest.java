// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class EffortTest {
    @Test
    void anOddNumberOfWarmupsIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Effort("test", 1, 5, 0, 20, 1, false, 500))
                .withMessageContaining("5");
    }
}
