// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.util.List;
import pagerace.explore.Necessity;
import pagerace.race.Outcome;
import pagerace.race.Race;
import pagerace.race.Variant;

/**
 * What a report says about a race that holds for every host.
 *
 * @param name its name
 * @param question what it asks
 * @param anchor kernel functions and commits
 * @param references CVEs, and threads by the message's id, each with what it says
 * @param invariant what must hold
 * @param breakingSchedule the schedule that breaks the best-known broken variant, one step per line, a column for each actor
 * @param notModelled what the model leaves out
 * @param actors what the actors are called
 * @param outcomes every outcome
 * @param variants every variant, in the order of tables
 * @param necessity which steps are needed; empty if nobody looked
 */
public record RaceFacts(
        String name,
        String question,
        String anchor,
        List<String> references,
        String invariant,
        String breakingSchedule,
        List<String> notModelled,
        List<String> actors,
        List<OutcomeFacts> outcomes,
        List<VariantFacts> variants,
        List<Necessity.Row> necessity) {

    /**
     * One outcome.
     *
     * @param word the outcome
     * @param mark permitted, window or forbidden
     * @param sentence its story
     */
    public record OutcomeFacts(String word, Outcome.Mark mark, String sentence) {}

    /**
     * One variant.
     *
     * @param name its name
     * @param origin where it comes from, and in what it differs
     * @param deadlocks whether its forbidden outcome is a deadlock
     */
    public record VariantFacts(String name, Variant.Origin origin, boolean deadlocks) {}

    /** The variant called {@code name}. */
    public VariantFacts variant(String name) {
        return variants.stream()
                .filter(variant -> variant.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** The facts of {@code race}. */
    static RaceFacts of(Race race, List<Necessity.Row> necessity) {
        return new RaceFacts(
                race.name(),
                race.question(),
                race.anchor(),
                race.references(),
                race.invariant(),
                race.breakingSchedule(),
                race.notModelled(),
                race.actors(),
                race.outcomes().stream()
                        .map(outcome -> new OutcomeFacts(outcome.name(), outcome.mark(), outcome.sentence()))
                        .toList(),
                race.variants().stream()
                        .map(variant -> new VariantFacts(variant.name(), variant.origin(), variant.deadlocks()))
                        .toList(),
                necessity);
    }
}
