// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

/** What is said of a whole run, or of several that were merged: the worst that is said of one. */
public enum RunVerdict {
    /** Everything that was planned was decided, and nothing fails. */
    PASSED,
    /** Nothing fails, but something is open for want of a good host or of time, or because the run was interrupted. */
    UNDECIDED,
    /** A verdict fails, a canary was silent on a good host, or nothing was planned. */
    FAILED
}
