// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.List;
import java.util.function.Supplier;
import pagerace.machine.Machine;
import pagerace.race.Lifetime;
import pagerace.race.Outcome;
import pagerace.race.Scenario;
import pagerace.race.Stuckness;

/**
 * A small concurrent program: actors on shared words, and a judge. It is built once, on one machine, by a function from
 * {@link pagerace.machine.Machine}, which is its setup: it makes every word and may use words freely.
 *
 * <p>Contract. Each actor is a function of the values that its accesses return: it is run over and over, is stopped in the
 * middle by a throwable that it must let pass, and must do the same each time. It makes no words, writes no fields and asks
 * no clock, no random source and no thread.
 *
 * @param <O> what an execution came to; compared by {@code equals}
 */
public interface Program<O> {
    /** The actors. How one ended is compared by {@code equals}. */
    List<Supplier<?>> actors();

    /** What the execution came to: {@code ends} says how each actor ended, and words now hold their last values. */
    O judge(List<Object> ends);

    /** What an execution came to in which some actor waits for ever. */
    O stuck();

    /**
     * What an execution came to in which an actor broke {@code rule} ({@link Machine#counter}).
     *
     * @throws IllegalStateException if the program counts no references
     */
    default O broken(Lifetime rule) {
        throw new IllegalStateException("a program without counters came to " + rule);
    }

    /**
     * Whether an {@code smp_mb__before_atomic} or a similar fence that stands beside no read-modify-write is a mistake, as in model
     * code, or just orders nothing, as in litmus tests.
     */
    default boolean loneFencesAreMistakes() {
        return true;
    }

    /** A race's scenario as a program. */
    static Program<Outcome> of(Scenario scenario) {
        return new Program<>() {
            @Override
            public List<Supplier<?>> actors() {
                return scenario.actors();
            }

            @Override
            public Outcome judge(List<Object> ends) {
                return scenario.judge(ends);
            }

            @Override
            public Outcome stuck() {
                return Stuckness.STUCK;
            }

            @Override
            public Outcome broken(Lifetime rule) {
                return rule;
            }
        };
    }
}
