// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
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
    void roundsOfAnotherJvmFollow() {
        assertThat(Rounds.concat(new double[][] {{1}, {2}}, new double[][] {{3}, {4}}))
                .isDeepEqualTo(new double[][] {{1, 3}, {2, 4}});
    }

    @Test
    void ratiosArePairedRoundByRound() {
        // The host gets slower from round to round; the ratio does not.
        double[] base = DoubleStream.iterate(10, time -> time * 1.3).limit(20).toArray();
        double[] times = Arrays.stream(base).map(time -> time * 1.2).toArray();
        Ratio ratio = Rounds.ratio(times, base);
        assertThat(ratio.median()).isCloseTo(1.2, org.assertj.core.data.Offset.offset(1e-9));
        assertThat(ratio.low()).isCloseTo(1.2, org.assertj.core.data.Offset.offset(1e-9));
        assertThat(ratio.rounds()).isEqualTo(20);
        assertThat(ratio.isClaimed()).isTrue();
    }

    /** Of twenty values the sixth and the fifteenth enclose the median with 95.9 %: the table of order statistics. */
    @Test
    void theIntervalIsThatOfTheMedian() {
        double[] times = IntStream.rangeClosed(1, 20).asDoubleStream().toArray();
        double[] base = DoubleStream.generate(() -> 1).limit(20).toArray();
        Ratio ratio = Rounds.ratio(times, base);
        assertThat(ratio.median()).isEqualTo(10.5);
        assertThat(ratio.low()).isEqualTo(6);
        assertThat(ratio.high()).isEqualTo(15);
    }

    @Test
    void fewRoundsClaimAsLittleAsTheirExtremes() {
        assertThat(Rounds.ratio(new double[] {1, 2, 3}, new double[] {1, 1, 1})).isEqualTo(new Ratio(2, 1, 3, 3));
    }

    /** The proof that the method does not invent differences: two operations that take the same time. */
    @Test
    void equalTimesAreRarelyClaimedToDiffer() {
        Random random = new Random(1);
        int claimed = 0;
        for (int run = 0; run < 1_000; run++) {
            double[] one = random.doubles(20, 0.8, 1.2).toArray();
            double[] other = random.doubles(20, 0.8, 1.2).toArray();
            claimed += Rounds.ratio(one, other).isClaimed() ? 1 : 0;
        }
        assertThat(claimed).isLessThan(40);
    }

    /** And that it sees one where there is one. */
    @Test
    void aThirdMoreIsClaimed() {
        Random random = new Random(1);
        int claimed = 0;
        for (int run = 0; run < 1_000; run++) {
            double[] one = random.doubles(20, 1.1, 1.5).toArray();
            double[] other = random.doubles(20, 0.8, 1.2).toArray();
            claimed += Rounds.ratio(one, other).isClaimed() ? 1 : 0;
        }
        assertThat(claimed).isGreaterThan(950);
    }
}
