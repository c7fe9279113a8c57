// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import pagerace.verdict.Tier;

/** When samples begin to count. The rates are of recorded visits, in millions a second, by slices of 25 ms. */
class WarmUpTest {
    private static final long SLICE = TimeUnit.MILLISECONDS.toNanos(25);

    /** After how many slices of these rates it was over; minus one if it was not. */
    private static int slices(Tier tier, double... millionsASecond) {
        WarmUp warmUp = new WarmUp(tier);
        for (int slice = 0; slice < millionsASecond.length; slice++) {
            warmUp.add((long) (millionsASecond[slice] * SLICE / 1000), SLICE);
            if (warmUp.isOver()) {
                return slice + 1;
            }
        }
        return -1;
    }

    @Test
    void c2CountsFromItsFastCodeOn() {
        assertThat(slices(
                        Tier.C2, 0.05, 0.07, 0.04, 0.05, 0.02, 0.11, 0.95, 0.73, 0.39, 0.15, 0.14, 2.18, 3.32, 2.83,
                        2.72))
                .isEqualTo(15);
        assertThat(slices(Tier.C2, 0.15, 0.12, 0.16, 0.32, 0.38, 1.09, 4.68, 4.56, 5.35))
                .isEqualTo(9);
    }

    @Test
    void aSteadyRateBeforeTheCompilerHadToLookIsNone() {
        double[] rates = new double[32];
        Arrays.fill(rates, 0.05);
        assertThat(slices(Tier.C2, rates)).isEqualTo(-1);
        assertThat(slices(Tier.C2_STRESS, rates)).isEqualTo(-1);
    }

    @Test
    void aPlateauThatEndsWhileItIsMeasuredWasNone() {
        WarmUp warmUp = new WarmUp(Tier.C2);
        while (!warmUp.isOver()) {
            warmUp.add(8_000, SLICE);
        }
        assertThat(warmUp.wasTooShort(2 * 11_000, 2 * SLICE))
                .as("slices differ")
                .isFalse();
        assertThat(warmUp.wasTooShort(2 * 48_000, 2 * SLICE)).isTrue();
        warmUp.add(2 * 48_000, 2 * SLICE);
        assertThat(warmUp.wasTooShort(2 * 48_000, 2 * SLICE)).isFalse();
    }

    @Test
    void c1IsThereSoonAndTheInterpreterAtOnce() {
        assertThat(slices(Tier.C1, 0.12, 1.49, 1.66, 1.55, 1.6)).isEqualTo(5);
        assertThat(slices(Tier.INTERPRETER, 0.02, 0.02, 0.02, 0.02)).isEqualTo(4);
    }

    @Test
    void aHostWhoseRateNeverSettlesIsMeasuredAllTheSame() {
        double[] rates = new double[100];
        for (int slice = 0; slice < rates.length; slice++) {
            rates[slice] = slice % 2 == 0 ? 3 : 0.3;
        }
        assertThat(slices(Tier.C2, rates)).isEqualTo(80);
    }

    @ParameterizedTest
    @EnumSource(Tier.class)
    void whereTheCompilerIsNeverAskedNothingCounts(Tier tier) {
        WarmUp warmUp = new WarmUp(tier);
        for (int slice = 0; slice < 240; slice++) {
            assertThat(warmUp.isHopeless()).isFalse();
            warmUp.add(0, SLICE);
            assertThat(warmUp.isOver()).isFalse();
        }
        assertThat(warmUp.isHopeless()).isTrue();
    }
}
