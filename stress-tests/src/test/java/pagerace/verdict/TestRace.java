// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import pagerace.machine.Machine;
import pagerace.mm.Kernel;
import pagerace.mm.Steps;
import pagerace.race.CatalogueRace;
import pagerace.race.Dimension;
import pagerace.race.Listed;
import pagerace.race.Outcome;
import pagerace.race.Place;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;
import pagerace.race.Row;
import pagerace.race.Scenario;

/** A race of made-up points for tests of whatever looks at races from outside: nothing here can run. */
@Race.Head(
        question = "Does it hold?",
        anchor = "-",
        invariant = "it holds",
        actors = {"first", "second"},
        breakingSchedule = "first | second")
public final class TestRace extends CatalogueRace {
    /** All of it. */
    public TestRace() {
        super(End.values(), Fix.values(), List.of(Size.values()));
    }

    /** One outcome of each mark, and another that is forbidden. */
    public enum End implements Outcome {
        /** Permitted. */
        @Permitted("it came out QUIET")
        QUIET,
        /** In the window. */
        @Window("it came out OVERLAPPED")
        OVERLAPPED,
        /** Forbidden. */
        @Forbidden("it came out WRONG")
        WRONG,
        /** Forbidden too. */
        @Forbidden("it came out WORSE")
        WORSE
    }

    /** One variant for each thing that can be expected of one. */
    public enum Fix implements Listed {
        /** Broken, and every host can show it. */
        BROKEN(row("BROKEN").breaks(Reachability.SC)),
        /** Broken behind a store buffer. */
        UNFENCED(row("UNFENCED").breaks(Reachability.TSO)),
        /** Broken on weak machines. */
        RELAXED(row("RELAXED").breaks(Reachability.WEAK)),
        /** Deadlocks. */
        DEADLOCK(row("DEADLOCK").breaks(Reachability.SC).deadlocks()),
        /** Right. */
        FIXED(row("FIXED").control(() -> BROKEN)),
        /** Right, and without a control. */
        FIXED_ALONE(row("FIXED_ALONE")),
        /** Nobody knows. */
        OPEN(row("OPEN").breaks(Reachability.UNKNOWN));

        private final Row row;

        Fix(Row row) {
            this.row = row;
        }

        private static Row row(String name) {
            return Row.history("5.1 .. 5.3", "-", Kernel.named("5.1"), "it is " + name)
                    .onThreads(Size.SMALL);
        }

        @Override
        public Row row() {
            return row;
        }

        @Override
        public List<Steps<?>> steps(Place at) {
            return List.of();
        }

        @Override
        public Scenario on(Machine machine, Place at, Kernel kernel) {
            return new Unrun();
        }
    }

    /** Nobody runs it. */
    private static final class Unrun implements Scenario.OfTwo<End, End> {
        @Override
        public End first() {
            throw new UnsupportedOperationException();
        }

        @Override
        public End second() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Outcome judge(End first, End second) {
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
}
