// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static java.lang.annotation.ElementType.FIELD;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/**
 * What one execution of a race came to: a constant of an enum of the race, each annotated {@link Permitted}, {@link Window} or
 * {@link Forbidden} with its story.
 */
public interface Outcome {
    /** What an outcome says about the variant that produced it. */
    enum Mark {
        /** Allowed, and says nothing about timing. */
        PERMITTED,
        /** Allowed, and possible only if actors overlapped: unreachable in every sequential order. */
        WINDOW,
        /** The race's invariant is violated. */
        FORBIDDEN
    }

    /** On a constant: {@link Mark#PERMITTED}. */
    @Retention(RUNTIME)
    @Target(FIELD)
    @interface Permitted {
        /** The order of events, in one sentence without a full stop. */
        String value();
    }

    /** On a constant: {@link Mark#WINDOW}. */
    @Retention(RUNTIME)
    @Target(FIELD)
    @interface Window {
        /** The order of events, in one sentence without a full stop. */
        String value();
    }

    /** On a constant: {@link Mark#FORBIDDEN}. */
    @Retention(RUNTIME)
    @Target(FIELD)
    @interface Forbidden {
        /** The order of events, in one sentence without a full stop. */
        String value();

        /**
         * Whether it is what an actor met on the way, of which the final memory need not tell. Otherwise equal memories are
         * either all forbidden or none, however the actors ended: a violation of the explored machine.
         */
        boolean byEnds() default false;
    }

    /** The outcome as a word, unique within its race: the enum constant's name. */
    String name();

    /** Permitted, window or forbidden. */
    default Mark mark() {
        return Said.of(this, Permitted.class) != null
                ? Mark.PERMITTED
                : Said.of(this, Window.class) != null ? Mark.WINDOW : Mark.FORBIDDEN;
    }

    /** Whether it is forbidden for what an actor met on the way: {@link Forbidden#byEnds}. */
    default boolean isByEnds() {
        Forbidden forbidden = Said.of(this, Forbidden.class);
        return forbidden != null && forbidden.byEnds();
    }

    /**
     * One sentence that tells the order of events, without a full stop.
     *
     * @throws IllegalStateException if the constant tells no story
     */
    default String sentence() {
        Permitted permitted = Said.of(this, Permitted.class);
        Window window = Said.of(this, Window.class);
        return permitted != null
                ? permitted.value()
                : window != null
                        ? window.value()
                        : Said.require(this, Forbidden.class).value();
    }
}
