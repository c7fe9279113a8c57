// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

/** What precedes a step in its actor: the fences since its last access, and the reads on which the step depends. */
public interface Past {
    /**
     * Whether a fence of that kind stands between the last access of the actor and this step; one that counts only beside a
     * read-modify-write is, if it counts, an {@code MB}.
     */
    boolean endsWith(Step.Kind fence);

    /** On which earlier reads of its actor the step depends. */
    Dependence dependence();
}
