// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagerace.price.PriceFile;
import pagerace.verdict.Measurement;

/**
 * What was measured on hosts of one class, not yet graded.
 *
 * @param runs the runs that measured it; at least one
 * @param plan the keys of the points that threads were to run
 * @param measurements what the forks measured
 * @param prices what was timed; null if nothing was
 */
public record Session(
        List<Run> runs,
        List<String> plan,
        List<Measurement> measurements,
        @Nullable PriceFile prices) {
    /** The class of the hosts. */
    public HostClass hostClass() {
        return HostClass.of(runs.get(0).host());
    }
}
