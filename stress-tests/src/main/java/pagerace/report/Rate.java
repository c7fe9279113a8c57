// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.util.List;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * How often something happened, with an interval of 95 %.
 *
 * <p>The unit is the fork and not the sample: how a VM compiled and placed the code, and the stride it was given, move the rate
 * of all its samples together. So the interval comes from how far the forks lie apart: the variance of a ratio of two sums,
 * linearised, and never less than if the samples were independent; Student's t with as many degrees of freedom as there are forks
 * but one; symmetric on the scale of logarithms, on which rates differ by factors.
 *
 * @param hits how many samples it happened in
 * @param samples of so many
 * @param forks in so many forks
 * @param low the lower end of the interval; zero if there is no hit, or fewer than two forks
 * @param high the upper end; without a hit the bound by the rule of three, with fewer than two forks one
 */
public record Rate(long hits, long samples, int forks, double low, double high) {
    /** With fewer forks nothing is said about a difference. */
    public static final int ENOUGH_FORKS = 3;

    /** A smaller factor is no difference that matters. */
    public static final double MATTERS = 1.5;

    /** What an interval of 95 % leaves below its upper end. */
    private static final double BELOW_UPPER_END = 0.975;

    /** Zero of so many samples, at 95 %: less than three of them. */
    private static final double RULE_OF_THREE = 3;

    /**
     * One fork.
     *
     * @param hits how many of its samples it happened in
     * @param samples its samples
     */
    public record Sampled(long hits, long samples) {}

    /** The rate in {@code forks}, of which each has samples. */
    public static Rate of(List<Sampled> forks) {
        long hits = forks.stream().mapToLong(Sampled::hits).sum();
        long samples = forks.stream().mapToLong(Sampled::samples).sum();
        int n = forks.size();
        if (hits == 0) {
            return new Rate(0, samples, n, 0, Math.min(1, RULE_OF_THREE / samples));
        }
        if (n < 2) {
            return new Rate(hits, samples, n, 0, 1);
        }
        double rate = (double) hits / samples;
        double apart = forks.stream()
                        .mapToDouble(fork -> fork.hits - rate * fork.samples)
                        .map(deviation -> deviation * deviation)
                        .sum()
                * n
                / (n - 1)
                / samples
                / samples;
        double error = Math.sqrt(Math.max(apart, independent(rate, samples)));
        double factor = Math.exp(t(n - 1) * error / rate);
        return new Rate(hits, samples, n, rate / factor, Math.min(1, rate * factor));
    }

    /** The variance of the rate if samples were independent. */
    private static double independent(double rate, long samples) {
        return rate * (1 - rate) / samples;
    }

    private static double t(int degrees) {
        return new TDistribution(degrees).inverseCumulativeProbability(BELOW_UPPER_END);
    }

    /** Hits per sample. */
    public double value() {
        return (double) hits / samples;
    }

    /**
     * Whether the two can be compared: something happened in one of them, and both have forks enough. Never against never says
     * nothing.
     */
    public static boolean areComparable(Rate one, Rate other) {
        return one.hits + other.hits > 0 && one.forks >= ENOUGH_FORKS && other.forks >= ENOUGH_FORKS;
    }

    /**
     * Whether two comparable rates differ: by a factor that {@linkplain #MATTERS matters}, and with intervals that have nothing
     * in common. Where nothing happened on one side, its bound is as many times the rule of three as the forks of the other lie
     * further apart than independent samples would: its own cannot tell.
     */
    public static boolean differ(Rate one, Rate other) {
        boolean rises = one.value() <= other.value();
        Rate less = rises ? one : other;
        Rate more = rises ? other : one;
        double bound = less.hits > 0 ? less.high : RULE_OF_THREE * more.overdispersion() / less.samples;
        return bound < more.low && less.value() * MATTERS <= more.value();
    }

    /** The variance of the rate over what it were if samples were independent; at least one. */
    private double overdispersion() {
        double error = Math.log(value() / low) / t(forks - 1) * value();
        return Math.max(1, error * error / Math.max(independent(value(), samples), Double.MIN_NORMAL));
    }
}
