// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

/**
 * One fresh instance of a race: shared state, two actors and a judge, built on one machine.
 *
 * <p>Contract, the same for every engine:
 * <ol>
 *   <li><em>Setup</em> is the constructor. It makes every word and every object that the actors will use.
 *   <li><em>Actors</em>: {@link #first} and {@link #second} run once each, concurrently. Each is a function from shared state
 *       to its returned end: it writes no field and keeps its results in locals. What one hands the other is a word.
 *   <li><em>Judge</em>: after both have ended, {@link #judge} runs alone, on the final memory, with the same operations.
 * </ol>
 *
 * <p>An actor may throw {@link pagerace.machine.Stuck}; then nobody judges, and the outcome is {@link Stuckness#STUCK}.
 *
 * @param <A> how the first actor ended; compared by {@code equals}
 * @param <B> how the second actor ended; compared by {@code equals}
 */
public interface Scenario<A, B> {
    /** The initiator's steps. */
    A first();

    /** The opponent's steps. */
    B second();

    /** The outcome of an execution in which the actors ended with {@code first} and {@code second}. */
    Outcome judge(A first, B second);

    /**
     * {@link #judge} for engines, which carry ends whose types they do not know.
     *
     * @throws ClassCastException if an end is not one that this scenario's actor returned
     */
    @SuppressWarnings("unchecked")
    static <A, B> Outcome judgeEnds(Scenario<A, B> scenario, Object first, Object second) {
        return scenario.judge((A) first, (B) second);
    }
}
