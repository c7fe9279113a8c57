// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import pagerace.race.Outcome;
import pagerace.race.Point;
import pagerace.race.Reachability;

/**
 * Which fences, orders and locks of a point are needed: each is taken away in turn, at its place in the model code, whether
 * or not a variant was declared for that. Each alone: two that are redundant each may be needed together.
 *
 * @param point the point
 * @param from from which memory model on a forbidden outcome is reachable with all of them
 * @param findings one per fence, ordered access and lock, in the order in which the actors come to them
 */
public record Orderings(Point point, Reachability from, List<Finding> findings) {
    /**
     * One of them.
     *
     * @param what what was taken away, in words
     * @param from from which memory model on a forbidden outcome is reachable without it
     */
    public record Finding(String what, Reachability from) {}

    /** Explores {@code point} without each of its fences, orders and locks. */
    public static Orderings of(Point point) {
        Explorer<Outcome> explorer = Explorer.of(point);
        Reachability from = Prediction.of(point, explorer, Prediction.MODELS).reachableFrom();
        Set<Weakening> weakenings = new LinkedHashSet<>();
        for (int actor = 0; actor < explorer.actors(); actor++) {
            collect(explorer.behaviour(actor), weakenings);
        }
        List<Finding> findings = new ArrayList<>();
        for (Weakening weakening : weakenings) {
            Reachability without = Prediction.untilForbidden(point, Explorer.of(point, weakening))
                    .reachableFrom();
            findings.add(new Finding(weakening.inWords(explorer.words()), without));
        }
        return new Orderings(point, from, List.copyOf(findings));
    }

    private static void collect(Behaviour behaviour, Set<Weakening> weakenings) {
        Access access = behaviour.access();
        Weakening weakening = access == null ? null : Weakening.of(access);
        if (weakening != null) {
            weakenings.add(weakening);
        }
        behaviour.next().values().forEach(next -> collect(next, weakenings));
    }

    /** The findings as plain text: what is needed, and what is redundant for this outcome, one line each. */
    public String table() {
        StringBuilder text = new StringBuilder(point.key())
                .append(": ")
                .append(inWords(from))
                .append("\n  needed\n");
        findings.stream()
                .filter(finding -> finding.from != from)
                .forEach(finding -> text.append("    ")
                        .append(finding.what)
                        .append(": else ")
                        .append(inWords(finding.from))
                        .append('\n'));
        text.append("  redundant for this outcome\n");
        findings.stream()
                .filter(finding -> finding.from == from)
                .forEach(finding -> text.append("    ").append(finding.what).append('\n'));
        return text.toString();
    }

    private static String inWords(Reachability from) {
        return from == Reachability.NEVER || from == Reachability.UNKNOWN
                ? from.name().toLowerCase(Locale.ROOT)
                : "from " + from;
    }
}
