// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static java.lang.annotation.ElementType.TYPE;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import java.lang.annotation.Retention;
import java.lang.annotation.Target;
import java.util.List;
import java.util.stream.Stream;

/**
 * A race: the question it asks, stated as data that console, report and README print alike, and its points.
 *
 * <p>Implementations are stateless.
 */
public interface Race {
    /** On the class: what the race asks. */
    @Retention(RUNTIME)
    @Target(TYPE)
    @interface Head {
        /** What the race asks, as a question. */
        String question();

        /** Kernel functions and commits. */
        String anchor();

        /** Where the race was found, discussed or fixed: CVEs, and threads by the message's id, each with what it says. */
        String[] references() default {};

        /** What must hold in every execution of a right variant, in one sentence. */
        String invariant();

        /** What each actor is called, in kernel terms; no two have one name. */
        String[] actors();

        /**
         * The schedule that breaks the best-known broken variant: a column for each actor, with bars between them, and one step per
         * line; then what comes of it.
         */
        String breakingSchedule();

        /** What the model leaves out, and in which direction each omission errs. */
        String[] notModelled() default {};
    }

    /** {@code <Initiator>Vs<Opponent>}. */
    default String name() {
        return getClass().getSimpleName();
    }

    /**
     * Its texts.
     *
     * @throws IllegalStateException if the class has none
     */
    default Head head() {
        return headOf(getClass());
    }

    /**
     * The texts of a class of races.
     *
     * @throws IllegalStateException if it has none
     */
    static Head headOf(Class<?> race) {
        Head head = race.getAnnotation(Head.class);
        if (head == null) {
            throw new IllegalStateException(race + " needs an annotation @Race.Head");
        }
        return head;
    }

    /** {@link Head#question}. */
    default String question() {
        return head().question();
    }

    /** {@link Head#anchor}. */
    default String anchor() {
        return head().anchor();
    }

    /** {@link Head#references}. */
    default List<String> references() {
        return List.of(head().references());
    }

    /** {@link Head#invariant}. */
    default String invariant() {
        return head().invariant();
    }

    /** {@link Head#actors}. */
    default List<String> actors() {
        return List.of(head().actors());
    }

    /** {@link Head#breakingSchedule}. */
    default String breakingSchedule() {
        return head().breakingSchedule();
    }

    /** {@link Head#notModelled}. */
    default List<String> notModelled() {
        return List.of(head().notModelled());
    }

    /** Every outcome that the judge can return, in the order in which tables show them. */
    List<? extends Outcome> outcomes();

    /** Every outcome that threads can show: the race's own, then {@link Stuckness#STUCK}. */
    default List<Outcome> shown() {
        return Stream.concat(outcomes().stream(), Stream.of(Stuckness.STUCK)).toList();
    }

    /** Every variant, in the order in which tables show them: mutants beside or behind what they mutate. */
    List<? extends Candidate> variants();

    /** The variant that {@code variant} fixes, with which its price is compared. */
    default Candidate unfixed(Candidate variant) {
        return variants().get(0);
    }

    /** The values of each dimension, in the order in which keys name them. */
    default List<List<? extends Dimension>> dimensions() {
        return List.of();
    }

    /** Every point: each variant in each place where it makes sense. */
    default List<Point> points() {
        List<Place> places = Place.all(dimensions());
        return variants().stream()
                .flatMap(variant -> places.stream().filter(variant::has).map(at -> Point.of(name(), variant, at)))
                .toList();
    }
}
