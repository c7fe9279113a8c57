// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import pagerace.race.Point;
import pagerace.race.Reachability;
import pagerace.race.Stuckness;
import pagerace.verdict.PredictionSummary.Explored;

/**
 * Grades points. A pure function of what was measured, what the plan demands, and what was predicted.
 *
 * <p>A verdict is never read from an absence alone: a point holds only if all tiers ran, often enough, inside the window,
 * and it has a control, which was caught in the same run. The clauses are tried from the loudest to the quietest, and the first one that
 * fails names the verdict.
 */
public final class Grader {
    /** With fewer slots one that was missed would make a bad host: then the whole run's probe counts. */
    private static final int ENOUGH_SLOTS = 100;

    private final Host host;
    private final Probe probe;

    /**
     * Grades what one run measured on {@code host}.
     *
     * @param probe what the host gave two threads during that run as a whole: it counts for what was measured too shortly to have
     *     one of its own
     */
    public Grader(Host host, Probe probe) {
        this.host = host;
        this.probe = probe;
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
    public Grade grade(Tally tally, @Nullable Tally control, @Nullable PredictionSummary prediction) {
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
        Lack lack = demand.lack(tally);
        if (lack != null) {
            return inconclusive("", lack, tally);
        }
        if (demand.aim() == Demand.Aim.OBSERVE) {
            String bound = prediction == null ? null : prediction.bound();
            return Grade.of(
                    Verdict.UNKNOWN,
                    bound == null
                            ? "nobody has established what it does"
                            : "exploration stopped at its bound: " + bound);
        }
        if (demand.aim() == Demand.Aim.SHOW) {
            long early = tally.shown() - tally.shownSamples();
            boolean isRareInTier = tally.shownSamples() < demand.forbidden();
            return Grade.of(
                    Verdict.REPRODUCED, isRareInTier ? number(early) + " times before the code was compiled" : "");
        }
        if (demand.aim() == Demand.Aim.LATENT) {
            return Grade.of(
                    Verdict.LATENT,
                    "allowed in this abstraction under " + tally.point().reachableFrom() + ", this host is "
                            + host.memoryModel());
        }
        if (tally.point().control() == null) {
            return Grade.of(
                    Verdict.INCONCLUSIVE, "the point has no control that would prove that threads can show it here");
        }
        if (control == null) {
            return Grade.of(
                    Verdict.INCONCLUSIVE, "control " + tally.point().control().name() + " was not planned");
        }
        String name = "control " + control.point().variant().name();
        if (demand(control).aim() != Demand.Aim.SHOW) {
            return Grade.of(Verdict.INCONCLUSIVE, name + " cannot show it on this host");
        }
        Lack silence = demand(control).lack(control);
        if (silence != null) {
            // What the control needs is asked for where it is graded itself.
            Lack known = new Lack(silence.words(), silence.onGoodHost(), silence.why(), 0, 0);
            return inconclusive(name + " silent: ", known, control);
        }
        if (prediction == null) {
            return Grade.of(Verdict.INCONCLUSIVE, "not explored");
        }
        return Grade.of(
                Verdict.HOLDS, tally.stuck() == 0 ? "" : "apart from a wait that gave up " + tally.stuck() + " times");
    }

    /**
     * The grade of what a run measured of a canary in one tier: REPRODUCED if it was shown.
     *
     * @param canary what was measured there; nothing if points ran in the tier, and the canary did not
     */
    public Grade canary(Tally canary) {
        if (canary.forks() == 0) {
            return Grade.of(Verdict.INCONCLUSIVE, "it never ran, and points did (instrument)");
        }
        Grade contradiction = contradiction(canary, null);
        if (contradiction != null) {
            return contradiction;
        }
        String crash = canary.crash();
        if (crash != null) {
            return Grade.of(Verdict.INCONCLUSIVE, "a fork crashed: " + crash);
        }
        Lack lack = demand(canary).lackOfCanary(canary);
        return lack == null ? Grade.of(Verdict.REPRODUCED, "") : inconclusive("", lack, canary);
    }

    /** Something that was seen and must not be, or that the explorer reached and must not be. */
    private @Nullable Grade contradiction(Tally tally, @Nullable PredictionSummary prediction) {
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
            boolean knowsEveryEnd = onHost != null && onHost.onThreads().bound() == null;
            for (String word : tally.seen()) {
                if (knowsEveryEnd
                        && !prediction.allowsOnThreads(host.memoryModel(), word)
                        && !isStuckness(tally, word)) {
                    return unpredicted(tally, word, prediction.allowsOnThreads(Reachability.WEAK, word));
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
    public @Nullable Grade catalogue(Point point, @Nullable PredictionSummary prediction) {
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
    public @Nullable Grade explored(Point point, @Nullable PredictionSummary prediction) {
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
                        + point.reachableFrom().inWords() + " on, " + seen);
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

    /** Nothing can be said, because {@code blamed} lacks something. */
    private Grade inconclusive(String whose, Lack lack, Tally blamed) {
        if (host.cpus() < 2) {
            return new Grade(Verdict.INCONCLUSIVE, "two actors need two CPUs, the host has one", Cause.HOST, 0, 0);
        }
        Probe its = blamed.probe();
        boolean isTooShort = its.slots() < ENOUGH_SLOTS;
        boolean badHost = isTooShort ? !probe.isGood() : blamed.isOfBadHosts();
        Cause cause = badHost ? Cause.HOST : lack.onGoodHost();
        String due = switch (cause) {
            case HOST ->
                badHost
                        ? " (host: " + (isTooShort ? probe : its).inWords() + ")"
                        : " (host: those actors did not have two CPUs to themselves)";
            case BUDGET -> " (budget: " + lack.why() + ")";
            case INSTRUMENT -> lack.why().isEmpty() ? " (instrument)" : " (instrument: " + lack.why() + ")";
        };
        return new Grade(
                Verdict.INCONCLUSIVE, whose + lack.words() + due, cause, lack.missingMillis(), lack.silentMillis());
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
