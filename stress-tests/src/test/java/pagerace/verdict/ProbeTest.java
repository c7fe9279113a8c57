// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProbeTest {
    private static Probe probe(int changed, long value) {
        long[] counts = {10, 10, 1, 1, 1, 1, 1, 0, 0};
        counts[changed] = value;
        return new Probe(
                (int) counts[0],
                (int) counts[1],
                counts[2],
                counts[3],
                counts[4],
                counts[5],
                counts[6],
                counts[7],
                counts[8]);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8})
    void noCountIsBelowZero(int count) {
        assertThatIllegalArgumentException().isThrownBy(() -> probe(count, -1));
        assertThat(count == 0 ? Probe.NONE : probe(count, 0)).isNotNull();
    }

    @Test
    void threadsMeetInNoMoreSlotsThanThereWere() {
        assertThatIllegalArgumentException().isThrownBy(() -> probe(1, 11));
    }

    @Test
    void nineteenOfTwentySlotsAreEnoughAndATwentiethOfTheTimeStolenIsTooMuch() {
        assertThat(new Probe(100, 95, 1, 1, 1, 1000, 1000, 49, 0).isGood()).isTrue();
        assertThat(new Probe(100, 94, 1, 1, 1, 1000, 1000, 0, 0).isGood()).isFalse();
        assertThat(new Probe(100, 100, 1, 1, 1, 1000, 1000, 50, 0).isGood()).isFalse();
    }
}
