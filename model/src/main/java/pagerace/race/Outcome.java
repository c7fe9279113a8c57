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

    /**
     * The story of an outcome.
     *
     * @param mark permitted, window or forbidden
     * @param sentence the order of events, in one sentence without a full stop
     */
    record Story(Mark mark, String sentence) {
        static Story permitted(String sentence) {
            return new Story(Mark.PERMITTED, sentence);
        }

        static Story window(String sentence) {
            return new Story(Mark.WINDOW, sentence);
        }

        static Story forbidden(String sentence) {
            return new Story(Mark.FORBIDDEN, sentence);
        }
    }

    /** The outcome as a word, unique within its race: the enum constant's name. */
    String name();

    /** Its mark and sentence. */
    Story story();

    /** Permitted, window or forbidden. */
    default Mark mark() {
        return story().mark();
    }

    /** One sentence that tells the order of events, without a full stop. */
    default String sentence() {
        return story().sentence();
    }
}
