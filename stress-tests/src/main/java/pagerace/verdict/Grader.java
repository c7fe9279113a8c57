// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import pagerace.race.Point;
import pagerace.race.Reachability;
import pagerace.race.Stuckness;
import pagerace.verdict.Prediction.Explored;

/**
 * Grades points. A pure function of what was measured, what the plan demands, and what was predicted.
 *
 * <p>A verdict is never read from an absence alone: a point holds only if all tiers ran, often enough, inside the window,
 * and it has a control, which was caught in the same run. The clauses are tried from the loudest to the quietest, and the first one that
 * fails names the verdict.
 */
public final class Grader {
    private final Host host;
    private final boolean loaded;

    /**
     * Grades what one run measured on {@code host}.
     *
     * @param loaded whether the host was busy with something else during that run as a whole
     */
    public Grader(Host host, boolean loaded) {
        this.host = host;
        this.loaded = loaded;
    }

    /** The host's memory model: SC, TSO or WEAK. */
    public Reachability memoryModel() {
        return host.memoryModel();
    }

    /** What the plan demands of a point on this host. */
    public Demand demand(Tally tally) {
        return Demand.of(tally.point(), host.memoryModel());
    }

    /**
     * The grade of one planned point.
     *
     * @param tally what was measured of it
     * @param control what was measured of its control in the same runs; null if it has none, or none that ran
     * @param prediction what the explorer says of it; null if it was not asked
     */
    public Grade grade(Tally tally, @Nullable Tally control, @Nullable Prediction prediction) {
        Grade contradiction = contradiction(tally, prediction);
        if (contradiction != null) {
            return contradiction;
        }
        Grade wrongCatalogue = catalogue(tally.point(), prediction);
        if (wrongCatalogue != null) {
            return wrongCatalogue;
        }
        if (isUnmended(tally.point())) {
            return unmended(tally.point(), shown(tally));
        }
        String crash = tally.crash();
        if (crash != null) {
            return Grade.of(Verdict.INCONCLUSIVE, "a fork crashed: " + crash);
        }
        Demand demand = demand(tally);
        if (demand.aim() == Demand.Aim.OBSERVE) {
            String bound = prediction == null ? null : prediction.bound();
            return Grade.of(
                    Verdict.UNKNOWN,
                    bound == null
                            ? "nobody has established what it does"
                            : "exploration stopped at its bound: " + bound);
        }
        if (demand.aim() == Demand.Aim.SHOW) {
            return shown(tally, demand);
        }
        String gap = gap(tally, demand);
        if (gap != null) {
            return inconclusive(gap, tally);
        }
        if (demand.aim() == Demand.Aim.LATENT) {
            return Grade.of(
                    Verdict.LATENT,
                    "allowed in this abstraction under " + tally.point().reachableFrom() + ", this host is "
                            + host.memoryModel());
        }
        if (tally.point().control() == null) {
            return Grade.of(Verdict.INCONCLUSIVE, "no variant of the race vouches here that threads would show it");
        }
        if (control == null) {
            return inconclusive("control " + tally.point().control().name() + " did not run", tally);
        }
        String name = "control " + control.point().variant().name();
        if (demand(control).aim() != Demand.Aim.SHOW) {
            return Grade.of(Verdict.INCONCLUSIVE, name + " cannot show it on this host");
        }
        if (!demand(control).isMetBy(control)) {
            return inconclusive(name + " silent", control);
        }
        if (prediction == null) {
            return Grade.of(Verdict.INCONCLUSIVE, "not explored");
        }
        return Grade.of(
                Verdict.HOLDS, tally.stuck() == 0 ? "" : "apart from a wait that gave up " + tally.stuck() + " times");
    }

    /** Something that was seen and must not be, or that the explorer reached and must not be. */
    private @Nullable Grade contradiction(Tally tally, @Nullable Prediction prediction) {
        if (!tally.strangers().isEmpty()) {
            return Grade.of(Verdict.UNPREDICTED, words(tally.strangers()) + ": not an outcome of the race");
        }
        Reachability from = tally.point().reachableFrom();
        boolean mended =
                from == Reachability.NEVER || (tally.point().variant().isOwn() && from == Reachability.UNKNOWN);
        if (mended && tally.forbidden() > 0) {
            return Grade.of(
                    Verdict.BROKEN, words(tally.forbiddenSeen()) + " seen " + number(tally.forbidden()) + " times");
        }
        if (prediction != null) {
            Explored onHost = prediction.models().get(host.memoryModel());
            boolean complete = onHost != null && onHost.bound() == null;
            for (String word : tally.outcomes().keySet()) {
                if (complete && !prediction.allows(host.memoryModel(), word) && !isStuckness(tally, word)) {
                    return unpredicted(tally, word, prediction.allows(Reachability.WEAK, word));
                }
            }
        }
        boolean weakerThanTheHost =
                demand(tally).aim() == Demand.Aim.LATENT && catalogue(tally.point(), prediction) == null;
        if (weakerThanTheHost && tally.forbidden() > 0) {
            return unpredicted(tally, words(tally.forbiddenSeen()), true);
        }
        return null;
    }

    /**
     * The grade of a point whose recorded reachability is not what the explorer finds, whether threads ran it or not; null if
     * they agree, or if nothing is recorded or predicted.
     */
    public @Nullable Grade catalogue(Point point, @Nullable Prediction prediction) {
        Reachability recorded = point.reachableFrom();
        if (prediction == null || recorded == Reachability.UNKNOWN) {
            return null;
        }
        Reachability found = prediction.reachableFrom();
        if (found == recorded) {
            return null;
        }
        if (found == Reachability.UNKNOWN) {
            return Grade.of(Verdict.INCONCLUSIVE, "exploration stopped at its bound: " + prediction.bound());
        }
        return recorded == Reachability.NEVER
                ? Grade.of(Verdict.BROKEN, "the explorer reaches the forbidden outcome from " + found + " on")
                : Grade.of(Verdict.UNPREDICTED, "the catalogue says " + recorded + ", the explorer finds " + found);
    }

    /**
     * The grade of a point that no threads ran, if exploring it gives it one; null if it does not: the catalogue is wrong about
     * it, or it is an own fix that is broken there.
     */
    public @Nullable Grade explored(Point point, @Nullable Prediction prediction) {
        Grade wrongCatalogue = catalogue(point, prediction);
        return wrongCatalogue == null && isUnmended(point) ? unmended(point, "threads did not run it") : wrongCatalogue;
    }

    /** Whether it is an own fix that the explorer finds broken on this host's model: nobody meant it to be, so that is no reproduction. */
    private boolean isUnmended(Point point) {
        return point.variant().isOwn() && point.reachableFrom().isReachableOn(host.memoryModel());
    }

    private static Grade unmended(Point point, String seen) {
        return Grade.of(
                Verdict.BROKEN,
                "the fix does not close the race: the explorer reaches the forbidden outcome from "
                        + point.reachableFrom() + " on, " + seen);
    }

    private static String shown(Tally tally) {
        return tally.shown() == 0
                ? "threads have not shown it"
                : "threads showed it " + number(tally.shown()) + " times";
    }

    private Grade unpredicted(Tally tally, String word, boolean weakAllowsIt) {
        if (!weakAllowsIt) {
            return Grade.of(Verdict.UNPREDICTED, word + ": not predicted under any memory model");
        }
        return Grade.of(
                Verdict.UNPREDICTED,
                "compiler? " + word + " is outside " + host.memoryModel() + ", inside WEAK; seen in "
                        + words(tally.tiersOf(word.split(", ", -1)[0])) + " of JDK " + host.jdk());
    }

    private Grade shown(Tally tally, Demand demand) {
        if (tally.shown() >= demand.forbidden()) {
            return Grade.of(Verdict.REPRODUCED, "");
        }
        return inconclusive(
                "showed it " + number(tally.shown()) + " of " + number(demand.forbidden()) + " times in "
                        + number(tally.samples()) + " samples" + firstFailure(tally),
                tally);
    }

    /** What the run lacks of what the plan demands; null if nothing. */
    private static @Nullable String gap(Tally tally, Demand demand) {
        if (tally.stuck() >= Demand.DEADLOCKS) {
            return "stuck: a wait gave up " + number(tally.stuck()) + " times where nothing can deadlock";
        }
        Set<Tier> missing = demand.tiers().stream()
                .filter(tier -> !tally.tiersRun().contains(tier))
                .collect(Collectors.toCollection(TreeSet::new));
        if (!missing.isEmpty()) {
            return "never ran in " + words(missing) + firstFailure(tally);
        }
        if (tally.samples() < demand.samples()) {
            return number(tally.samples()) + " of " + number(demand.samples()) + " samples";
        }
        if (tally.windows() < demand.windows()) {
            return "window entered " + number(tally.windows()) + " of " + number(demand.windows()) + " times";
        }
        return null;
    }

    private Grade inconclusive(String reason, Tally blamed) {
        if (host.cpus() < 2) {
            return new Grade(Verdict.INCONCLUSIVE, "two actors need two CPUs, the host has one", true);
        }
        return loaded || blamed.isStarved()
                ? new Grade(Verdict.INCONCLUSIVE, reason + " (loaded host)", true)
                : Grade.of(Verdict.INCONCLUSIVE, reason);
    }

    private static String firstFailure(Tally tally) {
        return tally.failures().isEmpty() ? "" : "; " + tally.failures().get(0);
    }

    private static boolean isStuckness(Tally tally, String word) {
        return word.equals(Stuckness.STUCK.name()) && tally.stuck() > 0;
    }

    private static String words(Set<?> words) {
        return words.stream().map(Object::toString).collect(Collectors.joining(", "));
    }

    private static String number(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}
