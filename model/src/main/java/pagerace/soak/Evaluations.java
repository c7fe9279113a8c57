// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import java.util.BitSet;
import java.util.stream.Stream;

/**
 * How often each invariant was evaluated, and on what. No check throws without asking here first, so a check that does not run is
 * one that does not count. One thread counts; others look only when it does not run.
 */
@SuppressWarnings("EnumOrdinal") // tables of numbers, never stored
class Evaluations {
    private final long[][] times = new long[Invariant.values().length][Moment.values().length];
    private final BitSet[][] objects = new BitSet[Invariant.values().length][Moment.values().length];

    Evaluations() {
        for (BitSet[] ofOne : objects) {
            for (int i = 0; i < ofOne.length; i++) {
                ofOne[i] = new BitSet();
            }
        }
    }

    /**
     * Counts that {@code invariant} was evaluated.
     *
     * @param object on which of its {@linkplain Invariant#objects objects}
     * @param holds what came of it
     * @return {@code holds}
     * @throws IllegalArgumentException if it is not an invariant of that moment
     */
    boolean holds(Invariant invariant, Moment moment, int object, boolean holds) {
        if (!invariant.moments.contains(moment)) {
            throw new IllegalArgumentException(invariant + " is not to be evaluated " + moment);
        }
        times[invariant.ordinal()][moment.ordinal()]++;
        objects[invariant.ordinal()][moment.ordinal()].set(object);
        return holds;
    }

    /** Counts {@code more} evaluations of {@code invariant} on {@code object}, all of which found that it holds. */
    void add(Invariant invariant, Moment moment, int object, long more) {
        if (more > 0) {
            holds(invariant, moment, object, true);
            times[invariant.ordinal()][moment.ordinal()] += more - 1;
        }
    }

    /** Whether every invariant was evaluated at each of its moments. */
    boolean areComplete() {
        return Stream.of(Invariant.values())
                .allMatch(invariant -> invariant.moments.stream().allMatch(moment -> times(invariant, moment) > 0));
    }

    /** How often {@code invariant} was evaluated at that moment. */
    long times(Invariant invariant, Moment moment) {
        return times[invariant.ordinal()][moment.ordinal()];
    }

    /** On how many objects. */
    int objects(Invariant invariant, Moment moment) {
        return objects[invariant.ordinal()][moment.ordinal()].cardinality();
    }

    /** Adds all that {@code other} has counted. */
    void add(Evaluations other) {
        for (int i = 0; i < times.length; i++) {
            for (int j = 0; j < times[i].length; j++) {
                times[i][j] += other.times[i][j];
                objects[i][j].or(other.objects[i][j]);
            }
        }
    }
}
