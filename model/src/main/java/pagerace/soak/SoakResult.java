// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
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
 * @param evaluations how often each check was evaluated
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
        List<Evaluated> evaluations,
        List<Counter> counters,
        List<Long> digests) {
    /** After so many operations, some twelve seconds on two CPUs, it can be said whether everything happened that should. */
    public static final long ENOUGH_OPERATIONS = 30_000_000;

    /**
     * How often an operation ended so.
     *
     * @param operation the operation
     * @param end how it ended
     * @param count how often
     * @param healthy how often it should have, and why not oftener
     * @param isHealthy whether it has
     */
    public record Counter(String operation, String end, long count, String healthy, boolean isHealthy) {}

    /**
     * How often a check was evaluated.
     *
     * @param invariant the invariant that it is about
     * @param what what it looks at: {@code references to a mapped folio}
     * @param moment when: while threads ran, or between two rounds
     * @param times how often
     * @param objects on how many objects
     * @param fewestObjects on how many it must be
     * @param kind what they are: {@code folios}
     */
    public record Evaluated(
            String invariant, String what, String moment, long times, int objects, int fewestObjects, String kind) {}

    static List<Evaluated> table(Evaluations evaluations, int threads) {
        return Stream.of(Check.values())
                .map(check -> new Evaluated(
                        check.invariant.toString(),
                        check.what,
                        check.moment.toString(),
                        evaluations.times(check),
                        evaluations.objects(check),
                        check.fewestObjects(threads),
                        check.on.toString()))
                .toList();
    }

    static List<Counter> table(Counters counters) {
        List<Counter> table = new ArrayList<>();
        for (Op op : Op.values()) {
            for (Enum<?> end : op.ends()) {
                table.add(Health.counter(op, end, counters.of(op, end)));
            }
        }
        return table;
    }

    /** The checks that were not evaluated on all that they must be: a run that went on to its end and has any says nothing. */
    public List<Evaluated> unevaluated() {
        return evaluations.stream()
                .filter(one -> one.objects < one.fewestObjects)
                .toList();
    }

    /** Whether the run was long enough to say what should have happened. */
    public boolean isLongEnough() {
        return operations >= ENOUGH_OPERATIONS;
    }

    /**
     * Whether something did not happen that should have, in a run that was long enough; or something that cannot happen did, in
     * any; or nothing happened at all.
     */
    public boolean isUnhealthy() {
        return operations == 0 || unhealthy().stream().anyMatch(counter -> isLongEnough() || counter.count > 0);
    }

    /** The counters that are not as they should be after a run that is long enough. */
    public List<Counter> unhealthy() {
        return counters.stream().filter(counter -> !counter.isHealthy).toList();
    }
}
