// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

/** What is said of a point. */
public enum Verdict {
    /** It holds, and the run was good enough to say so. */
    HOLDS(false),
    /** Known to be broken, and shown to be. */
    REPRODUCED(false),
    /** Broken only under a weaker memory model than the host's: allowed in this abstraction, not seen here. */
    LATENT(false),
    /** Nobody has established whether the forbidden outcome can be reached. */
    UNKNOWN(false),
    /** The forbidden outcome was reached where it must not be. */
    BROKEN(true),
    /** Something was seen that was predicted not to happen here: model, explorer or compiler. */
    UNPREDICTED(true),
    /** The run was not good enough to say anything. */
    INCONCLUSIVE(true),
    /** Not part of the plan. */
    SKIPPED(false);

    private final boolean failing;

    Verdict(boolean failing) {
        this.failing = failing;
    }

    /** Whether it fails the build, unless there is an {@linkplain Cause#isExcuse excuse} for it. */
    public boolean isFailing() {
        return failing;
    }
}
