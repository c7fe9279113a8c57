// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import pagerace.explore.Exploration;
import pagerace.explore.Schedule;
import pagerace.race.Outcome;
import pagerace.race.Reachability;

/**
 * What the explorer says of one point, without the executions themselves.
 *
 * @param models what it says per level: SEQUENTIAL, SC, TSO, WEAK
 */
public record Prediction(Map<Reachability, Explored> models) {
    /** Whether the forbidden outcome can be reached. */
    public enum Answer {
        /** Some execution reaches it. */
        REACHABLE,
        /** Every execution was explored, and none does. */
        NEVER,
        /** A bound stopped the exploration before it was reached. */
        UNKNOWN
    }

    /**
     * One memory model.
     *
     * @param reachability whether a forbidden outcome is reachable
     * @param outcomes the words of all outcomes that are
     * @param bound the bound that stopped the exploration; null if all executions were explored
     * @param states distinct states of actors and memory
     * @param transitions transitions between them
     * @param actorRuns how often an actor was run to unfold what it does
     * @param milliseconds the time it took
     * @param schedule the simplest schedule to a forbidden outcome, as text; null if there is none
     */
    public record Explored(
            Answer reachability,
            Set<String> outcomes,
            @Nullable String bound,
            long states,
            long transitions,
            long actorRuns,
            double milliseconds,
            @Nullable String schedule) {

        private static Explored of(Exploration<Outcome> exploration, Function<Schedule, String> printer) {
            Set<String> outcomes = new TreeSet<>();
            Schedule simplest = null;
            for (Map.Entry<Outcome, Schedule> each : exploration.schedules().entrySet()) {
                outcomes.add(each.getKey().name());
                if (simplest == null && each.getKey().mark() == Outcome.Mark.FORBIDDEN) {
                    simplest = each.getValue();
                }
            }
            Answer answer =
                    simplest != null ? Answer.REACHABLE : exploration.isComplete() ? Answer.NEVER : Answer.UNKNOWN;
            return new Explored(
                    answer,
                    outcomes,
                    exploration.bound(),
                    exploration.states(),
                    exploration.transitions(),
                    exploration.actorRuns(),
                    Math.round(exploration.milliseconds() * 10) / 10.0,
                    simplest == null ? null : printer.apply(simplest));
        }
    }

    /** The essence of what the explorer found; {@code printer} makes the text of a schedule. */
    public static Prediction of(pagerace.explore.Prediction explored, Function<Schedule, String> printer) {
        Map<Reachability, Explored> models = new EnumMap<>(Reachability.class);
        explored.explorations().forEach(each -> models.put(each.level(), Explored.of(each, printer)));
        return new Prediction(models);
    }

    /** Whether {@code word} can be reached under {@code model}. */
    public boolean allows(Reachability model, String word) {
        Explored explored = models.get(model);
        return explored != null && explored.outcomes.contains(word);
    }

    /** The strongest level at which a forbidden outcome is reachable; UNKNOWN if a bound was hit before the answer. */
    public Reachability reachableFrom() {
        for (Map.Entry<Reachability, Explored> each : models.entrySet()) {
            if (each.getValue().reachability != Answer.NEVER) {
                return each.getValue().reachability == Answer.REACHABLE ? each.getKey() : Reachability.UNKNOWN;
            }
        }
        return models.containsKey(Reachability.WEAK) ? Reachability.NEVER : Reachability.UNKNOWN;
    }

    /** The first bound that was hit; null if none. */
    public @Nullable String bound() {
        for (Explored explored : models.values()) {
            if (explored.bound != null) {
                return explored.bound;
            }
        }
        return null;
    }
}
