// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import static org.assertj.core.api.Assertions.assertThat;
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

    private static Measurement of(int vm, int stride, long millis, long measuringMillis) {
        return new Measurement(
                "a",
                vm,
                "b",
                Tier.C2,
                stride,
                millis,
                measuringMillis,
                0,
                Map.of("QUIET", 0L),
                Map.of(),
                Probe.NONE,
                null);
    }

    @Test
    void zeroIsWhatAForkHasThatDidNotGetFar() {
        assertThat(of(0, 0, 0, 0).samples()).isZero();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> of(-1, 0, 0, 0))
                .withMessage("no fork has -1 as the number of its VM");
        assertThatIllegalArgumentException().isThrownBy(() -> of(1, 1, 10, -1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> of(1, 1, 10, 11))
                .withMessage("no fork has 11 ms of measuring in 10");
        assertThat(of(1, 1, 10, 10).measuringMillis()).isEqualTo(10);
    }
}
