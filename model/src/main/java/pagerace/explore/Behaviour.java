// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where an actor stands, and everything that it was seen to do from there: a tree that branches by what an access returned.
 * Explorations unfold it; what no exploration has returned is not in it.
 */
public interface Behaviour {
    /** The next access; null if the actor has ended. */
    @Nullable
    Access access();

    /** What the actor returned; null if it has not ended. */
    @Nullable
    Object end();

    /** Where the actor stands after the access, by what the access returned: 0 for one that returns nothing. */
    Map<Long, Behaviour> next();
}
