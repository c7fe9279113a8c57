// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagerace.report.Rate.Sampled;

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
                    return new Sampled(poisson(hits * size * odds), Math.round(100_000 * size));
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

    @ParameterizedTest
    @CsvSource({"3, 200, 0.3", "3, 3000, 0.5", "8, 200, 0.5"})
    void theIntervalCoversTheRate(int forks, double hits, double spread) {
        int covered = 0;
        for (int i = 0; i < TRIALS; i++) {
            Rate rate = rate(forks, hits, spread);
            covered += rate.low() <= hits / 100_000 && hits / 100_000 <= rate.high() ? 1 : 0;
        }
        assertThat((double) covered / TRIALS).isBetween(0.88, 0.98);
    }

    @Test
    void neverAgainstNeverAndTooFewForksSayNothing() {
        Rate never = Rate.of(List.of(new Sampled(0, 1000), new Sampled(0, 1000), new Sampled(0, 1000)));
        Rate two = Rate.of(List.of(new Sampled(900, 1000), new Sampled(900, 1000)));
        assertThat(Rate.areComparable(never, never)).isFalse();
        assertThat(Rate.areComparable(never, two)).isFalse();
        assertThat(Rate.areComparable(two, two)).isFalse();
    }

    @Test
    void aSmallFactorDoesNotMatter() {
        Sampled fork = new Sampled(100_000, 1_000_000);
        Sampled alike = new Sampled(140_000, 1_000_000);
        Sampled more = new Sampled(160_000, 1_000_000);
        Rate rate = Rate.of(List.of(fork, fork, fork));
        assertThat(Rate.differ(rate, Rate.of(List.of(alike, alike, alike)))).isFalse();
        assertThat(Rate.differ(rate, Rate.of(List.of(more, more, more)))).isTrue();
        assertThat(Rate.differ(Rate.of(List.of(more, more, more)), rate)).isTrue();
    }

    @Test
    void neverIsBoundedByTheRuleOfThreeWidenedByTheOtherSidesSpread() {
        Sampled none = new Sampled(0, 1_000_000);
        Rate never = Rate.of(List.of(none, none, none));
        assertThat(never.high()).isCloseTo(1e-6, within(1e-12));
        Sampled some = new Sampled(30, 1_000_000);
        assertThat(Rate.differ(never, Rate.of(List.of(some, some, some)))).isTrue();
        Rate bursts = Rate.of(List.of(none, none, new Sampled(90, 1_000_000)));
        assertThat(Rate.differ(never, bursts)).isFalse();
    }

    private static List<Sampled> forks(long... hitsThenSamples) {
        return IntStream.range(0, hitsThenSamples.length / 2)
                .mapToObj(i -> new Sampled(hitsThenSamples[2 * i], hitsThenSamples[2 * i + 1]))
                .toList();
    }

    /** Computed apart from this code, with forty digits: the sample variance of the residuals over n times the mean size squared. */
    @Test
    void theIntervalIsThatOfARatioOfSumsOverForks() {
        Rate three = Rate.of(forks(120, 1_000_000, 180, 1_200_000, 60, 800_000));
        assertThat(three.low() / 5.695437047445745e-05).isCloseTo(1, within(1e-9));
        assertThat(three.high() / 2.528339770950155e-04).isCloseTo(1, within(1e-9));
        Rate five = Rate.of(forks(40, 500_000, 95, 1_000_000, 30, 750_000, 70, 900_000, 110, 1_100_000));
        assertThat(five.low() / 5.674753030545201e-05).isCloseTo(1, within(1e-9));
        assertThat(five.high() / 1.161216944894875e-04).isCloseTo(1, within(1e-9));
    }

    /** Forks that do not differ are no better than samples that do not depend on each other: the variance of a binomial. */
    @Test
    void equalForksAreAsFarApartAsIndependentSamples() {
        Rate equal = Rate.of(forks(100, 1_000_000, 100, 1_000_000, 100, 1_000_000));
        assertThat(equal.low() / 7.800468085200503e-05).isCloseTo(1, within(1e-9));
        assertThat(equal.high() / 1.281974349587120e-04).isCloseTo(1, within(1e-9));
    }

    /** The interval of the side with hits begins at 4.3e-6: above the rule of three, far below 33 times that. */
    @Test
    void theSpreadOfTheSideWithHitsWidensTheBoundOfTheSideWithout() {
        Rate spread = Rate.of(forks(10, 1_000_000, 30, 1_000_000, 80, 1_000_000));
        Rate never = Rate.of(forks(0, 1_000_000, 0, 1_000_000, 0, 1_000_000));
        assertThat(never.high()).isLessThan(spread.low());
        assertThat(Rate.differ(never, spread)).isFalse();
        assertThat(Rate.differ(spread, never)).isFalse();
    }

    /** 33 times the rule of three over enough samples is below that interval, ten times as much is not. */
    @Test
    void theBoundIsWidenedByTheSpreadAndNotByMore() {
        Rate spread = Rate.of(forks(10, 1_000_000, 30, 1_000_000, 80, 1_000_000));
        assertThat(Rate.differ(neverIn(22_422_000), spread)).isFalse();
        assertThat(Rate.differ(neverIn(23_337_000), spread)).isTrue();
    }

    private static Rate neverIn(long samples) {
        return Rate.of(forks(0, samples / 3, 0, samples / 3, 0, samples / 3));
    }
}
