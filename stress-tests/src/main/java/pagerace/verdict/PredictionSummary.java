// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import pagerace.explore.Exploration;
import pagerace.explore.Prediction;
import pagerace.explore.Schedule;
import pagerace.explore.Transcript;
import pagerace.race.Outcome;
import pagerace.race.Point;
import pagerace.race.Reachability;
import pagerace.race.Stuckness;

/**
 * What the explorer says of one point, without the executions themselves.
 *
 * @param models what it says per level: SEQUENTIAL, SC, TSO, WEAK
 * @param schedules to each forbidden outcome that can be reached the simplest schedule, by the outcome's word; the outcome
 *     that a stronger model reaches comes first
 * @param cached when it was explored, as ISO 8601, if an earlier command has done that; null if it was for this report
 */
public record PredictionSummary(
        Map<Reachability, Explored> models,
        Map<String, Told> schedules,
        @Nullable String cached) {
    /** Puts the models in their order, the strongest first. */
    public PredictionSummary {
        Map<Reachability, Explored> inOrder = new EnumMap<>(Reachability.class);
        inOrder.putAll(models);
        models = Collections.unmodifiableMap(inOrder);
    }

    /**
     * A schedule.
     *
     * @param under the strongest model that has one to that outcome
     * @param transcript what happens
     */
    public record Told(Reachability under, Transcript transcript) {}

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
     * @param digest a digest of all ways in which executions end: how each actor ended, what each word holds, and what the judge
     *     made of it
     * @param withoutRules how executions end if an actor goes on where it breaks a rule of reference counts; null if none breaks one
     */
    public record Explored(
            Answer reachability,
            Set<String> outcomes,
            @Nullable String bound,
            long states,
            long transitions,
            long actorRuns,
            double milliseconds,
            String digest,
            @Nullable Ends withoutRules) {
        /** Copies the outcomes, in the order of the words. */
        public Explored {
            outcomes = Collections.unmodifiableSortedSet(new TreeSet<>(outcomes));
        }

        /** How executions of threads end, which do not look for broken rules of reference counts. */
        public Ends onThreads() {
            return withoutRules == null ? new Ends(outcomes, bound) : withoutRules;
        }

        private static Explored of(Exploration<Outcome> exploration, Prediction prediction) {
            boolean reached =
                    exploration.outcomes().stream().anyMatch(outcome -> outcome.mark() == Outcome.Mark.FORBIDDEN);
            Answer answer = reached ? Answer.REACHABLE : exploration.isComplete() ? Answer.NEVER : Answer.UNKNOWN;
            return new Explored(
                    answer,
                    Ends.of(exploration).outcomes,
                    exploration.bound(),
                    exploration.states(),
                    exploration.transitions(),
                    exploration.actorRuns(),
                    Math.round(exploration.milliseconds() * 10) / 10.0,
                    exploration.digest(),
                    exploration.breaksARule() ? Ends.withoutRules(exploration.level(), prediction) : null);
        }
    }

    /**
     * How executions end.
     *
     * @param outcomes the words of the outcomes
     * @param bound what stopped the exploration; null if there are no others
     */
    public record Ends(Set<String> outcomes, @Nullable String bound) {
        /** Copies the outcomes, in the order of the words. */
        public Ends {
            outcomes = Collections.unmodifiableSortedSet(new TreeSet<>(outcomes));
        }

        private static Ends of(Exploration<Outcome> exploration) {
            return new Ends(
                    exploration.outcomes().stream().map(Outcome::name).collect(Collectors.toSet()),
                    exploration.bound());
        }

        private static Ends withoutRules(Reachability level, Prediction prediction) {
            return prediction.withoutRules().stream()
                    .filter(exploration -> exploration.level() == level)
                    .map(Ends::of)
                    .findFirst()
                    .orElseGet(() -> new Ends(Set.of(), "the fix fails where it goes on"));
        }
    }

    /** Nobody asked the explorer. */
    public static final PredictionSummary NONE = new PredictionSummary(Map.of(), Map.of(), null);

    /** The essence of what the explorer found; {@code teller} tells schedules. */
    public static PredictionSummary of(Prediction explored, Function<Schedule, Transcript> teller) {
        Map<Reachability, Explored> models = new EnumMap<>(Reachability.class);
        Map<String, Told> schedules = new LinkedHashMap<>();
        for (Exploration<Outcome> each : explored.explorations()) {
            models.put(each.level(), Explored.of(each, explored));
            each.schedules().forEach((outcome, schedule) -> {
                if (outcome.mark() == Outcome.Mark.FORBIDDEN) {
                    schedules.computeIfAbsent(outcome.name(), unused -> new Told(each.level(), teller.apply(schedule)));
                }
            });
        }
        return new PredictionSummary(models, schedules, null);
    }

    /** The same, which an earlier command explored on that date. */
    public PredictionSummary exploredOn(String date) {
        return new PredictionSummary(models, schedules, date);
    }

    /** The simplest schedule to a forbidden outcome under the strongest model that has one; null if there is none. */
    public @Nullable Told simplest() {
        return schedules.isEmpty() ? null : schedules.values().iterator().next();
    }

    /** {@code point}, or, if it is a user's own, of which nobody recorded anything, the same that expects what this says. */
    public Point settle(Point point) {
        return point.variant().isOwn() && !models.isEmpty() ? point.expecting(atLatest(), deadlocks()) : point;
    }

    /** From where on a forbidden outcome is reachable, at the latest: a stronger model may have stopped at its bound. */
    private Reachability atLatest() {
        return models.entrySet().stream()
                .filter(each -> each.getValue().reachability == Answer.REACHABLE)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseGet(this::reachableFrom);
    }

    private boolean deadlocks() {
        return models.values().stream().anyMatch(model -> model.outcomes.contains(Stuckness.STUCK.name()));
    }

    /** Whether threads can come to {@code word} under {@code model}. */
    public boolean allowsOnThreads(Reachability model, String word) {
        Explored explored = models.get(model);
        return explored != null && explored.onThreads().outcomes.contains(word);
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
