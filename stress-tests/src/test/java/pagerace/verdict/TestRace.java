// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagerace.machine.Machine;
import pagerace.mm.op.Steps;
import pagerace.race.Candidate;
import pagerace.race.Changes;
import pagerace.race.Dimension;
import pagerace.race.Outcome;
import pagerace.race.Place;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;
import pagerace.race.Scenario;

/** A race of made-up points for tests of whatever looks at races from outside: nothing here can run. */
public final class TestRace implements Race {
    /** One outcome of each mark. */
    public enum End implements Outcome {
        /** Permitted. */
        @Permitted("it came out QUIET")
        QUIET,
        /** In the window. */
        @Window("it came out OVERLAPPED")
        OVERLAPPED,
        /** Forbidden. */
        @Forbidden("it came out WRONG")
        WRONG
    }

    /** One variant for each thing that can be expected of one. */
    public enum Fix implements Candidate {
        /** Broken, and every host can show it. */
        BROKEN(Reachability.SC),
        /** Broken behind a store buffer. */
        UNFENCED(Reachability.TSO),
        /** Broken on weak machines. */
        RELAXED(Reachability.WEAK),
        /** Deadlocks. */
        DEADLOCK(Reachability.SC),
        /** Right. */
        FIXED(Reachability.NEVER),
        /** Right, and without a control. */
        FIXED_ALONE(Reachability.NEVER),
        /** Nobody knows. */
        OPEN(Reachability.UNKNOWN);

        private final Reachability from;

        Fix(Reachability from) {
            this.from = from;
        }

        @Override
        public Origin origin() {
            return new Origin(Kind.HISTORY, "5.1 .. 5.3", "-", "-", "it is " + name());
        }

        @Override
        public boolean deadlocks() {
            return this == DEADLOCK;
        }

        @Override
        public Reachability reachableFrom(Place at) {
            return from;
        }

        @Override
        public @Nullable Fix control(Place at) {
            return this == FIXED ? BROKEN : null;
        }

        @Override
        public boolean isPlanned(Place at) {
            return at.is(Size.SMALL);
        }

        @Override
        public List<Steps<?>> steps(Place at) {
            return List.of();
        }

        @Override
        public Scenario<?, ?> on(Machine machine, Place at, Changes changes) {
            throw new UnsupportedOperationException();
        }
    }

    /** The size of the folio. */
    @Dimension.Called("folio")
    public enum Size implements Dimension {
        /** One page. */
        @Means("the folio is SMALL")
        SMALL,
        /** Many. */
        @Means("the folio is LARGE")
        LARGE
    }

    /** The point of {@code fix} and a small folio. */
    public static Point point(Fix fix) {
        return new TestRace()
                .points().stream()
                        .filter(point ->
                                point.variant() == fix && point.dimensions().contains(Size.SMALL))
                        .findFirst()
                        .orElseThrow();
    }

    /** Nothing measured yet of a point. */
    public static Tally tally(Fix fix) {
        return new Tally(point(fix), List.of(End.values()));
    }

    /** The host was good. */
    public static final Probe GOOD = new Probe(100, 100, 5_000_000, 50, 1_000_000, 1000, 2000, 0, 10);

    /** Two threads hardly ever ran at once. */
    public static final Probe BAD = new Probe(100, 40, 2_000, 30_000, 20_000, 1000, 2000, 260, 900);

    /** The keys of all points of these races: what is asked for if everything is. */
    public static Set<String> keys(List<? extends Race> races) {
        return races.stream()
                .flatMap(race -> race.points().stream())
                .map(Point::key)
                .collect(Collectors.toSet());
    }

    /** What a run measures besides its plan: canaries that were shown in each tier. */
    public static List<Measurement> canaries(String run) {
        return Stream.of(Tier.values())
                .map(tier -> new Measurement(
                        run,
                        1,
                        tier.canary().key(),
                        tier,
                        4,
                        1000,
                        1000,
                        1.0,
                        Map.of("SEEN", 100_000L, "UNSEEN", 10_000L),
                        Map.of(),
                        GOOD,
                        null))
                .toList();
    }

    /** The id of the only run. */
    public static final String RUN = "an-id";

    /** One fork of a point, which had all the CPU time that it wanted. */
    public static Measurement fork(Fix fix, Tier tier, Map<String, Long> outcomes) {
        return new Measurement(
                RUN, 1, point(fix).key(), tier, 4, 1000, 1000, 1.0, outcomes, Map.of(), TestRace.GOOD, null);
    }

    @Override
    public String question() {
        return "Does it hold?";
    }

    @Override
    public String anchor() {
        return "-";
    }

    @Override
    public String invariant() {
        return "it holds";
    }

    @Override
    public String breakingSchedule() {
        return "first | second";
    }

    @Override
    public List<String> notModelled() {
        return List.of();
    }

    @Override
    public List<String> actors() {
        return List.of("first", "second");
    }

    @Override
    public List<End> outcomes() {
        return List.of(End.values());
    }

    @Override
    public List<Fix> variants() {
        return List.of(Fix.values());
    }

    @Override
    public List<List<? extends Dimension>> dimensions() {
        return List.of(List.of(Size.values()));
    }
}
