// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import java.time.Duration;
import pagerace.race.Point;
import pagerace.verdict.Given;
import pagerace.verdict.Tier;

/** Hears how a stress run is going. */
public interface Progress {
    /**
     * A fork is about to start.
     *
     * @param point what it runs
     * @param tier how
     * @param settled points of which everything that the plan demands has been measured
     * @param points all points of the plan
     * @param given what the host has given so far
     * @param elapsed time since the run began
     * @param left time until it ends
     */
    void forking(Point point, Tier tier, int settled, int points, Given given, Duration elapsed, Duration left);

    /** The run is over. */
    void done();
}
