// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import java.util.Set;
import pagerace.explore.Exploration;

/**
 * What one memory model says of a litmus test.
 *
 * @param observation how often the proposition after the quantifier holds
 * @param positive distinct final states in which it holds
 * @param negative distinct final states in which it does not
 * @param deadlocks whether some execution never ends; it is not counted, as herd7 does not count it
 * @param holds whether the quantified condition as a whole is true
 * @param exploration the exploration, with a schedule for each final state
 */
public record LitmusVerdict(
        Observation observation,
        int positive,
        int negative,
        boolean deadlocks,
        boolean holds,
        Exploration<FinalState> exploration) {
    /** How often a proposition holds at the end of an execution. */
    public enum Observation {
        /** In no execution. */
        NEVER("Never"),
        /** In some. */
        SOMETIMES("Sometimes"),
        /** In every execution. */
        ALWAYS("Always"),
        /** A bound was hit before anybody could tell. */
        UNKNOWN("Unknown");

        private final String shown;

        Observation(String shown) {
            this.shown = shown;
        }

        /** The word that herd7 uses. */
        @Override
        public String toString() {
            return shown;
        }
    }

    static LitmusVerdict of(LitmusTest test, Exploration<FinalState> exploration) {
        Set<FinalState> states = exploration.outcomes();
        int all = (int) states.stream().filter(state -> !state.isStuck()).count();
        int positive = (int) states.stream()
                .filter(state -> !state.isStuck() && test.condition().holds(state))
                .count();
        int negative = all - positive;
        boolean holds = switch (test.quantifier()) {
            case EXISTS -> positive > 0;
            case NOT_EXISTS -> positive == 0;
            case FORALL -> negative == 0;
        };
        return new LitmusVerdict(
                observation(positive, negative, exploration.isComplete()),
                positive,
                negative,
                states.contains(FinalState.STUCK),
                holds,
                exploration);
    }

    /** What it is to reach {@code positive} ends in which a proposition holds and {@code negative} in which it does not. */
    static Observation observation(int positive, int negative, boolean complete) {
        if (positive > 0 && negative > 0) {
            return Observation.SOMETIMES;
        }
        if (!complete) {
            return Observation.UNKNOWN;
        }
        return positive > 0 ? Observation.ALWAYS : Observation.NEVER;
    }
}
