// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagerace.price.Price;
import pagerace.verdict.Cause;
import pagerace.verdict.Demand;
import pagerace.verdict.Tier;
import pagerace.verdict.Verdict;

/**
 * What hosts of one class showed of a point, and what is said of it.
 *
 * @param key the point
 * @param plan what was demanded; null if it was not planned
 * @param samples executions measured
 * @param forbidden how many of them were forbidden
 * @param forbiddenEarly how many executions of warm-ups were forbidden besides
 * @param window how many of the samples were in the window
 * @param outcomes executions per outcome and tier
 * @param early executions in warm-ups, which are in no other count: of outcomes that are forbidden or unknown, and waits that gave
 *     up; per outcome and tier
 * @param prices what its actors cost, each alone; empty if they were not timed
 * @param unseen outcomes that such a host could show by the prediction, and that no sample showed
 * @param verdict the verdict
 * @param reason why; empty where the counts say it all
 * @param cause why the point is inconclusive; null for every other verdict
 * @param fails whether it fails the build
 */
public record Result(
        String key,
        @Nullable Plan plan,
        long samples,
        long forbidden,
        long forbiddenEarly,
        long window,
        Map<String, Map<Tier, Long>> outcomes,
        Map<String, Map<Tier, Long>> early,
        List<Price> prices,
        List<String> unseen,
        Verdict verdict,
        String reason,
        @Nullable Cause cause,
        boolean fails) {
    /** {@link #reason} of a point that no plan of threads has, and that was explored. */
    public static final String EXPLORED_ONLY = "explored only";

    /** {@link #reason} of one that was explored because the host has fewer CPUs than the point has actors. */
    static String lackingCpus(int actors) {
        return EXPLORED_ONLY + ": its actors need " + actors + " CPUs";
    }

    /** {@link #reason} of a point that another run has, or none. */
    static final String NOT_HERE = "not part of this run";

    /** Whether it is inconclusive because the host was bad or time ran out. */
    boolean isLeftUndecided() {
        return cause != null && cause.isExcuse();
    }

    /**
     * What the plan demands of a point.
     *
     * @param aim what the point is run for
     * @param needs what each tier must bring that has to run
     * @param forbidden at least so many executions must show it, in whichever tier
     */
    public record Plan(Demand.Aim aim, Map<Tier, Demand.Need> needs, long forbidden) {
        static Plan of(Demand demand) {
            return new Plan(demand.aim(), demand.needs(), demand.forbidden());
        }
    }
}
