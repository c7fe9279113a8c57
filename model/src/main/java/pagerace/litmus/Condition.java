// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import java.util.List;

/** A final condition: a proposition over the registers of the actors and the last value of each word. */
public sealed interface Condition {
    /** Whether it holds in {@code state}. */
    boolean holds(FinalState state);

    /** {@code true} or {@code false}. */
    record Truth(boolean value) implements Condition {
        @Override
        public boolean holds(FinalState state) {
            return value;
        }
    }

    /** {@code actor:register=value}; a register that was never assigned is 0. */
    record RegisterIs(int actor, int register, long value) implements Condition {
        @Override
        public boolean holds(FinalState state) {
            return state.register(actor, register) == value;
        }
    }

    /** {@code word=value}. */
    record CellIs(int cell, long value) implements Condition {
        @Override
        public boolean holds(FinalState state) {
            return state.memory().get(cell) == value;
        }
    }

    /** {@code ~ inner}. */
    record Not(Condition inner) implements Condition {
        @Override
        public boolean holds(FinalState state) {
            return !inner.holds(state);
        }
    }

    /** Conjunction: {@code /\}. */
    record And(List<Condition> parts) implements Condition {
        @Override
        public boolean holds(FinalState state) {
            return parts.stream().allMatch(part -> part.holds(state));
        }
    }

    /** Disjunction: {@code \/}. */
    record Or(List<Condition> parts) implements Condition {
        @Override
        public boolean holds(FinalState state) {
            return parts.stream().anyMatch(part -> part.holds(state));
        }
    }
}
