// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import pagerace.own.BadFix;
import pagerace.race.Outcome;
import pagerace.race.Outcome.Mark;
import pagerace.race.Point;
import pagerace.race.Reachability;

/**
 * What the explorer says of one point of the catalogue.
 *
 * @param point the point
 * @param explorations the sequential orders, then each memory model, the strongest first
 * @param withoutRules the same if an actor goes on where it breaks a rule of reference counts; empty if none does, or if a fix of the
 *     user's fails then
 */
public record Prediction(
        Point point, List<Exploration<Outcome>> explorations, List<Exploration<Outcome>> withoutRules) {
    /** The memory models, the strongest first. */
    public static final List<MemoryModel> MODELS = List.of(Sc.MODEL, Tso.MODEL, Weak.MODEL);

    /** Explores {@code point} in sequential order and under all {@link #MODELS}. */
    public static Prediction of(Point point) {
        return of(point, Explorer.of(point), MODELS);
    }

    static Prediction of(Point point, Explorer<Outcome> explorer, List<MemoryModel> models) {
        List<Exploration<Outcome>> explorations = explore(point, explorer, models);
        boolean breaksARule = explorations.stream().anyMatch(Exploration::breaksARule);
        return new Prediction(point, explorations, breaksARule ? withoutRules(point, models) : List.of());
    }

    private static List<Exploration<Outcome>> withoutRules(Point point, List<MemoryModel> models) {
        try {
            return explore(point, Explorer.withoutRules(point), models);
        } catch (BadFix e) {
            return List.of(); // that it breaks the rule is known, and is what the user wants to hear
        }
    }

    private static List<Exploration<Outcome>> explore(
            Point point, Explorer<Outcome> explorer, List<MemoryModel> models) {
        List<Exploration<Outcome>> explorations = new ArrayList<>();
        explorations.add(explorer.exploreSequentially());
        models.forEach(model -> explorations.add(explorer.explore(model)));
        explorations.forEach(exploration -> requireOneMeaning(point, exploration));
        return List.copyOf(explorations);
    }

    /** A user's fix may make its actors end in ways that nobody thought of; the judge is not the user's. */
    private static void requireOneMeaning(Point point, Exploration<Outcome> exploration) {
        String contradiction = exploration.contradiction();
        if (contradiction != null && !point.variant().isOwn()) {
            throw new RuleViolation("In " + point.key() + ", " + contradiction + ".");
        }
    }

    /**
     * Explores {@code point} only until a forbidden outcome turns up: enough for {@link #reachableFrom()}, but weaker models
     * than that are left out.
     */
    public static Prediction untilForbidden(Point point) {
        return untilForbidden(point, Explorer.of(point));
    }

    static Prediction untilForbidden(Point point, Explorer<Outcome> explorer) {
        List<Exploration<Outcome>> explorations = new ArrayList<>(List.of(explorer.exploreSequentially()));
        for (MemoryModel model : MODELS) {
            Prediction soFar = new Prediction(point, List.copyOf(explorations), List.of());
            if (soFar.reaches(outcome -> outcome.mark() == Mark.FORBIDDEN)) {
                return soFar;
            }
            explorations.add(explorer.explore(model));
        }
        return new Prediction(point, List.copyOf(explorations), List.of());
    }

    private boolean reaches(Predicate<Outcome> such) {
        return explorations.stream()
                .flatMap(exploration -> exploration.outcomes().stream())
                .anyMatch(such);
    }

    /** The exploration at {@code level}: SEQUENTIAL, SC, TSO or WEAK. */
    public Exploration<Outcome> under(Reachability level) {
        return explorations.stream()
                .filter(exploration -> exploration.level() == level)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("not explored under " + level));
    }

    /** From where on a forbidden outcome is reachable; see {@link #reachableFrom(Predicate)}. */
    public Reachability reachableFrom() {
        return reachableFrom(outcome -> outcome.mark() == Mark.FORBIDDEN);
    }

    /**
     * From where on an outcome that is {@code such} is reachable. {@code NEVER} only if every execution was explored, down to
     * the weakest model; {@code UNKNOWN} if a bound was hit before the answer was there.
     */
    public Reachability reachableFrom(Predicate<Outcome> such) {
        for (Exploration<Outcome> exploration : explorations) {
            if (exploration.outcomes().stream().anyMatch(such)) {
                return exploration.level();
            }
            if (!exploration.isComplete()) {
                return Reachability.UNKNOWN;
            }
        }
        boolean toTheWeakest = explorations.get(explorations.size() - 1).level() == Reachability.WEAK;
        return toTheWeakest ? Reachability.NEVER : Reachability.UNKNOWN;
    }
}
