// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import java.time.Duration;
import java.util.Map;
import pagerace.race.Point;
import pagerace.verdict.Tier;

/**
 * What JCStress calls a fork: a point to measure in a VM that has not measured it before. The VM may have measured other points.
 *
 * @param point the point
 * @param tier how the VM executes code
 * @param atMost how long it measures at most, once the code is compiled
 * @param stride how many scenarios the actors run through before they wait for each other
 * @param strides how many such strides are made ready at once
 * @param goal when it may stop before that
 */
public record StressFork(Point point, Tier tier, Duration atMost, int stride, int strides, Goal goal) {
    /** When enough has been measured. */
    public interface Goal {
        /**
         * Whether it has.
         *
         * @param outcomes samples per outcome word so far
         * @param warmUp the same of executions before the code was compiled
         */
        boolean isReached(Map<String, Long> outcomes, Map<String, Long> warmUp);
    }

    /** The same for a shorter time. */
    StressFork within(Duration time) {
        return new StressFork(point, tier, time, stride, strides, goal);
    }

    /** Whether what it runs before its code is compiled counts, too: a deadlock shows at once, and lasts too long for compilers. */
    boolean isCold() {
        return point.variant().deadlocks();
    }
}
