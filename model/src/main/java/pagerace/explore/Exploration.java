// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pagerace.race.Lifetime;
import pagerace.race.Reachability;

/**
 * What exploring a program came to.
 *
 * @param level the memory model; {@code SEQUENTIAL} where the actors ran one after the other
 * @param schedules each reachable outcome with its simplest schedule, the simplest schedule first
 * @param digest a digest of all ways in which executions end: how each actor ended, what each word holds, and what the judge made
 *     of it
 * @param contradiction what the judge forbids and allows at once, in words; null if nothing
 * @param bound the bound that was hit, in words; null if every execution was explored
 * @param states distinct states of actors and memory
 * @param transitions transitions between them
 * @param actorRuns how often an actor was run to unfold what it does
 * @param nanos time taken
 */
public record Exploration<O>(
        Reachability level,
        Map<O, Schedule> schedules,
        String digest,
        @Nullable String contradiction,
        @Nullable String bound,
        long states,
        long transitions,
        long actorRuns,
        long nanos) {

    /** Every outcome that was reached. */
    public Set<O> outcomes() {
        return schedules.keySet();
    }

    /** Whether every execution was explored, so that what is not in {@link #outcomes} cannot happen. */
    public boolean isComplete() {
        return bound == null;
    }

    /** Whether some actor broke a rule of reference counts, where its execution ended. */
    public boolean breaksARule() {
        return outcomes().stream().anyMatch(Lifetime.class::isInstance);
    }

    /** Time taken. */
    public double milliseconds() {
        return nanos / 1e6;
    }
}
