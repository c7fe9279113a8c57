// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import pagerace.race.Reachability;

/**
 * What shared memory does: which values a step may read, and what remains of a write.
 *
 * <p>Assumption about the program: actors take turns, one step at a time, and a step never takes effect before the steps
 * that precede it in its actor. A model that lets writes take effect late says so by {@linkplain Memory#internal internal
 * transitions}; one that lets reads see old values says so by the values it offers.
 */
public interface MemoryModel {
    /** Which of the three models this is, or stands in for: SC, TSO or WEAK. */
    Reachability level();

    /** The memory before any step, for actors {@code 0..actors-1}; {@code values} holds the initial value of each word. */
    Memory initial(int actors, long[] values);

    /**
     * Whether {@code step} is nothing in this model: always enabled, reading nothing and changing nothing. The explorer
     * takes such steps together with the step before, since when they happen makes no difference.
     */
    default boolean isNothing(Step step) {
        return false;
    }
}
