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
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
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
    /**
     * A fork had its CPUs to itself if it got this share of the time that its actors could use while it measured. Measured: of 700
     * forks on an idle host all but one got 90 % or more; beside one busy loop none of 31 more than 84 %, though all their probes
     * were good.
     */
    static final double UNDISTURBED = 0.87;

    private static final Set<String> STUCK = Set.of(Stuckness.STUCK.name());

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
        knownWords.addAll(STUCK);
        if (point.variant().deadlocks()) {
            forbiddenWords.addAll(STUCK);
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

    /** All executions of all forks, those of warm-ups included. */
    public long executions() {
        return samples()
                + measurements.stream()
                        .flatMap(m -> m.warmUp().values().stream())
                        .mapToLong(count -> count)
                        .sum();
    }

    /** Samples of one tier. */
    public long samples(Tier tier) {
        return measurements.stream()
                .filter(m -> m.tier() == tier)
                .mapToLong(Measurement::samples)
                .sum();
    }

    /**
     * Executions that came to forbidden outcomes, those of a warm-up included; a wait that gave up is one only where the variant
     * deadlocks.
     */
    public long forbidden() {
        return count(forbiddenWords) + countEarly(forbiddenWords);
    }

    /** How many of the samples are of forbidden outcomes. */
    public long forbiddenSamples() {
        return count(forbiddenWords);
    }

    /** Executions that show that the point is broken: of a variant that deadlocks, those that got stuck. */
    public long shown() {
        return shownSamples() + countEarly(showing());
    }

    /** How many of the samples show it. */
    public long shownSamples() {
        return count(showing());
    }

    private Set<String> showing() {
        return point.variant().deadlocks() ? STUCK : forbiddenWords;
    }

    /** Executions of forbidden outcomes in one tier, those of a warm-up included. */
    public long forbidden(Tier tier) {
        return of(tier).forbidden();
    }

    /** How many of these executions show that the point is broken. */
    public long shown(Map<String, Long> outcomes) {
        return count(outcomes, showing());
    }

    /** How many of these executions were in the window. */
    public long windows(Map<String, Long> outcomes) {
        return count(outcomes, windowWords);
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
        return point.variant().deadlocks() ? 0 : count(STUCK) + countEarly(STUCK);
    }

    /** Words that are not outcomes of the race. */
    public Set<String> strangers() {
        Set<String> words = seen();
        words.removeAll(knownWords);
        return words;
    }

    /** Every word that was seen, be it in a warm-up. */
    public Set<String> seen() {
        Set<String> words = new TreeSet<>(outcomes().keySet());
        words.addAll(perTier(Measurement::warmUp).keySet());
        return words;
    }

    /** The forbidden outcomes of the point. */
    Set<String> forbiddenWords() {
        return Collections.unmodifiableSet(forbiddenWords);
    }

    /** The forbidden outcomes that were seen. */
    public Set<String> forbiddenSeen() {
        Set<String> words = seen();
        words.retainAll(forbiddenWords);
        return words;
    }

    /** Samples per outcome seen and tier. */
    public Map<String, Map<Tier, Long>> outcomes() {
        return perTier(Measurement::outcomes);
    }

    /**
     * What nobody may overlook in a warm-up, per outcome and tier: what is forbidden, waits that gave up, and what is no outcome of
     * the race.
     */
    public Map<String, Map<Tier, Long>> early() {
        Map<String, Map<Tier, Long>> early = perTier(Measurement::warmUp);
        early.keySet()
                .removeIf(word -> knownWords.contains(word) && !forbiddenWords.contains(word) && !STUCK.contains(word));
        return early;
    }

    private Map<String, Map<Tier, Long>> perTier(Function<Measurement, Map<String, Long>> counts) {
        Map<String, Map<Tier, Long>> sums = new TreeMap<>();
        for (Measurement measurement : measurements) {
            counts.apply(measurement).forEach((word, count) -> {
                if (count > 0) {
                    sums.computeIfAbsent(word, w -> new EnumMap<>(Tier.class))
                            .merge(measurement.tier(), count, Long::sum);
                }
            });
        }
        return sums;
    }

    /** The tiers in which the outcome was seen, be it in a warm-up. */
    public Set<Tier> tiersOf(String word) {
        Set<Tier> tiers = EnumSet.noneOf(Tier.class);
        tiers.addAll(outcomes().getOrDefault(word, Map.of()).keySet());
        tiers.addAll(perTier(Measurement::warmUp).getOrDefault(word, Map.of()).keySet());
        return tiers;
    }

    /** The tiers in which a fork has come to its end and brought samples. */
    public Set<Tier> tiersRun() {
        Set<Tier> tiers = EnumSet.noneOf(Tier.class);
        endedWell().filter(m -> m.samples() > 0).forEach(m -> tiers.add(m.tier()));
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
     * Elsewhere, and in warm-ups, in which the compiler needs a CPU, too, an actor may lose its CPU in the middle of a lock, and the
     * other waits until it gives up.
     */
    long stuckUndisturbed() {
        Tally undisturbed = part(m -> m.probe().isGood() && m.cpuShare() >= UNDISTURBED);
        return point.variant().deadlocks() ? 0 : undisturbed.count(STUCK);
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
        return measurements.stream().mapToLong(m -> count(m.outcomes(), words)).sum();
    }

    private long countEarly(Set<String> words) {
        return measurements.stream().mapToLong(m -> count(m.warmUp(), words)).sum();
    }

    private long count(Set<String> words, Tier tier) {
        return measurements.stream()
                .filter(m -> m.tier() == tier)
                .mapToLong(m -> count(m.outcomes(), words))
                .sum();
    }

    private static long count(Map<String, Long> outcomes, Set<String> words) {
        return outcomes.entrySet().stream()
                .filter(entry -> words.contains(entry.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }
}
