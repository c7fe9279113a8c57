// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

/** What becomes of an access to the {@link ExploredMachine}, as long as this lasts. */
interface Phase {
    /**
     * What {@code asked} returns to model code: as {@link Access#seen}.
     *
     * @throws Stop if model code has come far enough
     * @throws RuleViolation if it may not do that now
     */
    long take(Access asked);

    /** The violation to throw; a phase that must not lose it remembers it, since an actor may catch what is thrown. */
    default RuleViolation refuse(RuleViolation violation) {
        return violation;
    }
}
