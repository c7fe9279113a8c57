// SPDX-License-Identifier: Apache-2.0
package pagerace.price;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What one operation costs.
 *
 * @param point the race or workload with variant and place: for an actor, the key of its point
 * @param operation what runs
 * @param base the point that {@code ratio} compares with
 * @param accesses what it does; null if it does not end alone, and so has no price
 * @param nanos the median time of one run, in nanoseconds; what the clock takes is not in it
 * @param ratio its time over the base's: one if it does exactly what the base does; null without {@code accesses}
 * @param claim what may be said of that ratio
 * @param again the base's time over its own, compiled once more: how far chance goes in this run; null if that was not timed
 * @param floor its time over that of its accesses alone, written out on an array; null if that was not timed
 * @param machine the time of its accesses alone on words of the hardware machine, over the same; null if that was not timed
 */
public record Price(
        String point,
        String operation,
        String base,
        Course.@Nullable Accesses accesses,
        double nanos,
        @Nullable Ratio ratio,
        Claim claim,
        @Nullable Ratio again,
        @Nullable Ratio floor,
        @Nullable Ratio machine) {

    /** What may be said of the ratio. */
    public enum Claim {
        /** The same accesses: nothing was timed. */
        SAME,
        /** It costs more, or less: the interval lies beyond 5 % of one, and beyond what the base shows against itself. */
        DIFFERENT,
        /** No difference was found, and there is none of a quarter. */
        ABOUT_EQUAL,
        /** Nothing. */
        NONE
    }

    /** The race or workload. */
    public String subject() {
        return point.split("/", 2)[0];
    }

    /** Of an operation that waits for itself for ever: none. */
    public static Price ofDeadlock(String point, String operation, String base) {
        return new Price(point, operation, base, null, 0, null, Claim.NONE, null, null, null);
    }

    /**
     * What may be said of {@code ratio}.
     *
     * @param sameAsBase whether the operation does exactly what the base does
     * @param again what the base showed against itself; null if that was not timed
     */
    public static Claim claim(boolean sameAsBase, @Nullable Ratio ratio, @Nullable Ratio again) {
        if (sameAsBase) {
            return Claim.SAME;
        }
        if (ratio == null) {
            return Claim.NONE;
        }
        double chance = again == null ? 1 : again.chance();
        if (ratio.low > Math.max(1 + LEAST, chance) || ratio.high < Math.min(1 - LEAST, 1 / chance)) {
            return Claim.DIFFERENT;
        }
        return ratio.low > 1 / EQUAL && ratio.high < EQUAL ? Claim.ABOUT_EQUAL : Claim.NONE;
    }

    private static final double LEAST = 0.05;
    private static final double EQUAL = 1.25;

    /**
     * How two times compare.
     *
     * @param median the median ratio
     * @param low the lower end of its 95 % interval
     * @param high the upper end
     * @param n of how many values: rounds, or JVMs if there were enough of them
     */
    public record Ratio(double median, double low, double high, int n) {
        /** Exactly one, of an operation that is its own base. */
        public static final Ratio ONE = new Ratio(1, 1, 1, 0);

        /** How far from one the interval reaches, as a factor; without limit if times below zero are in it. */
        double chance() {
            return low <= 0 ? Double.POSITIVE_INFINITY : Math.max(high, 1 / low);
        }

        /** {@code 9.80 [9.70, 10.10]}: the median and its interval. */
        public String inWords() {
            return String.format(Locale.ROOT, "%.2f [%.2f, %.2f]", median, low, high);
        }
    }
}
