// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of a soak.
 *
 * @param settings what was run
 * @param elapsed how long it ran
 * @param rounds how many rounds
 * @param operations how many operations, those that were passed over included
 * @param violation the invariant that did not hold, and what was found; null if all held
 * @param events the last operations that touched what the violation is about, oldest first
 * @param counters how often each operation ended in each way
 * @param digests for each thread, a digest of the sequence of its choices
 */
public record SoakResult(
        Soak.Settings settings,
        Duration elapsed,
        long rounds,
        long operations,
        @Nullable String violation,
        List<String> events,
        List<Counter> counters,
        List<Long> digests) {
    /**
     * How often an operation ended so.
     *
     * @param operation the operation
     * @param end how it ended
     * @param count how often
     * @param excuse why that may be never; null if a minute without one is not healthy
     */
    public record Counter(
            String operation,
            String end,
            long count,
            @Nullable String excuse) {
        /** Whether this is as it should be after a minute. */
        public boolean isHealthy() {
            return count > 0 || excuse != null;
        }
    }

    static List<Counter> table(Counters counters) {
        List<Counter> table = new ArrayList<>();
        for (Op op : Op.values()) {
            for (Enum<?> end : op.ends()) {
                table.add(new Counter(op.name(), end.name(), counters.of(op, end), Excuses.of(op, end)));
            }
        }
        return table;
    }

    /** Whether every operation and every back-off happened that should have. */
    public boolean isHealthy() {
        return counters.stream().allMatch(Counter::isHealthy);
    }
}
