// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagerace.report.Rate.Fork;

/** Rates whose forks lie apart: how often equal ones are told to differ, and how often different ones are. */
class RateTest {
    private static final int TRIALS = 2_000;

    private final Random random = new Random(42);

    /**
     * Forks whose odds spread log-normally.
     *
     * @param hits expected per fork of 100,000 samples; forks have half to one and a half of that
     * @param spread the standard deviation of the odds' logarithm
     */
    private Rate rate(int forks, double hits, double spread) {
        return Rate.of(Stream.generate(() -> {
                    double size = 0.5 + random.nextDouble();
                    double odds = Math.exp(spread * random.nextGaussian() - spread * spread / 2);
                    return new Fork(poisson(hits * size * odds), Math.round(100_000 * size));
                })
                .limit(forks)
                .toList());
    }

    private long poisson(double mean) {
        if (mean > 100) {
            return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.nextGaussian()));
        }
        double limit = Math.exp(-mean);
        long count = 0;
        for (double product = random.nextDouble(); product > limit; product *= random.nextDouble()) {
            count++;
        }
        return count;
    }

    /** The share of trials in which two rates are told to differ. */
    private double differing(int forks, double hits, double factor, double spread) {
        int differing = 0;
        for (int i = 0; i < TRIALS; i++) {
            Rate one = rate(forks, hits, spread);
            Rate other = rate(forks, hits * factor, spread);
            if (Rate.areComparable(one, other) && Rate.differ(one, other)) {
                differing++;
            }
        }
        return (double) differing / TRIALS;
    }

    @ParameterizedTest
    @CsvSource({
        "3, 0.3, 0",
        "3, 3, 0",
        "3, 100, 0",
        "3, 3000, 0",
        "3, 0.3, 0.5",
        "3, 3, 0.5",
        "3, 100, 0.5",
        "3, 3000, 0.5",
        "3, 0.3, 1.2",
        "3, 3, 1.2",
        "3, 100, 1.2",
        "3, 3000, 1.2",
        "5, 0.3, 0.5",
        "5, 3, 0.5",
        "5, 3000, 0.5",
        "5, 3000, 1.2",
        "12, 0.3, 0.5",
        "12, 3, 1.2",
        "12, 3000, 0",
        "12, 3000, 0.5",
        "12, 3000, 1.2",
        "5, 100, 1.5",
        "8, 3000, 1.5"
    })
    void equalOnesRarelyDiffer(int forks, double hits, double spread) {
        assertThat(differing(forks, hits, 1, spread)).isLessThan(0.05);
    }

    @ParameterizedTest
    @CsvSource({"3, 3000, 0.1", "5, 3000, 0.25", "8, 3000, 0.4", "12, 30, 0.4", "12, 30, 0.5"})
    void threeTimesAsOftenIsMostlySeen(int forks, double hits, double spread) {
        assertThat(differing(forks, hits, 3, spread)).isGreaterThan(0.8);
    }

    @Test
    void theIntervalCoversTheRate() {
        int covered = 0;
        for (int i = 0; i < TRIALS; i++) {
            Rate rate = rate(8, 200, 0.5);
            covered += rate.low() <= 0.002 && 0.002 <= rate.high() ? 1 : 0;
        }
        assertThat((double) covered / TRIALS).isBetween(0.88, 0.98);
    }

    @Test
    void neverAgainstNeverAndTooFewForksSayNothing() {
        Rate never = Rate.of(List.of(new Fork(0, 1000), new Fork(0, 1000), new Fork(0, 1000)));
        Rate two = Rate.of(List.of(new Fork(900, 1000), new Fork(900, 1000)));
        assertThat(Rate.areComparable(never, never)).isFalse();
        assertThat(Rate.areComparable(never, two)).isFalse();
        assertThat(Rate.areComparable(two, two)).isFalse();
    }

    @Test
    void aSmallFactorDoesNotMatter() {
        Fork fork = new Fork(100_000, 1_000_000);
        Fork alike = new Fork(140_000, 1_000_000);
        Fork more = new Fork(160_000, 1_000_000);
        Rate rate = Rate.of(List.of(fork, fork, fork));
        assertThat(Rate.differ(rate, Rate.of(List.of(alike, alike, alike)))).isFalse();
        assertThat(Rate.differ(rate, Rate.of(List.of(more, more, more)))).isTrue();
        assertThat(Rate.differ(Rate.of(List.of(more, more, more)), rate)).isTrue();
    }

    @Test
    void neverIsBoundedByTheRuleOfThreeWidenedByTheOtherSidesSpread() {
        Fork none = new Fork(0, 1_000_000);
        Rate never = Rate.of(List.of(none, none, none));
        assertThat(never.high()).isCloseTo(1e-6, within(1e-12));
        Fork some = new Fork(30, 1_000_000);
        assertThat(Rate.differ(never, Rate.of(List.of(some, some, some)))).isTrue();
        Rate bursts = Rate.of(List.of(none, none, new Fork(90, 1_000_000)));
        assertThat(Rate.differ(never, bursts)).isFalse();
    }
}
