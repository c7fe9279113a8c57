// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

/**
 * Why a point is inconclusive. The causes are tried in this order, and the first that applies counts: where two threads did not
 * run at once, elapsed time says nothing about the instrument.
 */
public enum Cause {
    /** While the point was measured, the {@linkplain Probe#isGood probe} was bad: the host did not let two threads run at once. */
    HOST,
    /** The host was good, and what was measured would need more time than it was given. */
    BUDGET,
    /**
     * The host was good, there was time, and still a window, a control, a tier or a canary is silent, waits gave up, a fork
     * crashed, or nobody explored: the model, the harness or the plan is at fault. This fails the build.
     */
    INSTRUMENT;

    /** Whether it leaves a point undecided, instead of failing the build. */
    public boolean isExcuse() {
        return this != INSTRUMENT;
    }
}
