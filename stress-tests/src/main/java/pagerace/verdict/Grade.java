// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

/**
 * A verdict and why.
 *
 * @param verdict the verdict
 * @param reason why, in words; empty where the counts say it all
 * @param hostAtFault whether an inconclusive run is so because the host was loaded or has too few CPUs
 */
public record Grade(Verdict verdict, String reason, boolean hostAtFault) {
    /** A verdict that the host has no part in. */
    public static Grade of(Verdict verdict, String reason) {
        return new Grade(verdict, reason, false);
    }

    /** Whether it fails the build. */
    public boolean fails() {
        return verdict.isFailing() && !hostAtFault;
    }
}
