// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import java.util.BitSet;
import java.util.stream.Stream;

/**
 * How often each check was evaluated, and on what. No check throws without asking here first, so a check that does not run is one
 * that does not count. One thread counts; others look only when it does not run.
 */
@SuppressWarnings("EnumOrdinal") // tables of numbers, never stored
class Evaluations {
    private final long[] times = new long[Check.values().length];
    private final BitSet[] objects =
            Stream.of(Check.values()).map(check -> new BitSet()).toArray(BitSet[]::new);

    /**
     * Counts that {@code check} was evaluated.
     *
     * @param object on which of its {@linkplain Check#on objects}
     * @param holds what came of it
     * @return {@code holds}
     */
    boolean holds(Check check, int object, boolean holds) {
        times[check.ordinal()]++;
        objects[check.ordinal()].set(object);
        return holds;
    }

    /** Counts {@code more} evaluations of {@code check} on {@code object}, all of which found that it holds. */
    void add(Check check, int object, long more) {
        if (more > 0) {
            holds(check, object, true);
            times[check.ordinal()] += more - 1;
        }
    }

    /** Whether every check was evaluated as a run of that many threads must. */
    boolean areComplete(int threads) {
        return Stream.of(Check.values()).allMatch(check -> objects(check) >= check.fewestObjects(threads));
    }

    /** How often {@code check} was evaluated. */
    long times(Check check) {
        return times[check.ordinal()];
    }

    /** On how many objects. */
    int objects(Check check) {
        return objects[check.ordinal()].cardinality();
    }

    /** Adds all that {@code other} has counted. */
    void add(Evaluations other) {
        for (int i = 0; i < times.length; i++) {
            times[i] += other.times[i];
            objects[i].or(other.objects[i]);
        }
    }
}
