// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TierTest {
    @Test
    void storeBuffersShowInC2AndInterleavingsElsewhere() {
        assertThat(Tier.C2.canary().key()).isEqualTo("Canary/STORE_BUFFERING");
        assertThat(Tier.C2_STRESS.canary().key()).isEqualTo("Canary/STORE_BUFFERING");
        assertThat(Tier.C1.canary().key()).isEqualTo("Canary/LOST_UPDATE");
        assertThat(Tier.INTERPRETER.canary().key()).isEqualTo("Canary/LOST_UPDATE");
    }
}
