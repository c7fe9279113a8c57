// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import org.jspecify.annotations.Nullable;

/**
 * A verdict and why.
 *
 * @param verdict the verdict
 * @param reason why, in words; empty where the counts say it all
 * @param cause why the point is inconclusive; null for every other verdict
 * @param missingMillis for how much longer forks would have to run, on such a host, until the plan's demand is met, in
 *     milliseconds; a guess, and 0 where time would not help
 */
public record Grade(
        Verdict verdict, String reason, @Nullable Cause cause, long missingMillis) {
    /** Checks that what is inconclusive, and nothing else, has a cause. */
    public Grade {
        if ((verdict == Verdict.INCONCLUSIVE) != (cause != null)) {
            throw new IllegalArgumentException(verdict + " is due to " + cause);
        }
    }

    /** A verdict that has no excuse. */
    public static Grade of(Verdict verdict, String reason) {
        return new Grade(verdict, reason, verdict == Verdict.INCONCLUSIVE ? Cause.INSTRUMENT : null, 0);
    }

    /** Whether it fails the build. */
    public boolean fails() {
        return verdict.isFailing() && !isUndecided();
    }

    /** Whether it is inconclusive because the host was bad or time ran out. */
    public boolean isUndecided() {
        return cause != null && cause.isExcuse();
    }
}
