// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagerace.race.Catalogue;
import pagerace.race.Outcome;
import pagerace.race.Point;
import pagerace.race.Stuckness;

/** Everything measured of one point, summed. May be read while another thread adds. */
public final class Tally {
    /** With fewer samples of its own, beyond those of {@link Tier#checkSamples}, a tier might as well not have run. */
    static final long ENOUGH_SAMPLES = 1_000;

    /**
     * A fork had its CPUs to itself if it got this share of the time that its actors could use. Measured: of 446 forks on an idle host
     * none got less than 97 %; beside one busy loop none of 39 got more than 86 %, though all their probes were good.
     */
    static final double UNDISTURBED = 0.95;

    private final Point point;
    private final List<Measurement> measurements = new CopyOnWriteArrayList<>();
    private final Set<String> forbiddenWords = new LinkedHashSet<>();
    private final Set<String> windowWords = new LinkedHashSet<>();
    private final Set<String> knownWords = new LinkedHashSet<>();

    /** Nothing measured yet. */
    public Tally(Point point) {
        this(point, Catalogue.race(point.race()).orElseThrow().outcomes());
    }

    /** Nothing measured yet, for a race with these outcomes. */
    public Tally(Point point, List<? extends Outcome> outcomes) {
        this.point = point;
        for (Outcome outcome : outcomes) {
            knownWords.add(outcome.name());
            switch (outcome.mark()) {
                case FORBIDDEN -> forbiddenWords.add(outcome.name());
                case WINDOW -> windowWords.add(outcome.name());
                case PERMITTED -> {}
            }
        }
        knownWords.add(Stuckness.STUCK.name());
        if (point.variant().deadlocks()) {
            forbiddenWords.add(Stuckness.STUCK.name());
        }
    }

    /** The point. */
    public Point point() {
        return point;
    }

    /** What these runs measured of it. */
    public Tally of(Set<String> runs) {
        return part(m -> runs.contains(m.run()));
    }

    /** What was measured of it in one tier. */
    public Tally of(Tier tier) {
        return part(m -> m.tier() == tier);
    }

    private Tally part(Predicate<Measurement> such) {
        Tally part = new Tally(point, List.of());
        part.knownWords.addAll(knownWords);
        part.forbiddenWords.addAll(forbiddenWords);
        part.windowWords.addAll(windowWords);
        measurements.stream().filter(such).forEach(part::add);
        return part;
    }

    /** The ids of the runs that measured it. */
    public Set<String> runs() {
        return measurements.stream().map(Measurement::run).collect(Collectors.toSet());
    }

    /** Adds what one fork measured. */
    public void add(Measurement measurement) {
        measurements.add(measurement);
    }

    /** What was added so far. */
    public List<Measurement> measurements() {
        return List.copyOf(measurements);
    }

    /** All samples of all forks. */
    public long samples() {
        return measurements.stream().mapToLong(Measurement::samples).sum();
    }

    /** Samples of one tier. */
    public long samples(Tier tier) {
        return measurements.stream()
                .filter(m -> m.tier() == tier)
                .mapToLong(Measurement::samples)
                .sum();
    }

    /** Samples of one tier but for those that JCStress took before the tier could be what it is. */
    long ownSamples(Tier tier) {
        return measurements.stream()
                .filter(m -> m.tier() == tier)
                .mapToLong(m -> Math.max(0, m.samples() - tier.checkSamples()))
                .sum();
    }

    /** Samples of forbidden outcomes; a wait that gave up is one only where the variant deadlocks. */
    public long forbidden() {
        return count(forbiddenWords);
    }

    /** Samples that show that the point is broken: of a variant that deadlocks, those that got stuck. */
    public long shown() {
        return point.variant().deadlocks() ? count(Set.of(Stuckness.STUCK.name())) : forbidden();
    }

    /** Samples of forbidden outcomes in one tier. */
    public long forbidden(Tier tier) {
        return count(forbiddenWords, tier);
    }

    /** Samples that show that the actors overlapped. */
    public long windows() {
        return count(windowWords);
    }

    /** Window samples of one tier. */
    public long windows(Tier tier) {
        return count(windowWords, tier);
    }

    /** How long one tier has run, start-up included. */
    public long millis(Tier tier) {
        return measurements.stream()
                .filter(m -> m.tier() == tier)
                .mapToLong(Measurement::millis)
                .sum();
    }

    /** Samples in which a wait gave up though the variant cannot deadlock: they say nothing, whatever their number. */
    public long stuck() {
        return point.variant().deadlocks() ? 0 : count(Set.of(Stuckness.STUCK.name()));
    }

    /** Words that are not outcomes of the race. */
    public Set<String> strangers() {
        Set<String> words = new LinkedHashSet<>(outcomes().keySet());
        words.removeAll(knownWords);
        return words;
    }

    /** The forbidden outcomes of the point. */
    Set<String> forbiddenWords() {
        return Collections.unmodifiableSet(forbiddenWords);
    }

    /** The forbidden outcomes that were seen. */
    public Set<String> forbiddenSeen() {
        Set<String> words = new LinkedHashSet<>(outcomes().keySet());
        words.retainAll(forbiddenWords);
        return words;
    }

    /** Samples per outcome seen and tier. */
    public Map<String, Map<Tier, Long>> outcomes() {
        Map<String, Map<Tier, Long>> sums = new TreeMap<>();
        for (Measurement measurement : measurements) {
            measurement.outcomes().forEach((word, count) -> {
                if (count > 0) {
                    sums.computeIfAbsent(word, w -> new EnumMap<>(Tier.class))
                            .merge(measurement.tier(), count, Long::sum);
                }
            });
        }
        return sums;
    }

    /** The tiers in which the outcome was seen. */
    public Set<Tier> tiersOf(String word) {
        return outcomes().getOrDefault(word, Map.of()).keySet();
    }

    /** The tiers that have run to their end at least once, and long enough to say something. */
    public Set<Tier> tiersRun() {
        Set<Tier> tiers = EnumSet.noneOf(Tier.class);
        measurements.stream()
                .filter(m -> m.failure() == null && ownSamples(m.tier()) >= ENOUGH_SAMPLES)
                .forEach(m -> tiers.add(m.tier()));
        return tiers;
    }

    /** How many forks ran. */
    public int forks() {
        return measurements.size();
    }

    /** How many forks ran in one tier, those that failed included. */
    public int forks(Tier tier) {
        return (int) measurements.stream().filter(m -> m.tier() == tier).count();
    }

    /** The first fork that crashed, in words; null if none did. */
    public @Nullable String crash() {
        for (Measurement measurement : measurements) {
            if (measurement.crashed()) {
                return measurement.failure();
            }
        }
        return null;
    }

    /** Why forks ended without a result. */
    public List<String> failures() {
        List<String> failures = new ArrayList<>();
        for (Measurement measurement : measurements) {
            if (measurement.failure() != null) {
                failures.add(measurement.failure());
            }
        }
        return Collections.unmodifiableList(failures);
    }

    /** What the host gave two threads while this was measured. */
    public Probe probe() {
        return Probe.sum(measurements.stream().map(Measurement::probe).toList());
    }

    /**
     * Whether the host was bad while this was measured: in each run that did, for one on a bad host is no excuse for what another
     * did not show.
     */
    boolean isOfBadHosts() {
        Set<String> runs = runs();
        return !runs.isEmpty()
                && runs.stream().noneMatch(run -> of(Set.of(run)).probe().isGood());
    }

    /**
     * The samples of {@link #stuck} in forks that nobody disturbed: beside them two threads ran at once, and they had the CPUs.
     * Elsewhere an actor may lose its CPU in the middle of a lock, and the other waits until it gives up.
     */
    long stuckUndisturbed() {
        return part(m -> m.probe().isGood() && m.cpuShare() >= UNDISTURBED).stuck();
    }

    /** How many forks failed though two threads ran at once beside them. */
    int failuresOnGoodHosts() {
        return part(m -> m.probe().isGood()).failures().size();
    }

    /** How long the forks lived that ended well, in milliseconds. */
    long lifeMillis() {
        return endedWell().mapToLong(Measurement::millis).sum();
    }

    /** How much of that {@linkplain Measurement#givenMillis counts}. */
    double givenMillis() {
        return endedWell().mapToDouble(Measurement::givenMillis).sum();
    }

    private Stream<Measurement> endedWell() {
        return measurements.stream().filter(m -> m.failure() == null);
    }

    private long count(Set<String> words) {
        return measurements.stream().mapToLong(m -> count(m, words)).sum();
    }

    private long count(Set<String> words, Tier tier) {
        return measurements.stream()
                .filter(m -> m.tier() == tier)
                .mapToLong(m -> count(m, words))
                .sum();
    }

    private static long count(Measurement measurement, Set<String> words) {
        return measurement.outcomes().entrySet().stream()
                .filter(entry -> words.contains(entry.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }
}
