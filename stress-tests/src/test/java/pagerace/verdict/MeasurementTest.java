// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;

class MeasurementTest {
    private static Measurement measurement(int stride, long millis, double cpuShare, long samples) {
        return new Measurement(
                "a",
                1,
                "b",
                Tier.C2,
                stride,
                millis,
                millis,
                cpuShare,
                Map.of("QUIET", samples),
                Map.of(),
                Probe.NONE,
                null);
    }

    @Test
    void numbersThatNoForkHas() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> measurement(1, 1, 1, -1))
                .withMessage("no fork has -1 samples of QUIET");
        assertThatIllegalArgumentException()
                .as("two such counts would cancel each other")
                .isThrownBy(() -> measurement(1, 1, 1, Long.MAX_VALUE));
        assertThatIllegalArgumentException().isThrownBy(() -> measurement(-1, 1, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> measurement(1, -1, 1, 1));
        for (double share : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThatIllegalArgumentException().isThrownBy(() -> measurement(1, 1, share, 1));
        }
    }
}
