// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

/** The verdict on a run, or on runs that were merged; across classes of hosts the worst. */
public enum RunVerdict {
    /** Everything that was planned was decided, and nothing fails. */
    PASSED,
    /** Nothing fails, but points are open because the host was bad, because time ran out, or because the run was interrupted. */
    UNDECIDED,
    /** A verdict fails, a canary was silent on a good host, or nothing was planned. */
    FAILED
}
