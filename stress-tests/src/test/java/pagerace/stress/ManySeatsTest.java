// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagerace.race.Catalogue;
import pagerace.race.Outcome;
import pagerace.race.Point;
import pagerace.race.Reachability;
import pagerace.race.Scenario;
import pagerace.race.Stuckness;
import pagerace.race.Variant;
import pagerace.verdict.Demand;
import pagerace.verdict.Distance;
import pagerace.verdict.Measurement;
import pagerace.verdict.Seat;
import pagerace.verdict.Tally;
import pagerace.verdict.TestRace;
import pagerace.verdict.TestRace.Fix;

/** Runs on hosts with many CPUs, by recorded topologies, on a stand-in for JCStress whose clock is ours. */
class ManySeatsTest {
    private static final Progress SILENT = new Progress() {
        @Override
        public void forking(Duration elapsed, Supplier<Standing> standing) {}

        @Override
        public void done() {}
    };

    @TempDir
    private Path directory;

    private Seating seating(String name, int cpus) throws IOException {
        return Seating.of(Topologies.read(name, directory, null), cpus);
    }

    /** What came of a run. */
    private record Ran(FakeEngine engine, List<Measurement> measured, List<Tally> tallies) {
        double seconds() {
            return engine.now / 1e9;
        }

        List<String> unsettled() {
            return tallies.stream()
                    .filter(tally -> !Demand.of(tally.point(), Reachability.TSO).isMetBy(tally))
                    .map(tally -> tally.point().key())
                    .toList();
        }

        Set<Distance> distances(Point point) {
            return measured.stream()
                    .filter(m -> m.point().equals(point.key()))
                    .map(m -> m.seat().distance())
                    .collect(Collectors.toSet());
        }
    }

    private static Ran run(Seating seating, List<Point> plan) {
        return run(seating, plan, new FakeEngine());
    }

    private static Ran run(Seating seating, List<Point> plan, FakeEngine engine) {
        return run(seating, plan, engine, Limits.BY_NEED);
    }

    private static Ran run(Seating seating, List<Point> plan, FakeEngine engine, Limits limits) {
        engine.seating = seating;
        plan.stream()
                .filter(point -> !engine.rates.containsKey(point.variant()))
                .forEach(point -> engine.ratesOfPoints.put(point.key(), rates(point)));
        List<Measurement> measured = new ArrayList<>();
        StressRun run = new StressRun(
                plan.stream().map(ManySeatsTest::tally).toList(), Reachability.TSO, 1, engine, SILENT, measured::add);
        run.run(Duration.ZERO, limits);
        return new Ran(engine, measured, run.tallies());
    }

    private static Tally tally(Point point) {
        return point.race().equals("TestRace") ? new Tally(point, List.of(TestRace.End.values())) : new Tally(point);
    }

    /** What threads of an x86 host bring per millisecond, in round numbers: of a point that should hold, nothing forbidden. */
    private static Map<String, Double> rates(Point point) {
        Map<String, Double> rates = new HashMap<>();
        if (point.race().equals("TestRace")) {
            return Map.of("QUIET", 1000.0, "OVERLAPPED", 50.0);
        }
        boolean shows = point.reachableFrom().isReachableOn(Reachability.TSO);
        for (Outcome outcome : Catalogue.race(point.race()).orElseThrow().outcomes()) {
            switch (outcome.mark()) {
                case PERMITTED -> rates.put(outcome.name(), 500.0);
                case WINDOW -> rates.put(outcome.name(), 20.0);
                case FORBIDDEN -> {
                    if (shows) {
                        rates.put(outcome.name(), 1.0);
                    }
                }
            }
        }
        if (point.variant().deadlocks()) {
            rates.put(Stuckness.STUCK.name(), 0.5);
        }
        return rates;
    }

    private static List<Point> planned() {
        return Catalogue.points()
                .filter(point -> point.stress() == Point.Stress.PLANNED)
                .toList();
    }

    @Test
    void sixtyFourCpusSettleThePlanTwentyFiveTimesFasterThanTwo() throws IOException {
        List<Point> plan =
                planned().stream().filter(point -> point.actors() == 2).toList();
        Ran two = run(seating("vm-2", 2), plan);
        Ran many = run(seating("server-64", 64), plan);
        assertThat(two.unsettled()).isEmpty();
        assertThat(many.unsettled()).isEmpty();
        assertThat(two.seconds() / many.seconds()).isGreaterThanOrEqualTo(25);
    }

    /** Each point that should hold has more to do there, since it runs at three distances: so what counts is the work in a second. */
    @Test
    void twoPackagesOfTwoThreadsACoreDoTwelveTimesTheWork() throws IOException {
        List<Point> plan =
                planned().stream().filter(point -> point.actors() == 2).toList();
        Ran two = run(seating("vm-2", 2), plan);
        Ran many = run(seating("two-sockets-64-smt", 64), plan);
        assertThat(many.unsettled()).isEmpty();
        double work = many.measured.size() / many.seconds() / (two.measured.size() / two.seconds());
        assertThat(work).isGreaterThanOrEqualTo(12);
        for (Tally tally : many.tallies) {
            if (Demand.of(tally.point(), Reachability.TSO).aim() == Demand.Aim.HOLD) {
                assertThat(many.distances(tally.point()))
                        .as(tally.point().key())
                        .containsExactlyInAnyOrder(Distance.SIBLINGS, Distance.ONE_CACHE, Distance.TWO_PACKAGES);
            }
        }
    }

    @Test
    void aDistanceWithoutAPairOfItsOwnIsVisitedAllTheSame() throws IOException {
        Point fixed = TestRace.point(Fix.FIXED);
        Point broken = TestRace.point(Fix.BROKEN);
        FakeEngine engine = new FakeEngine();
        engine.rates.put(Fix.BROKEN, Map.of("WRONG", 1.0));
        Ran ran = run(seating("vm-4-smt", 4), List.of(fixed, broken), engine);
        assertThat(ran.unsettled()).isEmpty();
        assertThat(ran.distances(fixed)).containsExactlyInAnyOrder(Distance.ONE_CACHE, Distance.SIBLINGS);
        assertThat(ran.distances(broken)).as("to show it once is enough").containsExactly(Distance.ONE_CACHE);
    }

    @Test
    void noTwoForksOfAPointRunAtOnceInOneTier() throws IOException {
        Ran ran = run(seating("server-64", 64), List.of(TestRace.point(Fix.FIXED)));
        assertThat(ran.unsettled()).isEmpty();
        assertThat(ran.engine.forks).hasSize(4);
    }

    @Test
    void noMoreCpusAreBusyThanMayBe() throws IOException {
        Ran ran = run(seating("two-sockets-64-smt", 4), planned().subList(0, 20));
        assertThat(ran.unsettled()).isEmpty();
        assertThat(ran.engine.most).isEqualTo(2);
    }

    @Test
    void oneWorkersCrashCostsOnePoint() throws IOException {
        FakeEngine engine = new FakeEngine();
        engine.rates.put(Fix.FIXED, Map.of("QUIET", 1000.0, "OVERLAPPED", 50.0));
        engine.fate = m -> m.point().contains("OPEN") ? m.failedWith("the VM is gone: SIGSEGV") : m;
        Ran ran = run(
                seating("server-64", 64),
                List.of(TestRace.point(Fix.FIXED), TestRace.point(Fix.OPEN), TestRace.point(Fix.FIXED_ALONE)),
                engine);
        assertThat(ran.tallies.get(0).crash()).isNull();
        assertThat(ran.tallies.get(1).crash()).isNotNull();
        assertThat(ran.tallies.get(2).crash()).isNull();
        assertThat(ran.tallies.get(1).forks()).isLessThanOrEqualTo(Demand.PATIENCE);
    }

    /** A point with three actors that should hold. */
    private static Point three(Fix fix) {
        Point two = TestRace.point(fix);
        return new Point(
                two.race(),
                new ThreeActorVariant(two.variant()),
                two.dimensions(),
                two.reachableFrom(),
                two.control(),
                Point.Stress.PLANNED,
                machine -> new Three());
    }

    private record ThreeActorVariant(Variant of) implements Variant {
        @Override
        public String name() {
            return "THREE_" + of.name();
        }

        @Override
        public Origin origin() {
            return of.origin();
        }
    }

    private static final class Three implements Scenario.OfThree<String, String, String> {
        @Override
        public String first() {
            return "";
        }

        @Override
        public String second() {
            return "";
        }

        @Override
        public String third() {
            return "";
        }

        @Override
        public Outcome judge(String first, String second, String third) {
            return TestRace.End.QUIET;
        }
    }

    @Test
    void threeActorsHaveThreeCpusAndTwoHaveTwo() throws IOException {
        Point three = three(Fix.FIXED);
        List<Point> plan = new ArrayList<>(planned().subList(0, 10));
        plan.add(three);
        Ran ran = run(seating("arm64-4-silent", 4), plan);
        assertThat(ran.unsettled()).isEmpty();
        assertThat(ran.measured)
                .filteredOn(m -> m.point().equals(three.key()))
                .isNotEmpty()
                .allMatch(m -> m.seat().cpus().size() == 3);
        assertThat(ran.measured)
                .filteredOn(m -> !m.point().equals(three.key()) && !m.point().startsWith("Canary"))
                .isNotEmpty()
                .allMatch(m -> m.seat().cpus().size() == 2);
    }

    /** On four CPUs the only triple overlaps both pairs. */
    @Test
    void threeActorsDoNotStarveTwo() throws IOException {
        Point three = three(Fix.FIXED);
        List<Point> plan = new ArrayList<>(planned().subList(0, 10));
        plan.add(0, three);
        Ran ran = run(seating("arm64-4-silent", 4), plan, new FakeEngine(), Limits.of(Duration.ofMinutes(2)));
        assertThat(ran.unsettled()).isEmpty();
        assertThat(ran.tallies.get(0).forks()).isPositive();
        List<String> order = ran.measured.stream()
                .map(Measurement::point)
                .filter(point -> !point.startsWith("Canary"))
                .toList();
        assertThat(order.subList(0, order.indexOf(three.key())))
                .as("everybody has had a turn before it takes the CPUs of others")
                .containsAll(
                        plan.subList(1, plan.size()).stream().map(Point::key).toList());
        assertThat(order.lastIndexOf(three.key()))
                .as("it does not take them beyond its demand")
                .isLessThan(order.size() / 2);
    }

    @Test
    void aMissingDistanceComesAfterTheRounds() throws IOException {
        Point fixed = TestRace.point(Fix.FIXED);
        Point broken = TestRace.point(Fix.BROKEN);
        FakeEngine engine = new FakeEngine();
        engine.rates.put(Fix.BROKEN, Map.of("WRONG", 1.0));
        Ran ran = run(seating("vm-4-smt", 4), List.of(fixed, broken), engine, Limits.of(Duration.ofMinutes(1)));
        List<Distance> distances = ran.measured.stream()
                .filter(m -> !m.point().startsWith("Canary"))
                .map(m -> m.seat().distance())
                .toList();
        assertThat(distances.subList(0, 5)).as("four tiers, and the control").containsOnly(Distance.ONE_CACHE);
        assertThat(distances).contains(Distance.SIBLINGS);
    }

    @Test
    void withoutThreeCpusNothingStartsForThreeActors() throws IOException {
        Ran ran = run(seating("vm-2", 2), List.of(three(Fix.FIXED), TestRace.point(Fix.FIXED)));
        assertThat(ran.tallies.get(0).forks()).isZero();
        assertThat(ran.tallies.get(1).forks()).isPositive();
    }

    /** Where the system moves actors as it likes there is one seat, for two actors or for three. */
    @Test
    void whereThreadsCannotBeBoundForksRunOneByOne() {
        Ran ran = run(Seating.anywhere(8), List.of(three(Fix.FIXED), TestRace.point(Fix.FIXED)));
        assertThat(ran.unsettled()).isEmpty();
        assertThat(ran.engine.most).isEqualTo(1);
        assertThat(ran.measured).allMatch(m -> m.seat().equals(Seat.ANYWHERE));
    }
}
