// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import pagerace.price.Price.Ratio;

class RoundsTest {
    @Test
    void everySecondRoundRunsBackwards() {
        assertThat(IntStream.range(0, 9).map(iteration -> Prices.entryOf(iteration, 3)))
                .containsExactly(0, 1, 2, 2, 1, 0, 0, 1, 2);
    }

    @Test
    void iterationsGoBackToTheirEntries() {
        double[] iterations = {10, 20, 30, 31, 21, 11};
        assertThat(Rounds.perEntry(iterations, 3)).isDeepEqualTo(new double[][] {{10, 11}, {20, 21}, {30, 31}});
    }

    @Test
    void ratiosArePairedRoundByRound() {
        // The host gets slower from round to round; the ratio does not.
        double[] base = DoubleStream.iterate(10, time -> time * 1.3).limit(20).toArray();
        double[] times = Arrays.stream(base).map(time -> time * 1.2).toArray();
        Ratio ratio = Rounds.ratio(new double[][] {times}, new double[][] {base});
        assertThat(ratio.median()).isCloseTo(1.2, org.assertj.core.data.Offset.offset(1e-9));
        assertThat(ratio.low()).isCloseTo(1.2, org.assertj.core.data.Offset.offset(1e-9));
        assertThat(ratio.n()).isEqualTo(20);
    }

    /** Of twenty values the sixth and the fifteenth enclose the median with 95.9 %: the table of order statistics. */
    @Test
    void theIntervalIsThatOfTheMedian() {
        double[] times = IntStream.rangeClosed(1, 20).asDoubleStream().toArray();
        double[] base = DoubleStream.generate(() -> 1).limit(20).toArray();
        Ratio ratio = Rounds.ratio(new double[][] {times}, new double[][] {base});
        assertThat(ratio.median()).isEqualTo(10.5);
        assertThat(ratio.low()).isEqualTo(6);
        assertThat(ratio.high()).isEqualTo(15);
    }

    @Test
    void fewRoundsClaimAsLittleAsTheirExtremes() {
        assertThat(Rounds.ofMedian(new double[] {1, 2, 3})).isEqualTo(new Ratio(2, 1, 3, 3));
    }

    /** Five JVMs that agree among themselves are no hundred witnesses; six JVMs are six. */
    @Test
    void withEnoughJvmsEachCountsOnce() {
        double[][] times = new double[6][];
        double[][] base = new double[6][];
        for (int jvm = 0; jvm < 6; jvm++) {
            times[jvm] = new double[] {jvm + 1, jvm + 1, 100};
            base[jvm] = new double[] {1, 1, 1};
        }
        assertThat(Rounds.ratio(times, base)).isEqualTo(new Ratio(3.5, 1, 6, 6));
    }
}
