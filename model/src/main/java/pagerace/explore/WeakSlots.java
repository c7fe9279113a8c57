// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

/**
 * Which of the {@link PairSets} of a {@link WeakState} is which. A set called <em>ordered</em> holds the pairs that are
 * ordered before something; a family called <em>pushed</em> holds, for each home, those that are pushed to it on the way to
 * that home. {@link Weak} says what this means.
 *
 * <p>First come the sets of the actors, then those of the messages: the state. Those of the event that is about to be added,
 * behind them, hold nothing from one access to the next.
 */
@SuppressWarnings("EnumOrdinal") // the places last as long as the exploration
final class WeakSlots {
    /** Before which events of an actor pairs are ordered. */
    enum Ordered {
        /** Before every later event. */
        LATER("later events"),
        /** Before some event so far. */
        SO_FAR("events so far"),
        /** Before some write so far. */
        WRITES_SO_FAR("writes so far"),
        /** Before every later write: {@link #WRITES_SO_FAR}, as of the last {@code smp_wmb}. */
        LATER_WRITES("later writes"),
        /** Before some read so far that showed its value. */
        READS_SO_FAR("reads so far"),
        /** Before every later read that shows its value: {@link #READS_SO_FAR}, as of the last {@code smp_rmb}. */
        LATER_READS("later reads"),
        /** Before something that the actor did before it gave back a spin lock. */
        UNLOCKS("unlocks");

        private final String inWords;

        Ordered(String inWords) {
            this.inWords = inWords;
        }

        @Override
        public String toString() {
            return inWords;
        }
    }

    /** To which events of an actor pairs are pushed. */
    enum Pushed {
        /** To every later event. */
        LATER("later events"),
        /** To some event so far. */
        SO_FAR("events so far"),
        /** To some event so far, or to a write that one of them read. */
        SEEN_SO_FAR("events so far and what they read"),
        /** To some write so far. */
        WRITES_SO_FAR("writes so far"),
        /** To every later write: {@link #WRITES_SO_FAR}, as of the last {@code smp_wmb}. */
        LATER_WRITES("later writes"),
        /** To something that the actor did before it gave back a spin lock. */
        UNLOCKS("unlocks");

        private final String inWords;

        Pushed(String inWords) {
            this.inWords = inWords;
        }

        @Override
        public String toString() {
            return inWords;
        }
    }

    private static final int ORDERED_OF_ACTOR = Ordered.values().length;
    private static final int PUSHED_OF_ACTOR = Pushed.values().length;
    private static final int ORDERED_OF_MESSAGE = 2;
    private static final int FAMILIES_OF_MESSAGE = 3;

    private final int actors;
    private final int firstWord;
    private final int firstRead;
    private final int actorStride;
    private final int messageStart;
    private final int messageStride;
    private final int eventStart;

    /** Places for so many messages and one more, and for actors with so many {@code reads} each, and one more. */
    WeakSlots(WeakShape shape, int messages, int[] reads) {
        int mostReads = 0;
        for (int count : reads) {
            mostReads = Math.max(mostReads, count);
        }
        actors = shape.actors();
        firstWord = ORDERED_OF_ACTOR + PUSHED_OF_ACTOR * actors;
        firstRead = firstWord + shape.locations();
        actorStride = firstRead + mostReads + 1;
        messageStart = actors * actorStride;
        messageStride = ORDERED_OF_MESSAGE + FAMILIES_OF_MESSAGE * actors;
        eventStart = messageStart + (messages + 1) * messageStride;
    }

    /** How many sets there are. */
    int count() {
        return scratch() + 1;
    }

    // ---- an actor's

    /** The first set of an actor; those of its reads come last. */
    int start(int actor) {
        return actor * actorStride;
    }

    int end(int actor) {
        return start(actor + 1);
    }

    int of(int actor, Ordered which) {
        return start(actor) + which.ordinal();
    }

    /** The family of that name. */
    int of(int actor, Pushed which) {
        return start(actor) + ORDERED_OF_ACTOR + which.ordinal() * actors;
    }

    /** Ordered before an access of the actor to the word. */
    int word(int actor, int location) {
        return start(actor) + firstWord + location;
    }

    /** Ordered before the actor's read of that number, counted from zero. */
    int read(int actor, int number) {
        return start(actor) + firstRead + number;
    }

    // ---- a message's

    /** Ordered before the write that the message is. */
    int ordered(int message) {
        return messageStart + message * messageStride;
    }

    /** Ordered before the reads that the message's value was computed from. */
    int data(int message) {
        return ordered(message) + 1;
    }

    /** The family pushed to that write. */
    int pushed(int message) {
        return ordered(message) + ORDERED_OF_MESSAGE;
    }

    /** A family of ordered sets: before the accesses of each actor to the message. */
    int accesses(int message) {
        return pushed(message) + actors;
    }

    /** For a message that gives back a spin lock: the family pushed to what the actor did before that. */
    int unlock(int message) {
        return accesses(message) + actors;
    }

    /** The end of the state: the sets from here on hold nothing between two accesses. */
    int end() {
        return eventStart;
    }

    // ---- the new event's

    /** Ordered before the event. */
    int eventOrdered() {
        return eventStart;
    }

    /** The family pushed to the event. */
    int eventPushed() {
        return eventStart + 1;
    }

    /** The family pushed to the write that the event reads; it is not pushed to the event itself. */
    int eventSeen() {
        return eventPushed() + actors;
    }

    /** A set for whoever needs one for a while. */
    int scratch() {
        return eventSeen() + actors;
    }
}
