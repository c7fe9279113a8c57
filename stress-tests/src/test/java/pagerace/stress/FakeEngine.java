// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import pagerace.race.Catalogue;
import pagerace.race.Variant;
import pagerace.verdict.Measurement;
import pagerace.verdict.Probe;
import pagerace.verdict.Seat;
import pagerace.verdict.TestRace;
import pagerace.verdict.TestRace.Fix;

/**
 * A stand-in for JCStress whose clock is ours: each point yields its outcomes per measured millisecond until its goal is reached, and a
 * fork takes a start-up besides.
 */
public final class FakeEngine implements Engine {
    private static final Duration SLICE = Duration.ofMillis(50);

    /** The id of its run. */
    public static final String RUN = "a-run";

    /** What each variant yields per millisecond; nothing but {@code QUIET} if it is not named. */
    public final Map<Variant, Map<String, Double>> rates = new HashMap<>();

    /** The same of one point, by its key; that of its variant if it is not named. */
    public final Map<String, Map<String, Double>> ratesOfPoints = new HashMap<>();

    /** What the canaries yield. */
    public Map<String, Double> canaryRates = Map.of("UNSEEN", 100.0);

    /** The forks of canaries. */
    public final List<StressFork> canaries = new ArrayList<>();

    /** The forks of points. */
    public final List<StressFork> forks = new ArrayList<>();

    /** After how long they were to be killed. */
    public final List<Duration> timeouts = new ArrayList<>();

    /** What becomes of what a fork measured. */
    public UnaryOperator<Measurement> fate = UnaryOperator.identity();

    /** What the host gives two threads. */
    public Probe probe = TestRace.GOOD;

    /** What a kill does besides. */
    public Runnable onKill = () -> {};

    /** Where forks can run. */
    public Seating seating = Seating.anywhere(2);

    Duration startUp = Duration.ofMillis(500);
    long now;

    /** How many forks ran at once at most. */
    int most;

    /** A fork that runs until then. */
    private record Running(long end, Ended ended) {}

    private final List<Running> running = new ArrayList<>();

    @Override
    public Seating seating() {
        return seating;
    }

    @Override
    public Ended await() {
        Running next =
                running.stream().min(Comparator.comparingLong(Running::end)).orElseThrow();
        running.remove(next);
        now = next.end;
        return next.ended;
    }

    @Override
    public void start(StressFork fork, Seat seat, Duration timeout) {
        assertThat(running).allMatch(other -> !other.ended.seat().overlaps(seat));
        assertThat(running)
                .allMatch(other -> other.ended.fork().tier() != fork.tier()
                        || !other.ended.fork().point().key().equals(fork.point().key()));
        boolean canary = fork.point().race().equals(Catalogue.CANARY.name());
        (canary ? canaries : forks).add(fork);
        timeouts.add(timeout);
        Map<String, Double> yield = canary
                ? canaryRates
                : ratesOfPoints.getOrDefault(
                        fork.point().key(), rates.getOrDefault(fork.point().variant(), Map.of("QUIET", 1000.0)));
        Map<String, Long> outcomes = new HashMap<>();
        Duration measuring = Duration.ZERO;
        do {
            measuring = measuring.plus(SLICE);
            long millis = measuring.toMillis();
            yield.forEach((word, rate) -> outcomes.put(word, (long) (rate * millis)));
        } while (measuring.compareTo(fork.atMost()) < 0 && !fork.goal().isReached(outcomes, Map.of()));
        Duration life = measuring.plus(startUp);
        Measurement measurement = fate.apply(new Measurement(
                RUN,
                1,
                fork.point().key(),
                fork.tier(),
                seat,
                fork.stride(),
                life.toMillis(),
                measuring.toMillis(),
                1.0,
                outcomes,
                Map.of(),
                probe,
                null));
        int cpus = running.stream()
                .mapToInt(other -> other.ended.seat().cpus().size())
                .sum();
        assertThat(cpus + seat.cpus().size()).isLessThanOrEqualTo(seating.cpus());
        running.add(new Running(now + life.toNanos(), new Ended(fork, seat, measurement)));
        most = Math.max(most, running.size());
    }

    @Override
    public void kill() {
        onKill.run();
    }

    @Override
    public void close() {}

    @Override
    public long nanoTime() {
        return now;
    }

    Stream<StressFork> forksOf(Fix fix) {
        return forks.stream().filter(fork -> fork.point().variant() == fix);
    }
}
