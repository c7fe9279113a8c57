// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagerace.race.Point;
import pagerace.race.Reachability;
import pagerace.verdict.Demand;
import pagerace.verdict.Distance;
import pagerace.verdict.Given;
import pagerace.verdict.Measurement;
import pagerace.verdict.Seat;
import pagerace.verdict.Tally;
import pagerace.verdict.Tier;

/**
 * Runs the points of a plan within a budget, and spreads it by need.
 *
 * <p>Guarantees:
 * <ul>
 *   <li>no fork starts that would end after the budget, as far as the forks so far tell how long one takes;
 *   <li>a fork that hangs is killed, and a point of which two forks failed is left alone;
 *   <li>what a fork measured is handed on when it ends; if an interruption, a kill of its VM or the budget ends it, all slices that
 *       had ended are. If the run itself is killed, the fork that is running is lost.
 * </ul>
 *
 * <p>Four rounds. First every point runs once, so that a run cut short has seen them all. Then every tier that a point demands runs
 * as often as was asked for, once if nobody asked. Then points whose demand is not met get more, those with the fewest forks first,
 * in the tier that lacks something, or that served them best, with forks that may last longer each time. What is left strengthens
 * the points that show nothing, the least sampled first, until each has a hundred times what the plan demands; a run by need ends
 * before. Points that more time would not help come last, and have no part in a run by need.
 *
 * <p>A fork ends as soon as its tier has what is demanded. Before anything runs in a tier its canary does, at least beside it: without
 * the canary nothing that was not seen there would be believed.
 *
 * <p>Forks run at once on all {@linkplain Seating seats} that do not overlap. No two forks of one point run at once in one tier. After
 * the second round each point that should hold runs at each distance that the host has; what it is demanded to show stays the same,
 * spread over the distances. From then on seats for three actors, and those for a distance that has no pair of its own, take precedence
 * over the pairs that they overlap, until what is demanded there is met.
 */
public final class StressRun {
    /** Measured: to turn to a point, to warm it up and to probe the host takes about this time; a VM starts in a tenth of it. */
    static final Duration OVERHEAD = Duration.ofMillis(600);

    /** Measured: probing system and VM takes up to this time. */
    static final Duration START_UP = Duration.ofSeconds(5);

    /** Shorter, a fork would not be worth its warm-up. */
    private static final Duration SHORTEST = Duration.ofMillis(150);

    /** What the probe after a fork takes, which is no part of its life. */
    private static final long PROBING_MILLIS = 50;

    /**
     * How long a fork may measure before other points have their turn; the second of a tier twice as long, and so on. Measured: in
     * the interpreter most points have what they need after one to three seconds, elsewhere after 0.1 to 0.5.
     */
    private static Duration first(Tier tier) {
        return Duration.ofSeconds(tier == Tier.INTERPRETER ? 3 : 1);
    }

    private static final Duration LONGEST = Duration.ofSeconds(6);
    private static final Duration STRENGTHENING = Duration.ofSeconds(3);
    private static final int PLENTY = 100;

    /** What gets more than one visit: a deadlock costs the interpreter seconds, and elsewhere it rarely enters the window. */
    private static final List<Tier> COMPILED = List.of(Tier.C2, Tier.C1, Tier.C2_STRESS);

    private final Engine engine;
    private final Seating seating;
    private final Map<Seat, Running> running = new LinkedHashMap<>();

    /** What waits for a seat, part of which is busy. */
    private final Map<Seat, StressFork> claimed = new LinkedHashMap<>();

    private final Reachability host;
    private final int forks;
    private final Map<String, Tally> tallies = new LinkedHashMap<>();
    private final Map<Integer, List<Tally>> byActors;
    private final Map<Tier, Tally> canaries = new EnumMap<>(Tier.class);
    private final Progress progress;
    private final Consumer<Measurement> sink;
    private final List<Measurement> measured = new ArrayList<>();
    private long overheadMillis = OVERHEAD.toMillis();
    private final Map<Seat, Double> givenMillis = new HashMap<>();
    private volatile boolean stopped;

    /**
     * A run that has not begun.
     *
     * @param plan the points of the plan, of which nothing has been measured yet
     * @param host the memory model of this host
     * @param forks how many forks each demanded tier of each point gets at least, before points share the rest by need
     * @param engine what runs the forks
     * @param progress is told of each fork
     * @param sink takes what each fork measured, as soon as it has
     */
    public StressRun(
            List<Tally> plan,
            Reachability host,
            int forks,
            Engine engine,
            Progress progress,
            Consumer<Measurement> sink) {
        this.engine = engine;
        this.seating = engine.seating();
        this.host = host;
        this.forks = forks;
        plan.forEach(tally -> tallies.put(tally.point().key(), tally));
        byActors = plan.stream()
                .collect(Collectors.groupingBy(tally -> tally.point().actors()));
        for (Tier tier : Tier.values()) {
            canaries.put(tier, new Tally(tier.canary()));
        }
        this.progress = progress;
        this.sink = sink;
    }

    /**
     * The shortest budget in which each point can get what the plan demands, if nothing is hard to show.
     *
     * @param forks as of a run
     */
    public static Duration minimum(Collection<Point> points, Reachability host, int forks) {
        long millis =
                points.stream().mapToLong(point -> minimumMillis(point, host)).sum();
        long canaries = points.stream()
                        .flatMap(point -> tiers(Demand.of(point, host)).stream())
                        .distinct()
                        .count()
                * (OVERHEAD.toMillis() + SHORTEST.toMillis());
        return START_UP.plusSeconds((canaries + forks * millis + 999) / 1000);
    }

    /** The tiers in which a point runs before any share by need: those demanded, and that of its first visit. */
    private static Set<Tier> tiers(Demand demand) {
        return demand.tiers().isEmpty() ? Set.of(Tier.C2) : demand.tiers();
    }

    /** What one point adds to that if each tier gets one fork, in milliseconds. */
    public static long minimumMillis(Point point, Reachability host) {
        return tiers(Demand.of(point, host)).size() * (OVERHEAD.toMillis() + SHORTEST.toMillis());
    }

    /** A fork that runs, and whether the end of the budget may be what ends it. */
    private record Running(StressFork fork, boolean isCutByBudget) {}

    /** Runs until {@code elapsed} and the time from now on reach a limit, until nothing is wanted, or until stopped. */
    public void run(Duration elapsed, Limits limits) {
        long begin = engine.nanoTime() - elapsed.toNanos();
        boolean goesOn = true;
        while (true) {
            if (goesOn && !stopped && !hasBeenGivenEnough(limits)) {
                fill(begin, limits);
            }
            if (running.isEmpty()) {
                break;
            }
            goesOn &= take(engine.await());
        }
        progress.done();
    }

    /** Starts a fork on each seat that is free and for which something is wanted. */
    private void fill(long begin, Limits limits) {
        claimed.clear();
        if (areRoundsOver()) {
            for (Seat seat : seating.triples()) {
                offer(seat, nextOfPoints(seat, 3, true), true, begin, limits);
            }
            for (Seat seat : seating.farther()) {
                offer(seat, missingDistance(seat), true, begin, limits);
            }
        }
        Set<Distance> idle = EnumSet.noneOf(Distance.class);
        for (Seat seat : seating.pairs()) {
            if (isFree(seat) && !idle.contains(seat.distance())) {
                StressFork wanted = nextOfPoints(seat, 2, limits.isByNeed());
                offer(seat, wanted, false, begin, limits);
                if (wanted == null) {
                    idle.add(seat.distance());
                }
            }
        }
    }

    /** Whether the points with two actors have had their first two rounds: seats that hold up pairs wait for that. */
    private boolean areRoundsOver() {
        List<Tally> open = open(2).toList();
        return firstVisit(open) == null
                && IntStream.rangeClosed(1, forks).allMatch(round -> missingTier(open, round) == null);
    }

    /** Starts {@code wanted}, or its canary, if the seat is free; else it {@code waits}, and nothing else starts there before it. */
    private void offer(Seat seat, @Nullable StressFork wanted, boolean waits, long begin, Limits limits) {
        if (wanted == null) {
            return;
        }
        Duration now = Duration.ofNanos(engine.nanoTime() - begin);
        Duration left = limits.clock().minus(now);
        Duration affordable = left.minusMillis(overheadMillis);
        if (affordable.compareTo(SHORTEST) < 0) {
            return;
        }
        if (!isFree(seat)) {
            if (waits) {
                claimed.put(seat, wanted);
            }
            return;
        }
        StressFork canary = silentCanary(wanted.tier());
        StressFork next = canary == null ? wanted : canary;
        StressFork fork = next.atMost().compareTo(affordable) <= 0 ? next : next.within(affordable);
        progress.forking(now, () -> standing(fork, now, left, limits));
        Duration timeout = fork.atMost().multipliedBy(2).plusSeconds(20);
        boolean cutByBudget = timeout.compareTo(left) >= 0;
        running.put(seat, new Running(fork, cutByBudget));
        engine.start(fork, seat, cutByBudget ? left.plusSeconds(2) : timeout);
    }

    private boolean isFree(Seat seat) {
        List<Seat> taken = Stream.concat(running.keySet().stream(), claimed.keySet().stream())
                .toList();
        int busy = taken.stream().mapToInt(other -> other.cpus().size()).sum();
        return busy + seat.cpus().size() <= seating.cpus() && taken.stream().noneMatch(seat::overlaps);
    }

    /** Whether a fork of the point runs in the tier, or is to be the next on its seat. */
    private boolean isUnderWay(Tally tally, Tier tier) {
        return underWay(tally).anyMatch(fork -> fork.tier() == tier);
    }

    private Stream<StressFork> underWay(Tally tally) {
        return Stream.concat(running.values().stream().map(Running::fork), claimed.values().stream())
                .filter(fork -> fork.point().key().equals(tally.point().key()));
    }

    /** Takes what a fork measured; returns whether the run goes on. */
    private boolean take(Engine.Ended ended) {
        Running was = Objects.requireNonNull(running.remove(ended.seat()));
        Measurement measurement = ended.measurement();
        boolean cut = was.isCutByBudget && !measurement.crashed();
        if (cut && measurement.failure() != null) {
            measurement = measurement.cut();
        }
        boolean broughtNothing =
                measurement.samples() == 0 && measurement.warmUp().isEmpty();
        if ((stopped || cut) && broughtNothing) {
            return false;
        }
        learn(measurement);
        tallyOf(was.fork).add(measurement);
        measured.add(measurement);
        givenMillis.merge(ended.seat(), measurement.failure() == null ? measurement.givenMillis() : 0, Double::sum);
        sink.accept(measurement);
        return true;
    }

    private boolean hasBeenGivenEnough(Limits limits) {
        return limits.given() != null
                && givenMillis.values().stream()
                        .anyMatch(given -> given >= limits.given().toMillis());
    }

    /** How many forks run at once. */
    private int lanes() {
        return Math.max(1, seating.pairs().size());
    }

    private Progress.Standing standing(StressFork fork, Duration now, Duration left, Limits limits) {
        Duration needed = Duration.ofMillis(neededMillis() / lanes());
        boolean endsEarlier = limits.isByNeed() && needed.compareTo(left) < 0;
        return new Progress.Standing(
                fork.point(),
                fork.tier(),
                settled(),
                tallies.size(),
                Given.of(measured),
                now,
                endsEarlier ? needed : left,
                endsEarlier);
    }

    /** What the points would need until they have what is demanded, if the host goes on as it did. */
    private long neededMillis() {
        long millis = 0;
        for (Tally tally : Stream.concat(open(2), open(3)).toList()) {
            Demand demand = demand(tally);
            for (Tier tier : tiers(demand)) {
                millis += Math.max(0, Math.max(1, forks) - tally.forks(tier)) * meanMillis(tier);
            }
            millis += demand.isHopelessFor(tally) ? 0 : demand.missingMillis(tally);
        }
        return millis;
    }

    /** How long forks of the tier took in the mean. */
    private long meanMillis(Tier tier) {
        LongSummaryStatistics lives = measured.stream()
                .filter(m -> m.tier() == tier)
                .mapToLong(Measurement::millis)
                .summaryStatistics();
        return lives.getCount() == 0 ? OVERHEAD.plus(first(tier)).toMillis() : lives.getSum() / lives.getCount();
    }

    /** Ends the run after the fork that is running, which is cut short. */
    public void stop() {
        stopped = true;
        engine.kill();
    }

    /** Whether {@link #stop} ended it. */
    public boolean isStopped() {
        return stopped;
    }

    private Tally tallyOf(StressFork fork) {
        Tally tally = tallies.get(fork.point().key());
        return tally == null ? Objects.requireNonNull(canaries.get(fork.tier())) : tally;
    }

    private void learn(Measurement measurement) {
        long overhead = measurement.millis() - measurement.measuringMillis() + PROBING_MILLIS;
        overheadMillis = (3 * overheadMillis + overhead) / 4;
    }

    private int settled() {
        return (int) tallies.values().stream()
                .filter(tally -> demand(tally).isMetBy(tally))
                .count();
    }

    private Demand demand(Tally tally) {
        return Demand.of(tally.point(), host);
    }

    private @Nullable StressFork nextOfPoints(Seat seat, int actors, boolean byNeed) {
        List<Tally> open = open(actors)
                .sorted(Comparator.comparing(tally -> hasBeenAt(seat.distance(), tally)))
                .toList();
        StressFork fork = firstVisit(open);
        for (int round = 1; fork == null && round <= forks; round++) {
            fork = missingTier(open, round);
        }
        if (fork == null && actors == 2) {
            fork = missingDistance(seat);
        }
        if (fork == null) {
            fork = unmet(open, tally -> !demand(tally).isHopelessFor(tally));
        }
        if (fork == null && !byNeed) {
            fork = plenty(open);
        }
        return fork == null && !byNeed ? unmet(open, tally -> true) : fork;
    }

    /** The canary of {@code tier}, until it was shown, or for as long as there is hope. */
    private @Nullable StressFork silentCanary(Tier tier) {
        Tally tally = Objects.requireNonNull(canaries.get(tier));
        boolean isOpen = tally.forks() < Demand.CANARY_FORKS && tally.failures().size() < Demand.PATIENCE;
        return isOpen && !isUnderWay(tally, tier) && !demand(tally).isMetBy(tally) ? fork(tally, tier) : null;
    }

    private @Nullable StressFork firstVisit(List<Tally> open) {
        for (Tally tally : open) {
            if (tally.forks() == 0 && underWay(tally).findAny().isEmpty()) {
                return fork(tally, Tier.C2);
            }
        }
        return null;
    }

    /** For a tier that lacks its fork number {@code round}. */
    private @Nullable StressFork missingTier(List<Tally> open, int round) {
        for (Tally tally : open) {
            for (Tier tier : tiers(demand(tally))) {
                if (tally.forks(tier) < round && !isUnderWay(tally, tier)) {
                    return fork(tally, tier);
                }
            }
        }
        return null;
    }

    /** For a point that should hold, and was never run so far apart. */
    private @Nullable StressFork missingDistance(Seat seat) {
        return open(2).filter(tally -> demand(tally).aim() == Demand.Aim.HOLD && !hasBeenAt(seat.distance(), tally))
                .map(tally -> fork(tally, leastRunTier(tally)))
                .findFirst()
                .orElse(null);
    }

    /** Whether it was run with its actors so far apart, or is now. */
    private boolean hasBeenAt(Distance distance, Tally tally) {
        return tally.measurements().stream()
                        .anyMatch(m -> m.seat().distance() == distance
                                && m.tier() != Tier.INTERPRETER // it shows no store buffer
                                && m.failure() == null
                                && m.samples() > 0)
                || Stream.concat(
                                running.entrySet().stream()
                                        .map(entry -> Map.entry(entry.getKey(), entry.getValue().fork)),
                                claimed.entrySet().stream())
                        .anyMatch(entry -> entry.getKey().distance() == distance
                                && entry.getValue().tier() != Tier.INTERPRETER
                                && entry.getValue()
                                        .point()
                                        .key()
                                        .equals(tally.point().key()));
    }

    private @Nullable StressFork unmet(List<Tally> open, Predicate<Tally> such) {
        return open.stream()
                .filter(tally -> !demand(tally).isMetBy(tally))
                .filter(such)
                .filter(tally -> !isUnderWay(tally, unmetTier(tally)))
                .min(Comparator.comparingInt(Tally::forks))
                .map(tally -> fork(tally, unmetTier(tally), tally))
                .orElse(null);
    }

    private @Nullable StressFork plenty(List<Tally> open) {
        Optional<Tally> poorest = open.stream()
                .filter(tally -> demand(tally).aim() != Demand.Aim.SHOW)
                .filter(tally ->
                        tally.samples() < PLENTY * demand(tally).need(Tier.C2).samples())
                .filter(tally -> !isUnderWay(tally, leastRunTier(tally)))
                .min(Comparator.comparingLong(Tally::samples));
        return poorest.map(tally -> fork(tally, leastRunTier(tally), STRENGTHENING, (outcomes, warmUp) -> false))
                .orElse(null);
    }

    /** The points that may still get forks: those with so many actors, for which there is a seat. */
    private Stream<Tally> open(int actors) {
        return seating.hasRoomFor(actors)
                ? byActors.getOrDefault(actors, List.of()).stream()
                        .filter(tally -> tally.failures().size() < Demand.PATIENCE)
                : Stream.of();
    }

    /** Of the tiers that lack something the one with the fewest forks; if it is to be shown, that which has shown it most often. */
    private Tier unmetTier(Tally tally) {
        Demand demand = demand(tally);
        return demand.tiers().stream()
                .filter(tier -> !demand.isMetIn(tier, tally))
                .min(Comparator.comparingInt(tally::forks))
                .orElseGet(() -> showingTier(tally));
    }

    private static Tier showingTier(Tally tally) {
        Tier best = leastRunTier(tally);
        for (Tier tier : COMPILED) {
            if (tally.forbidden(tier) > tally.forbidden(best)) {
                best = tier;
            }
        }
        return best;
    }

    private static Tier leastRunTier(Tally tally) {
        return COMPILED.stream().min(Comparator.comparingLong(tally::millis)).orElseThrow();
    }

    /**
     * Scenarios that the actors run through before they wait for each other, taken in turn: which distance between the actors
     * a window needs differs from window to window. Measured: four enter it a hundred times as often as JCStress's default of
     * 256, at the same rate of samples; one more often still, at a lower rate. Each tier begins elsewhere, so that a point's
     * first forks differ, and gets to all of them.
     */
    private static List<Integer> strides(Tier tier) {
        return switch (tier) {
            case C2 -> List.of(4, 4, 1, 16);
            case C2_STRESS -> List.of(4, 1, 16, 4);
            case C1 -> List.of(1, 16, 4, 4);
            case INTERPRETER -> List.of(1, 4, 1, 16);
        };
    }

    /** A fork that ends as soon as it has, alone, what is demanded of the tier. */
    private StressFork fork(Tally tally, Tier tier) {
        return fork(tally, tier, new Tally(tally.point(), List.of()));
    }

    /** A fork that ends as soon as it has, with {@code before}, what is demanded of the tier. */
    private StressFork fork(Tally tally, Tier tier, Tally before) {
        Duration time = first(tier).multipliedBy(1 + tally.forks(tier));
        return fork(tally, tier, time.compareTo(LONGEST) < 0 ? time : LONGEST, goal(tally, tier, before));
    }

    private StressFork.Goal goal(Tally tally, Tier tier, Tally before) {
        Demand demand = demand(tally);
        Demand.Need need = demand.need(tier);
        long samples = need.samples() - before.samples(tier);
        long windows = need.windows() - before.windows(tier);
        long shown = demand.forbidden() - demand.shown(before);
        return (outcomes, warmUp) ->
                outcomes.values().stream().mapToLong(count -> count).sum() >= samples
                        && tally.windows(outcomes) >= windows
                        && demand.shown(tally, outcomes, warmUp) >= shown;
    }

    private static StressFork fork(Tally tally, Tier tier, Duration atMost, StressFork.Goal goal) {
        List<Integer> strides = strides(tier);
        int stride = strides.get(tally.forks(tier) % strides.size());
        if (tally.point().variant().deadlocks()) {
            // Each deadlock lasts tens of milliseconds, and time is looked at only after the last stride.
            return new StressFork(tally.point(), tier, atMost, stride, 1, goal);
        }
        // Time is looked at only after the last of them: more would make slices longer on a busy host, fewer cost
        // samples.
        int scenarios = tier == Tier.INTERPRETER ? 64 : 256;
        return new StressFork(tally.point(), tier, atMost, stride, scenarios / stride, goal);
    }

    /** What was measured of each point, in the order of the plan. */
    public List<Tally> tallies() {
        return List.copyOf(tallies.values());
    }
}
