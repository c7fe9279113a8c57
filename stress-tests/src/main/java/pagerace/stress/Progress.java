// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import java.time.Duration;
import java.util.function.Supplier;
import pagerace.race.Point;
import pagerace.verdict.Given;
import pagerace.verdict.Tier;

/** Hears how a stress run is going. */
public interface Progress {
    /**
     * How a run stands.
     *
     * @param point what the next fork measures
     * @param tier how
     * @param settled points of which everything that the plan demands has been measured
     * @param points all points of the plan
     * @param given what the host has given so far
     * @param elapsed time since the run began
     * @param left time until it ends
     * @param isEstimate whether {@code left} is a guess from what the host has given so far: then it ends when it has what it needs
     */
    record Standing(
            Point point,
            Tier tier,
            int settled,
            int points,
            Given given,
            Duration elapsed,
            Duration left,
            boolean isEstimate) {}

    /**
     * A fork is about to start.
     *
     * @param elapsed time since the run began
     * @param standing how the run stands: who does not show it, need not ask
     */
    void forking(Duration elapsed, Supplier<Standing> standing);

    /** The run is over. */
    void done();
}
