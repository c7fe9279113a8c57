// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import java.util.List;
import java.util.function.Supplier;

/**
 * One fresh instance of a race: shared state, its actors and a judge, built on one machine. A race implements {@link OfTwo} or
 * {@link OfThree}; engines, which carry ends whose types they do not know, see this.
 *
 * <p>Contract, the same for every engine:
 * <ol>
 *   <li><em>Setup</em> is the constructor. It makes every word and every object that the actors will use.
 *   <li><em>Actors</em> run once each, concurrently. Each is a function from shared state to its returned end: it writes no field
 *       and keeps its results in locals. What one hands another is a word.
 *   <li><em>Judge</em>: after all have ended, the judge runs alone, on the final memory, with the same operations.
 * </ol>
 *
 * <p>An actor may throw {@link pagerace.machine.Stuck}; then nobody judges, and the outcome is {@link Stuckness#STUCK}.
 */
public interface Scenario {
    /** What each actor does, and how it ended: two of them or three. */
    List<Supplier<?>> actors();

    /**
     * The outcome of an execution in which the actors ended so.
     *
     * @param ends the end of each actor
     * @throws ClassCastException if an end is not one that this scenario's actor returned
     */
    Outcome judge(List<Object> ends);

    /**
     * A scenario with two actors.
     *
     * @param <A> how the first actor ended; compared by {@code equals}
     * @param <B> how the second actor ended; compared by {@code equals}
     */
    interface OfTwo<A, B> extends Scenario {
        /** The initiator's steps. */
        A first();

        /** The opponent's steps. */
        B second();

        /** The outcome of an execution in which the actors ended with {@code first} and {@code second}. */
        Outcome judge(A first, B second);

        @Override
        default List<Supplier<?>> actors() {
            return List.of(this::first, this::second);
        }

        @Override
        @SuppressWarnings("unchecked") // each actor's own end comes back
        default Outcome judge(List<Object> ends) {
            return judge((A) ends.get(0), (B) ends.get(1));
        }
    }

    /**
     * A scenario with three actors.
     *
     * @param <A> how the first actor ended; compared by {@code equals}
     * @param <B> how the second actor ended; compared by {@code equals}
     * @param <C> how the third actor ended; compared by {@code equals}
     */
    interface OfThree<A, B, C> extends Scenario {
        /** The initiator's steps. */
        A first();

        /** The first opponent's steps. */
        B second();

        /** The second opponent's steps. */
        C third();

        /** The outcome of an execution in which the actors ended with {@code first}, {@code second} and {@code third}. */
        Outcome judge(A first, B second, C third);

        @Override
        default List<Supplier<?>> actors() {
            return List.of(this::first, this::second, this::third);
        }

        @Override
        @SuppressWarnings("unchecked") // each actor's own end comes back
        default Outcome judge(List<Object> ends) {
            return judge((A) ends.get(0), (B) ends.get(1), (C) ends.get(2));
        }
    }
}
