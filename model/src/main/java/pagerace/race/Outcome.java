// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

/** What one execution of a race came to: an enum constant of the race, told as an order of events. */
public interface Outcome {
    /** What an outcome says about the variant that produced it. */
    enum Mark {
        /** Allowed, and says nothing about timing. */
        PERMITTED,
        /** Allowed, and possible only if the two actors overlapped: unreachable in both sequential orders. */
        WINDOW,
        /** The race's invariant is violated. */
        FORBIDDEN
    }

    /** The outcome as a word, unique within its race: the enum constant's name. */
    String name();

    /** Permitted, window or forbidden. */
    Mark mark();

    /** One sentence that tells the order of events, without a full stop. */
    String sentence();
}
