// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import pagerace.race.Reachability;

/**
 * What shared memory does: which values an access may read, and what remains of a write.
 *
 * <p>Assumption about the program: actors take turns, one access at a time, and an access never takes effect before the accesses
 * that precede it in its actor. A model that lets writes take effect late says so by {@linkplain Memory#internal internal
 * transitions}; one that lets reads see old values says so by the values it offers.
 */
public interface MemoryModel {
    /** Which of the three models this is, or stands in for: SC, TSO or WEAK. */
    Reachability level();

    /** The memory before any access, for actors {@code 0..actors-1}; {@code values} holds the initial value of each word. */
    Memory initial(int actors, long[] values);

    /**
     * Whether {@code access} is nothing in this model: always enabled, reading nothing and changing nothing. The explorer
     * takes such accesses together with the access before, since when they happen makes no difference.
     */
    default boolean isNothing(Access access) {
        return false;
    }
}
