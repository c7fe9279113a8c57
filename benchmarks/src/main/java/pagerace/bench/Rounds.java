// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.math3.distribution.BinomialDistribution;
import pagerace.price.Price.Ratio;

/** Paired times: what two operations took in each round of one run. */
final class Rounds {
    private static final double TAIL = 0.025;

    /** So many independent values have a 95 % interval of their median: their extremes. */
    private static final int ENOUGH_JVMS = 6;

    /** What takes less than this is not measured but noise; it keeps ratios finite. */
    private static final double SHORTEST_NANOS = 0.5;

    private Rounds() {}

    /**
     * The ratio of {@code times} to {@code base}, both JVM by JVM, and in each round by round.
     *
     * <p>With {@link #ENOUGH_JVMS} each JVM counts once, by its median: how it compiled and placed the code is the same in all of
     * its rounds, so these are no independent witnesses of anything but the noise. With fewer there is nothing better.
     */
    static Ratio ratio(double[][] times, double[][] base) {
        double[][] ratios = new double[times.length][];
        Arrays.setAll(ratios, jvm -> ratios(times[jvm], base[jvm]));
        return times.length < ENOUGH_JVMS
                ? ofMedian(Arrays.stream(ratios).flatMapToDouble(Arrays::stream).toArray())
                : ofMedian(Arrays.stream(ratios).mapToDouble(Rounds::median).toArray());
    }

    private static double[] ratios(double[] times, double[] base) {
        return IntStream.range(0, times.length)
                .mapToDouble(round -> times[round] / Math.max(SHORTEST_NANOS, base[round]))
                .toArray();
    }

    /**
     * The median, and its interval by order statistics: it assumes nothing of how values are distributed, only that they are
     * independent. With fewer than six there is no such interval at 95 %, and the extremes stand for it.
     */
    static Ratio ofMedian(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        // As many values lie below the median as heads fall in n throws of a coin.
        int cut = Math.max(0, new BinomialDistribution(n, 0.5).inverseCumulativeProbability(TAIL) - 1);
        return new Ratio(medianOf(sorted), sorted[cut], sorted[n - 1 - cut], n);
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
}
