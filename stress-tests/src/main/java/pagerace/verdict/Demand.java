// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import pagerace.race.Catalogue;
import pagerace.race.Point;
import pagerace.race.Reachability;

/**
 * What the plan demands of one point on one host before it says anything about it.
 *
 * @param aim what the run is for
 * @param tiers every tier that must have run at least once
 * @param samples at least so many executions
 * @param windows at least so many of them in the window
 * @param forbidden at least so many forbidden ones; zero where none may be seen
 */
public record Demand(Aim aim, List<Tier> tiers, long samples, long windows, long forbidden) {
    /** What a point is run for. */
    public enum Aim {
        /** Known to be broken, and this host can show it: show it, then stop. */
        SHOW,
        /** Should hold: show nothing, often, inside the window. */
        HOLD,
        /** Broken only on a weaker machine than this host: show nothing, often. */
        LATENT,
        /** Nobody has established what it does: look. */
        OBSERVE
    }

    /** A million: what makes "never seen" worth printing. */
    public static final long SAMPLES = 1_000_000;
    /** The window hits that a point which holds needs. */
    public static final long WINDOWS = 1_000;
    /** The forbidden samples that show a broken point. */
    public static final long FORBIDDEN = 100;
    /**
     * The waits that must have given up before they count: as a deadlock where one is known, as a doubt where none is. A
     * deadlock comes again; one or two are an actor that lost its CPU in the middle of a lock.
     */
    public static final long DEADLOCKS = 3;

    /** A point of which so many forks failed is left alone. */
    public static final int PATIENCE = 2;

    /** So many forks, each longer than the last, are enough for a canary: on a good host one of the shortest is. */
    public static final int CANARY_FORKS = 4;

    /** In so much time they are, in milliseconds; on a good host four forks have four times as much. */
    private static final double CANARY_MILLIS = 2_000;

    /** What a canary must show: more than JCStress's own check of a harness brings, which has 7,961 samples. */
    private static final long CANARY = 10_000;

    private static final List<Tier> COMPILED = List.of(Tier.C2, Tier.C2_STRESS);

    /** The demand on {@code point} where the memory model is {@code host}. */
    public static Demand of(Point point, Reachability host) {
        Reachability from = point.reachableFrom();
        if (point.race().equals(Catalogue.CANARY.name())) {
            return new Demand(Aim.SHOW, List.of(), 0, 0, CANARY);
        }
        if (from == Reachability.UNKNOWN) {
            return new Demand(Aim.OBSERVE, COMPILED, SAMPLES, 0, 0);
        }
        if (from == Reachability.NEVER) {
            return new Demand(Aim.HOLD, List.of(Tier.values()), SAMPLES, WINDOWS, 0);
        }
        if (from.isReachableOn(host)) {
            long hits = point.variant().deadlocks() ? DEADLOCKS : FORBIDDEN;
            return new Demand(Aim.SHOW, List.of(), 0, 0, hits);
        }
        return new Demand(Aim.LATENT, COMPILED, SAMPLES, 0, 0);
    }

    /** Whether {@code tally} meets it. */
    public boolean isMetBy(Tally tally) {
        return tally.tiersRun().containsAll(tiers)
                && tally.samples() >= samples
                && tally.windows() >= windows
                && tally.shown() >= forbidden;
    }

    /** What {@code tally} lacks of it: the first that no time would mend, else the first; null if nothing. */
    @Nullable
    Lack lack(Tally tally) {
        List<Lack> lacks = lacks(tally);
        if (lacks.isEmpty()) {
            return null;
        }
        Lack gravest = lacks.stream()
                .filter(lack -> lack.onGoodHost() == Cause.INSTRUMENT)
                .findFirst()
                .orElse(lacks.get(0));
        if (tally.failuresOnGoodHosts() >= PATIENCE) {
            return Lack.forGood(gravest.words(), tally.failuresOnGoodHosts() + " forks failed");
        }
        return new Lack(
                gravest.words(),
                gravest.onGoodHost(),
                gravest.why(),
                lacks.stream().mapToLong(Lack::missingMillis).max().orElse(0),
                lacks.stream().mapToDouble(Lack::silentMillis).max().orElse(0));
    }

    /** The same of a canary, which nobody asks again after {@link #CANARY_FORKS} forks. */
    @Nullable
    Lack lackOfCanary(Tally tally) {
        Lack lack = lack(tally);
        return lack != null && tally.forks() >= CANARY_FORKS && tally.givenMillis() >= CANARY_MILLIS
                ? Lack.forGood(lack.words(), "in " + tally.forks() + " forks")
                : lack;
    }

    private List<Lack> lacks(Tally tally) {
        List<Lack> lacks = new ArrayList<>();
        if (aim != Aim.SHOW && tally.stuck() >= DEADLOCKS) {
            String words = "a wait gave up " + number(tally.stuck()) + " times where nothing can deadlock";
            lacks.add(tally.stuckUndisturbed() >= DEADLOCKS ? Lack.forGood(words, "") : Lack.ofSingleForks(words));
        }
        Set<Tier> missing = new TreeSet<>(tiers);
        missing.removeAll(tally.tiersRun());
        if (!missing.isEmpty()) {
            String words = "never ran in " + missing.stream().map(Tier::name).collect(Collectors.joining(", "))
                    + firstFailure(tally);
            missing.forEach(tier -> lacks.add(Lack.ofCount(
                    words,
                    Math.min(tally.ownSamples(tier), Tally.ENOUGH_SAMPLES - 1),
                    Tally.ENOUGH_SAMPLES,
                    tally.of(tier))));
        }
        if (tally.samples() < samples) {
            String words = number(tally.samples()) + " of " + number(samples) + " samples";
            lacks.add(Lack.ofCount(words, tally.samples(), samples, tally));
        }
        if (tally.windows() < windows) {
            String words = "window entered " + number(tally.windows()) + " of " + number(windows) + " times";
            lacks.add(Lack.ofCount(words, tally.windows(), windows, tally));
        }
        if (tally.shown() < forbidden) {
            String words = "showed it " + number(tally.shown()) + " of " + number(forbidden) + " times in "
                    + number(tally.samples()) + " samples" + firstFailure(tally);
            lacks.add(Lack.ofCount(words, tally.shown(), forbidden, tally));
        }
        return lacks;
    }

    private static String firstFailure(Tally tally) {
        return tally.failures().isEmpty() ? "" : "; " + tally.failures().get(0);
    }

    private static String number(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}
