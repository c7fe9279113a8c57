// SPDX-License-Identifier: Apache-2.0
package pagerace.price;

import org.jspecify.annotations.Nullable;

/**
 * What one operation costs.
 *
 * @param point the race or workload with variant and place: for an actor, the key of its point
 * @param operation what runs
 * @param base the point that {@code ratio} compares with
 * @param accesses what it does; null if it does not end alone, and so has no price
 * @param sameAsBase whether it does exactly what the base does: then nothing was timed, and the ratio is one
 * @param nanos the median time of one run, in nanoseconds; what the clock takes is not in it
 * @param ratio its time over the base's; null without {@code accesses}
 * @param floor its time over that of its accesses alone, written out on an array; null if that was not timed
 * @param machine the time of its accesses alone on words of the hardware machine, over the same; null if that was not timed
 */
public record Price(
        String point,
        String operation,
        String base,
        Course.@Nullable Accesses accesses,
        boolean sameAsBase,
        double nanos,
        @Nullable Ratio ratio,
        @Nullable Ratio floor,
        @Nullable Ratio machine) {

    /**
     * How two times compare, round by round.
     *
     * @param median the median ratio
     * @param low the lower end of its 95 % interval
     * @param high the upper end
     * @param rounds how many rounds there were
     */
    public record Ratio(double median, double low, double high, int rounds) {
        /** Differences up to this are not claimed, however narrow the interval: another JVM may see them the other way round. */
        private static final double CLAIM = 0.05;

        /** Exactly one, of an operation that is its own base. */
        public static final Ratio ONE = new Ratio(1, 1, 1, 0);

        /** Whether it may be said that the two differ: the interval lies beyond 5 % of one. */
        public boolean isClaimed() {
            return low > 1 + CLAIM || high < 1 - CLAIM;
        }
    }
}
