// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import org.jspecify.annotations.Nullable;
import pagerace.verdict.Cause;
import pagerace.verdict.Grade;
import pagerace.verdict.Tally;
import pagerace.verdict.Tier;
import pagerace.verdict.Verdict;

/**
 * Whether a run showed in one tier what every host shows there.
 *
 * @param run the run
 * @param tier the tier
 * @param point the canary
 * @param samples executions measured
 * @param shown how many of them showed the outcome of the canary
 * @param verdict REPRODUCED if that is often enough
 * @param reason why it counts as silent; empty if it does not
 * @param cause the cause of that; null if it does not
 * @param fails whether it makes the run FAILED
 */
public record CanaryResult(
        String run,
        Tier tier,
        String point,
        long samples,
        long shown,
        Verdict verdict,
        String reason,
        @Nullable Cause cause,
        boolean fails) {
    /** What {@code run} measured of the canary of {@code tier}, graded. */
    static CanaryResult of(Run run, Tier tier, Tally measured, Grade grade) {
        return new CanaryResult(
                run.id(),
                tier,
                tier.canary().key(),
                measured.samples(),
                measured.shownSamples(),
                grade.verdict(),
                grade.reason(),
                grade.cause(),
                grade.fails());
    }

    /** Whether it was shown. */
    boolean wasShown() {
        return verdict == Verdict.REPRODUCED;
    }

    /** {@code the canary LOST_UPDATE in C1: showed it 3 of 100 times in 7 samples}. */
    String inWords() {
        return "the canary " + point.substring(point.indexOf('/') + 1) + " in " + tier + ": " + reason;
    }
}
