// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

/** How often each operation ended in each way. One thread counts; others look only when it does not run. */
@SuppressWarnings("EnumOrdinal") // tables of numbers, never stored
final class Counters {
    private final long[][] counts = new long[Op.values().length][];

    Counters() {
        for (Op op : Op.values()) {
            counts[op.ordinal()] = new long[op.ends().length];
        }
    }

    /** Counts one {@code end} of {@code op}, and returns it. */
    <E extends Enum<E>> E count(Op op, E end) {
        counts[op.ordinal()][end.ordinal()]++;
        return end;
    }

    /** How often {@code op} ended so. */
    long of(Op op, Enum<?> end) {
        return counts[op.ordinal()][end.ordinal()];
    }

    /** Adds all counts of {@code other}. */
    void add(Counters other) {
        for (int op = 0; op < counts.length; op++) {
            for (int end = 0; end < counts[op].length; end++) {
                counts[op][end] += other.counts[op][end];
            }
        }
    }
}
