// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagerace.race.Catalogue;
import pagerace.race.Point;
import pagerace.race.Reachability;

/**
 * What the plan demands of one point on one host before it says anything about it.
 *
 * @param aim what the run is for
 * @param needs what each tier must bring that has to run; other tiers need not
 * @param forbidden at least so many executions must show it, in whichever tier; zero where none may be seen
 */
public record Demand(Aim aim, Map<Tier, Need> needs, long forbidden) {
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

    /**
     * What one tier must bring.
     *
     * @param samples at least so many executions
     * @param windows at least so many of them in the window
     */
    public record Need(long samples, long windows) {
        /** The same where no window is asked for. */
        Need withoutWindows() {
            return new Need(samples, 0);
        }
    }

    /**
     * What a tier must bring of a point that should hold. A million makes "never seen" worth printing; C1 and the interpreter, which
     * reorder nothing, have their part to look for interleavings, at a tenth and a hundredth of the rate.
     */
    static Need of(Tier tier) {
        return switch (tier) {
            case C2, C2_STRESS -> new Need(1_000_000, 1_000);
            case C1 -> new Need(200_000, 300);
            case INTERPRETER -> new Need(20_000, 10);
        };
    }

    /** The forbidden executions that show a broken point. */
    public static final long FORBIDDEN = 100;
    /**
     * The waits that must have given up before they count: as a deadlock where one is known, as a doubt where none is. A
     * deadlock comes again; one or two are an actor that lost its CPU in the middle of a lock.
     */
    public static final long DEADLOCKS = 3;

    /**
     * One in so many executions at least must end in a deadlock. Measured: of the deadlocks of the catalogue one in nine or more;
     * beside a build four in four million waits gave up where nothing can deadlock.
     */
    private static final long BY_CHANCE = 10_000;

    /** A point of which so many forks failed is left alone. */
    public static final int PATIENCE = 2;

    /** So many forks, each longer than the last, are enough for a canary: on a good host one of the shortest is. */
    public static final int CANARY_FORKS = 4;

    /** In so much time they are, in milliseconds. */
    private static final double CANARY_MILLIS = 2_000;

    /** What a canary must show, in samples: on a good host its first slice brings more. */
    private static final long CANARY = 1_000;

    private static final Map<Tier, Need> ALL = needs(List.of(Tier.values()), need -> need);
    private static final Map<Tier, Need> SAMPLES_ALONE = needs(List.of(Tier.C2, Tier.C2_STRESS), Need::withoutWindows);

    private static Map<Tier, Need> needs(List<Tier> tiers, UnaryOperator<Need> such) {
        Map<Tier, Need> needs = new EnumMap<>(Tier.class);
        tiers.forEach(tier -> needs.put(tier, such.apply(of(tier))));
        return Collections.unmodifiableMap(needs);
    }

    /** The demand on {@code point} where the memory model is {@code host}. */
    public static Demand of(Point point, Reachability host) {
        Reachability from = point.reachableFrom();
        if (isCanary(point)) {
            return new Demand(Aim.SHOW, Map.of(), CANARY);
        }
        if (from == Reachability.UNKNOWN) {
            return new Demand(Aim.OBSERVE, SAMPLES_ALONE, 0);
        }
        if (from == Reachability.NEVER) {
            return new Demand(Aim.HOLD, ALL, 0);
        }
        if (from.isReachableOn(host)) {
            long hits = point.variant().deadlocks() ? DEADLOCKS : FORBIDDEN;
            return new Demand(Aim.SHOW, Map.of(), hits);
        }
        return new Demand(Aim.LATENT, SAMPLES_ALONE, 0);
    }

    private static boolean isCanary(Point point) {
        return point.race().equals(Catalogue.CANARY.name());
    }

    /** The tiers that must run. */
    public Set<Tier> tiers() {
        return needs.keySet();
    }

    /** What {@code tier} must bring; nothing if it need not run. */
    public Need need(Tier tier) {
        return needs.getOrDefault(tier, new Need(0, 0));
    }

    /** Whether {@code tally} meets it. */
    public boolean isMetBy(Tally tally) {
        return needs.keySet().stream().allMatch(tier -> isMetIn(tier, tally)) && shown(tally) >= forbidden;
    }

    /** Whether {@code tally} has what {@code tier} must bring. */
    public boolean isMetIn(Tier tier, Tally tally) {
        Need need = need(tier);
        return tally.tiersRun().contains(tier)
                && tally.samples(tier) >= need.samples
                && tally.windows(tier) >= need.windows;
    }

    /** How often {@code tally} has shown it. A canary is there to show that its tier measures: what came before that says nothing. */
    public long shown(Tally tally) {
        return shown(tally.point(), tally.shownSamples(), tally.shown(), tally.executions());
    }

    /** The same for executions of the point of {@code tally}, and others before the code was compiled. */
    public long shown(Tally tally, Map<String, Long> outcomes, Map<String, Long> warmUp) {
        long executions = Stream.concat(outcomes.values().stream(), warmUp.values().stream())
                .mapToLong(count -> count)
                .sum();
        long samples = tally.shown(outcomes);
        return shown(tally.point(), samples, samples + tally.shown(warmUp), executions);
    }

    private static long shown(Point point, long samples, long all, long executions) {
        long shown = isCanary(point) ? samples : all;
        return isByChance(point, shown, executions) ? 0 : shown;
    }

    /** Whether waits gave up so rarely that an actor which lost its CPU in the middle of a lock is reason enough. */
    private static boolean isByChance(Point point, long gaveUp, long executions) {
        return point.variant().deadlocks() && gaveUp > 0 && gaveUp * BY_CHANCE < executions;
    }

    /** What {@code tally} lacks of it: the first that no time would cure, else the first; null if nothing. */
    @Nullable
    Lack lack(Tally tally) {
        List<List<Lack>> lacks = lacks(tally);
        if (lacks.isEmpty()) {
            return null;
        }
        Lack gravest = lacks.stream()
                .flatMap(List::stream)
                .filter(lack -> lack.onGoodHost() == Cause.INSTRUMENT)
                .findFirst()
                .orElse(lacks.get(0).get(0));
        if (tally.failuresOnGoodHosts() >= PATIENCE) {
            return Lack.forGood(gravest.words(), tally.failuresOnGoodHosts() + " forks failed");
        }
        return new Lack(
                gravest.words(),
                gravest.onGoodHost(),
                gravest.why(),
                lacks.stream()
                        .mapToLong(each -> each.stream()
                                .mapToLong(Lack::missingMillis)
                                .max()
                                .orElse(0))
                        .sum(),
                lacks.stream()
                        .mapToDouble(each -> each.stream()
                                .mapToDouble(Lack::silentMillis)
                                .max()
                                .orElse(0))
                        .sum());
    }

    /** Whether no time would bring what {@code tally} lacks of it. */
    public boolean isHopelessFor(Tally tally) {
        Lack lack = lack(tally);
        return lack != null && lack.onGoodHost() == Cause.INSTRUMENT;
    }

    /** For how much longer forks would have to live until tiers that have run have what is demanded, in milliseconds; a guess. */
    public long missingMillis(Tally tally) {
        Set<Tier> silent = EnumSet.noneOf(Tier.class);
        silent.addAll(needs.keySet());
        silent.removeAll(tally.measurements().stream().map(Measurement::tier).toList());
        Lack lack = tally.forks() == 0 ? null : lack(tally);
        return lack == null ? 0 : Math.max(0, lack.missingMillis() - silent.size() * Lack.FIRST_LOOK_MILLIS);
    }

    /** The same of a canary, which nobody asks again after {@link #CANARY_FORKS} forks. */
    @Nullable
    Lack lackOfCanary(Tally tally) {
        Lack lack = lack(tally);
        return lack != null && tally.forks() >= CANARY_FORKS && tally.givenMillis() >= CANARY_MILLIS
                ? Lack.forGood(lack.words(), "in " + tally.forks() + " forks")
                : lack;
    }

    /** What is lacking, those together that the same forks would bring. */
    private List<List<Lack>> lacks(Tally tally) {
        List<List<Lack>> lacks = new ArrayList<>();
        if (aim != Aim.SHOW && tally.stuck() >= DEADLOCKS) {
            String words = "a wait gave up " + number(tally.stuck()) + " times where nothing can deadlock";
            lacks.add(List.of(
                    tally.stuckUndisturbed() >= DEADLOCKS ? Lack.forGood(words, "") : Lack.ofSingleForks(words)));
        }
        Set<Tier> missing = new TreeSet<>(needs.keySet());
        missing.removeAll(tally.tiersRun());
        String neverRan = "never ran in " + missing.stream().map(Tier::toString).collect(Collectors.joining(", "))
                + firstFailure(tally);
        missing.forEach(tier -> lacks.add(List.of(Lack.ofCount(neverRan, 0, need(tier).samples, tally.of(tier)))));
        tally.tiersRun().stream()
                .map(tier -> lacksIn(tier, tally.of(tier)))
                .filter(its -> !its.isEmpty())
                .forEach(lacks::add);
        if (shown(tally) < forbidden) {
            boolean isByChance = isByChance(tally.point(), tally.shown(), tally.executions());
            String words = isByChance
                    ? "a wait gave up " + number(tally.shown()) + " times in " + number(tally.executions())
                            + " executions: too rarely for a deadlock"
                    : "showed it " + number(shown(tally)) + " of " + number(forbidden) + " times in "
                            + number(tally.samples()) + " samples" + firstFailure(tally);
            boolean isDecided = isByChance && tally.givenMillis() >= Lack.ENOUGH_MILLIS;
            lacks.add(
                    List.of(isDecided ? Lack.forGood(words, "") : Lack.ofCount(words, shown(tally), forbidden, tally)));
        }
        return lacks;
    }

    private List<Lack> lacksIn(Tier tier, Tally there) {
        List<Lack> lacks = new ArrayList<>();
        Need need = need(tier);
        if (there.samples() < need.samples) {
            String words = number(there.samples()) + " of " + number(need.samples) + " samples in " + tier;
            lacks.add(Lack.ofCount(words, there.samples(), need.samples, there));
        }
        if (there.windows() < need.windows) {
            String words =
                    "window entered " + number(there.windows()) + " of " + number(need.windows) + " times in " + tier;
            lacks.add(Lack.ofCount(words, there.windows(), need.windows, there));
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
