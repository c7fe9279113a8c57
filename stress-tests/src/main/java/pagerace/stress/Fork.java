// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import java.time.Duration;
import pagerace.race.Point;
import pagerace.verdict.Tier;

/**
 * One forked VM to run: a point in a tier for a time.
 *
 * @param point the point
 * @param tier how the VM executes code
 * @param iterations how often fresh threads start
 * @param millis how long they run each time
 * @param stride how many scenarios the actors run through before they wait for each other
 * @param strides how many such strides are made ready at once
 */
public record Fork(Point point, Tier tier, int iterations, int millis, int stride, int strides) {
    /** The time it measures, without start-up. */
    public Duration measuring() {
        return Duration.ofMillis((long) iterations * millis);
    }
}
