// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

/** What precedes an access in its actor: the fences since its last access, and the reads on which the access depends. */
public interface Past {
    /**
     * Whether a fence of that kind stands between the last access of the actor and this access; one that counts only beside a
     * read-modify-write is, if it counts, an {@code MB}.
     */
    boolean endsWith(Access.Kind fence);

    /** On which earlier reads of its actor the access depends. */
    Dependence dependence();
}
