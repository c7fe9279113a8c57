// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import org.jspecify.annotations.Nullable;

/**
 * One state of shared memory under some {@link MemoryModel}: immutable, and equal ({@code equals}, {@code hashCode}) to
 * another exactly if no future can tell them apart. Equality is in full, never by hash alone.
 *
 * <p>Contract for implementations:
 * <ul>
 *   <li>there are finitely many internal transitions between two accesses, and the states tell how many there were: all ways
 *       to one combination of memory and actors' progress have the same number;
 *   <li>an access that does not wait (any but {@code AWAIT} and {@code ACQUIRE_WHEN_CLEAR}) has an effect at once or after
 *       internal transitions, so that a state without any transition is one in which everybody waits or has ended.
 * </ul>
 */
public interface Memory {
    /** Receives the effects of an access or of an internal transition. */
    interface Effects {
        /**
         * One effect.
         *
         * @param next the memory afterwards
         * @param read the value that the access read; ignored for an access that reads nothing
         */
        void add(Memory next, long read);
    }

    /**
     * Tells {@code effects} every effect that {@code access}, the next one of {@code actor}, can have now; none if it is not enabled.
     *
     * @param past what precedes the access in its actor
     */
    void step(int actor, Access access, Past past, Effects effects);

    /** Every transition that memory can make now by itself on behalf of {@code actor}: for instance a store leaves its buffer. */
    default void internal(int actor, Effects effects) {}

    /** The last value of the word in coherence order, as far as it is settled: what waits in a buffer does not count. */
    long last(int location);

    /** Whether a write of {@code actor} to the word is not settled yet: it waits in a buffer. */
    default boolean isUnderWay(int actor, int location) {
        return false;
    }

    /**
     * Whether an execution that ended here, complete or deadlocked, is one of the model's. For models that recognise
     * forbidden executions only when they are complete.
     */
    default boolean isAllowed() {
        return true;
    }

    /**
     * What a trace should say about a transition beside its operation and values: what waits in a store buffer, which old
     * value was read and why that was legal; for an internal transition, what it is. Called on the memory before it.
     *
     * @param actor whose transition it is
     * @param access the access; null for an internal transition
     * @param read what it read
     * @param after the memory after it
     * @param names names words and their values
     * @return one line, or nothing
     */
    default String note(int actor, @Nullable Access access, long read, Memory after, Names names) {
        return "";
    }
}
