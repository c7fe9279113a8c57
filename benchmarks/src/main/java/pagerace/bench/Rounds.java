// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.math3.distribution.BinomialDistribution;
import pagerace.price.Price.Ratio;

/** Paired times: what two operations took in each round of one run. */
final class Rounds {
    private static final double TAIL = 0.025;

    private Rounds() {}

    /**
     * The ratio of {@code times} to {@code base}.
     *
     * <p>The interval is that of the median by order statistics: it assumes nothing of how times are distributed, only that
     * rounds are independent. With fewer than six rounds there is no such interval at 95 %, and the extremes stand for it.
     */
    static Ratio ratio(double[] times, double[] base) {
        double[] ratios = IntStream.range(0, times.length)
                .mapToDouble(round -> times[round] / base[round])
                .sorted()
                .toArray();
        int n = ratios.length;
        // As many values lie below the median as heads fall in n throws of a coin.
        int cut = Math.max(0, new BinomialDistribution(n, 0.5).inverseCumulativeProbability(TAIL) - 1);
        return new Ratio(medianOf(ratios), ratios[cut], ratios[n - 1 - cut], n);
    }

    /** The median of {@code times}. */
    static double median(double[] times) {
        double[] sorted = times.clone();
        Arrays.sort(sorted);
        return medianOf(sorted);
    }

    private static double medianOf(double[] sorted) {
        int n = sorted.length;
        return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    }

    /** The times of each entry of a plan, round by round, from those of all iterations in their order. */
    static double[][] perEntry(double[] iterations, int entries) {
        int rounds = iterations.length / entries;
        double[][] times = new double[entries][rounds];
        for (int i = 0; i < iterations.length; i++) {
            times[Prices.entryOf(i, entries)][i / entries] = iterations[i];
        }
        return times;
    }

    /** Appends the rounds of another JVM. */
    static double[][] concat(double[][] one, double[][] other) {
        double[][] all = new double[one.length][];
        Arrays.setAll(all, entry -> {
            double[] both = Arrays.copyOf(one[entry], one[entry].length + other[entry].length);
            System.arraycopy(other[entry], 0, both, one[entry].length, other[entry].length);
            return both;
        });
        return all;
    }
}
