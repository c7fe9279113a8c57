// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import pagerace.race.Reachability;
import pagerace.verdict.Demand;
import pagerace.verdict.Measurement;
import pagerace.verdict.Tally;
import pagerace.verdict.TestRace;
import pagerace.verdict.TestRace.Fix;
import pagerace.verdict.Tier;

/** How the budget is spread, on a stand-in for JCStress whose clock is ours. */
class StressRunTest {
    private static final Duration BUDGET = Duration.ofMinutes(4);

    private static final Progress SILENT = new Progress() {
        @Override
        public void forking(Duration elapsed, Supplier<Standing> standing) {}

        @Override
        public void done() {}
    };

    private final FakeEngine engine = new FakeEngine();
    private final List<Measurement> heard = new ArrayList<>();
    private int forks = 1;

    private List<Tally> run(Duration budget, Fix... fixes) {
        StressRun run = newRun(fixes);
        run.run(Duration.ZERO, Limits.of(budget));
        return run.tallies();
    }

    private StressRun newRun(Fix... fixes) {
        List<Tally> plan = Stream.of(fixes).map(TestRace::tally).toList();
        return new StressRun(plan, Reachability.TSO, forks, engine, SILENT, heard::add);
    }

    private static Demand demand(Tally tally) {
        return Demand.of(tally.point(), Reachability.TSO);
    }

    @Test
    void everyTierThatAPointDemandsRuns() {
        run(BUDGET, Fix.FIXED, Fix.RELAXED);
        assertThat(engine.forksOf(Fix.FIXED).map(StressFork::tier)).contains(Tier.values());
        assertThat(engine.forksOf(Fix.RELAXED).map(StressFork::tier)).contains(Tier.C2, Tier.C2_STRESS);
    }

    @Test
    void everyTierGetsAsManyForksAsAskedForBeforeAnyGetsMore() {
        forks = 3;
        engine.rates.put(Fix.BROKEN, Map.of("WRONG", 1.0));
        run(BUDGET, Fix.FIXED, Fix.BROKEN);
        assertThat(engine.forksOf(Fix.BROKEN).map(StressFork::tier)).containsExactly(Tier.C2, Tier.C2, Tier.C2);
        List<Tier> first =
                engine.forksOf(Fix.FIXED).limit(12).map(StressFork::tier).toList();
        assertThat(first.subList(0, 4)).containsExactlyInAnyOrder(Tier.values());
        for (Tier tier : Tier.values()) {
            assertThat(first).filteredOn(tier::equals).as(tier.name()).hasSize(3);
        }
    }

    @Test
    void everyTierTakesTheStridesInTurnAndTheFirstForksDiffer() {
        forks = 4;
        run(BUDGET, Fix.FIXED);
        Map<Tier, List<Integer>> strides = engine.forksOf(Fix.FIXED)
                .limit(16)
                .collect(groupingBy(StressFork::tier, mapping(StressFork::stride, toList())));
        assertThat(strides)
                .isEqualTo(Map.of(
                        Tier.C2, List.of(4, 4, 1, 16),
                        Tier.C2_STRESS, List.of(4, 1, 16, 4),
                        Tier.C1, List.of(1, 16, 4, 4),
                        Tier.INTERPRETER, List.of(1, 4, 1, 16)));
    }

    @Test
    void theCanaryOfATierRunsBeforeAnyPointDoesThere() {
        run(BUDGET, Fix.FIXED, Fix.RELAXED, Fix.BROKEN);
        assertThat(engine.canaries)
                .hasSize(Tier.values().length)
                .allMatch(fork -> fork.point().key().equals(fork.tier().canary().key()));
        for (Tier tier : Tier.values()) {
            assertThat(heard.stream().filter(m -> m.tier() == tier).map(Measurement::point))
                    .as(tier.name())
                    .first()
                    .isEqualTo(tier.canary().key());
        }
    }

    @Test
    void aSilentCanaryIsAskedAgainForLongerAndThenLeftAlone() {
        engine.canaryRates = Map.of("SEEN", 1000.0);
        run(BUDGET, Fix.BROKEN);
        assertThat(engine.canaries)
                .filteredOn(fork -> fork.tier() == Tier.C2)
                .extracting(StressFork::atMost)
                .containsExactly(
                        Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(3), Duration.ofSeconds(4));
        assertThat(engine.forks).isNotEmpty();
    }

    @Test
    void whatAForkShowedBeforeTheBudgetCutItCounts() {
        engine.rates.put(Fix.FIXED, Map.of("WRONG", 1.0));
        engine.fate = m -> engine.forks.isEmpty() ? m : m.failedWith(Measurement.KILLED + "7 s");
        List<Tally> tallies = run(Duration.ofSeconds(15), Fix.FIXED);
        assertThat(tallies.get(0).forbidden()).isPositive();
        assertThat(heard).contains(tallies.get(0).measurements().get(0));
    }

    @Test
    void everyPointRunsOnceBeforeAnyRunsTwice() {
        run(BUDGET, Fix.FIXED, Fix.RELAXED, Fix.OPEN, Fix.BROKEN);
        assertThat(engine.forks.subList(0, 4).stream().map(fork -> fork.point().variant()))
                .containsExactly(Fix.FIXED, Fix.RELAXED, Fix.OPEN, Fix.BROKEN);
    }

    @Test
    void aBrokenPointStopsAsSoonAsItIsShown() {
        engine.rates.put(Fix.BROKEN, Map.of("WRONG", 1.0));
        List<Tally> tallies = run(BUDGET, Fix.BROKEN, Fix.FIXED);
        assertThat(engine.forksOf(Fix.BROKEN)).hasSize(1);
        assertThat(demand(tallies.get(0)).isMetBy(tallies.get(0))).isTrue();
    }

    @Test
    void aPointThatIsHardToShowGetsMoreAndLongerForks() {
        engine.rates.put(Fix.BROKEN, Map.of("QUIET", 1000.0, "WRONG", 0.02));
        List<Tally> tallies = run(BUDGET, Fix.BROKEN);
        assertThat(tallies.get(0).forbidden()).isGreaterThanOrEqualTo(Demand.FORBIDDEN);
        assertThat(engine.forksOf(Fix.BROKEN)
                        .filter(fork -> fork.tier() == Tier.C2)
                        .map(StressFork::atMost))
                .isSorted()
                .hasSizeGreaterThan(1)
                .doesNotHaveDuplicates();
    }

    @Test
    void aHopelessPointDoesNotKeepOthersFromTheirMinimum() {
        engine.rates.put(Fix.BROKEN, Map.of("QUIET", 1000.0));
        engine.rates.put(Fix.FIXED, Map.of("QUIET", 100.0, "OVERLAPPED", 0.1));
        List<Tally> tallies = run(BUDGET, Fix.BROKEN, Fix.FIXED);
        assertThat(demand(tallies.get(1)).isMetBy(tallies.get(1))).isTrue();
    }

    @Test
    void theBudgetIsKeptAndUsed() {
        engine.rates.put(Fix.BROKEN, Map.of("QUIET", 1.0));
        for (int seconds : new int[] {20, 61, 240}) {
            engine.now = 0;
            run(Duration.ofSeconds(seconds), Fix.BROKEN, Fix.UNFENCED, Fix.FIXED);
            assertThat(Duration.ofNanos(engine.now))
                    .isBetween(Duration.ofSeconds(seconds - 2), Duration.ofSeconds(seconds));
        }
    }

    @Test
    void aSlowHostDoesNotStretchTheBudget() {
        engine.startUp = Duration.ofSeconds(4);
        run(Duration.ofSeconds(60), Fix.FIXED, Fix.RELAXED, Fix.BROKEN);
        assertThat(Duration.ofNanos(engine.now)).isLessThanOrEqualTo(Duration.ofSeconds(62));
    }

    @Test
    void whatIsLeftStrengthensThePointsThatShowNothingUntilTheyHavePlenty() {
        engine.rates.put(Fix.BROKEN, Map.of("WRONG", 1.0));
        engine.rates.put(Fix.FIXED, Map.of("QUIET", 10_000.0, "OVERLAPPED", 10.0));
        List<Tally> tallies = run(BUDGET, Fix.BROKEN, Fix.FIXED);
        assertThat(tallies.get(1).samples()).isGreaterThanOrEqualTo(100_000_000);
        assertThat(Duration.ofNanos(engine.now)).isLessThan(BUDGET.minusMinutes(2));
    }

    @Test
    void aDeadlockRunsInSmallSteps() {
        engine.rates.put(Fix.DEADLOCK, Map.of("STUCK", 0.01));
        run(BUDGET, Fix.DEADLOCK, Fix.BROKEN);
        assertThat(engine.forksOf(Fix.DEADLOCK)).hasSize(1);
        assertThat(engine.forksOf(Fix.DEADLOCK)).allMatch(fork -> fork.stride() * fork.strides() <= 16);
        assertThat(engine.forksOf(Fix.BROKEN)).allMatch(fork -> fork.stride() * fork.strides() > 16);
    }

    /** The same of a VM that was gone before it brought anything. */
    private static Measurement killed(Measurement m) {
        return new Measurement(
                m.run(),
                m.vm(),
                m.point(),
                m.tier(),
                m.stride(),
                m.millis(),
                0,
                0,
                Map.of(),
                Map.of(),
                m.probe(),
                "VM_ERROR: killed");
    }

    @Test
    void aPointWhoseForksFailIsLeftAlone() {
        engine.fate = StressRunTest::killed;
        List<Tally> tallies = run(BUDGET, Fix.BROKEN);
        assertThat(engine.forks).hasSize(2);
        assertThat(tallies.get(0).failures()).hasSize(2);
    }

    @Test
    void everyForkHasATimeoutThatEndsSoonAfterTheBudget() {
        engine.rates.put(Fix.BROKEN, Map.of("QUIET", 1.0));
        run(Duration.ofSeconds(60), Fix.BROKEN);
        assertThat(engine.timeouts).allMatch(timeout -> timeout.compareTo(Duration.ofSeconds(30)) <= 0);
        assertThat(engine.timeouts.get(engine.timeouts.size() - 1)).isLessThan(Duration.ofSeconds(8));
    }

    @Test
    void whatWasMeasuredIsHandedOnAtOnceAndKeptWhenTheRunIsStopped() {
        StressRun run = newRun(Fix.FIXED, Fix.RELAXED);
        engine.fate = m -> {
            if (engine.forks.size() == 3) {
                run.stop();
                return killed(m);
            }
            assertThat(heard).hasSize(engine.forks.size() + engine.canaries.size() - 1);
            return m;
        };
        run.run(Duration.ZERO, Limits.of(BUDGET));
        assertThat(run.isStopped()).isTrue();
        assertThat(heard).hasSize(2 + engine.canaries.size());
        assertThat(run.tallies())
                .allMatch(tally -> tally.forks() == 1 && tally.failures().isEmpty());
    }

    /** Or the second and the third of three would be of a tenth of a second each, and weigh as much in a comparison. */
    @Test
    void eachForkThatWasAskedForHasAloneWhatIsDemanded() {
        forks = 3;
        engine.rates.put(Fix.BROKEN, Map.of("QUIET", 100.0, "WRONG", 0.5));
        engine.rates.put(Fix.FIXED, Map.of("QUIET", 10_000.0, "OVERLAPPED", 10.0));
        List<Tally> tallies = runByNeed(Fix.BROKEN, Fix.FIXED);
        assertThat(tallies.get(0).measurements())
                .hasSize(3)
                .allMatch(m -> m.outcomes().getOrDefault("WRONG", 0L) >= Demand.FORBIDDEN);
        for (Tier tier : Tier.values()) {
            assertThat(tallies.get(1).of(tier).measurements())
                    .hasSize(3)
                    .allMatch(m ->
                            m.samples() >= demand(tallies.get(1)).need(tier).samples());
        }
    }

    /** On a starved host a tier may never get beyond its warm-ups. */
    @Test
    void aTierThatDoesNotWarmUpDoesNotKeepOthersFromTheirs() {
        engine.rates.put(Fix.FIXED, Map.of("QUIET", 1000.0, "OVERLAPPED", 10.0));
        engine.fate = m -> m.tier() == Tier.C2_STRESS && m.point().contains("FIXED[")
                ? new Measurement(
                        m.run(),
                        m.vm(),
                        m.point(),
                        m.tier(),
                        m.stride(),
                        m.millis(),
                        0,
                        0,
                        Map.of(),
                        m.outcomes(),
                        m.probe(),
                        null)
                : m;
        run(Duration.ofSeconds(60), Fix.FIXED, Fix.RELAXED);
        assertThat(engine.forksOf(Fix.FIXED).map(StressFork::tier)).contains(Tier.values());
        assertThat(engine.forksOf(Fix.RELAXED).map(StressFork::tier)).contains(Tier.C2_STRESS);
    }

    @Test
    void aCanaryIsNotShownByItsWarmUp() {
        run(BUDGET, Fix.BROKEN);
        StressFork canary = engine.canaries.get(0);
        Map<String, Long> shown = Map.of("UNSEEN", 1_000_000L);
        assertThat(canary.goal().isReached(shown, Map.of())).isTrue();
        assertThat(canary.goal().isReached(Map.of("SEEN", 1_000_000L), shown)).isFalse();
        StressFork broken = engine.forksOf(Fix.BROKEN).findFirst().orElseThrow();
        assertThat(broken.goal().isReached(Map.of("QUIET", 1L), Map.of("WRONG", 100L)))
                .isTrue();
    }

    @Test
    void aForkThatTheBudgetCutHasNotFailed() {
        engine.fate = m -> engine.forks.isEmpty() ? m : m.failedWith(Measurement.KILLED + "3 s");
        List<Tally> tallies = run(Duration.ofSeconds(12), Fix.FIXED);
        assertThat(tallies.get(0).failures()).isEmpty();
        assertThat(tallies.get(0).samples()).isPositive();
    }

    private List<Tally> runByNeed(Fix... fixes) {
        StressRun run = newRun(fixes);
        run.run(Duration.ZERO, Limits.BY_NEED);
        return run.tallies();
    }

    @Test
    void byNeedItEndsAsSoonAsEveryDemandIsMet() {
        engine.rates.put(Fix.BROKEN, Map.of("WRONG", 1.0));
        engine.rates.put(Fix.FIXED, Map.of("QUIET", 1000.0, "OVERLAPPED", 10.0));
        List<Tally> tallies = runByNeed(Fix.BROKEN, Fix.FIXED);
        assertThat(tallies).allMatch(tally -> demand(tally).isMetBy(tally));
        assertThat(Duration.ofNanos(engine.now)).isLessThan(Duration.ofSeconds(20));
        assertThat(engine.forksOf(Fix.FIXED).map(StressFork::tier)).containsExactlyInAnyOrder(Tier.values());
    }

    /** What is left is looked at until nobody can doubt it, not until the clock says so. */
    @Test
    void byNeedAPointThatNoTimeWouldHelpEndsNothingButItself() {
        engine.rates.put(Fix.BROKEN, Map.of("QUIET", 1000.0));
        engine.rates.put(Fix.FIXED, Map.of("QUIET", 1000.0, "OVERLAPPED", 10.0));
        List<Tally> tallies = runByNeed(Fix.BROKEN, Fix.FIXED);
        assertThat(demand(tallies.get(0)).isHopelessFor(tallies.get(0))).isTrue();
        assertThat(demand(tallies.get(1)).isMetBy(tallies.get(1))).isTrue();
        assertThat(Duration.ofNanos(engine.now)).isBetween(Duration.ofSeconds(30), Duration.ofMinutes(2));
    }

    /** A window that shows, but so rarely that a point wants all the time there is. */
    private void slowly() {
        engine.rates.put(Fix.FIXED, Map.of("QUIET", 0.9, "OVERLAPPED", 0.01));
    }

    @Test
    void byNeedItEndsWhenTheHostHasGivenTwelveMinutes() {
        slowly();
        List<Tally> tallies = runByNeed(Fix.FIXED);
        assertThat(demand(tallies.get(0)).isMetBy(tallies.get(0))).isFalse();
        assertThat(heard.stream().mapToDouble(Measurement::givenMillis).sum() / 60_000)
                .isCloseTo(12, within(0.2));
    }

    @Test
    void byNeedItEndsAfterThirtyMinutesByTheClockWhateverTheHostGave() {
        slowly();
        engine.probe = TestRace.BAD;
        runByNeed(Fix.FIXED);
        assertThat(Duration.ofNanos(engine.now)).isBetween(Duration.ofMinutes(29), Duration.ofMinutes(30));
        assertThat(heard.stream().mapToDouble(Measurement::givenMillis).sum() / 60_000)
                .isLessThan(10);
    }

    @Test
    void theTimeThatIsLeftIsAGuessFromWhatTheHostGives() {
        List<Progress.Standing> standings = new ArrayList<>();
        Progress listening = new Progress() {
            @Override
            public void forking(Duration elapsed, Supplier<Standing> standing) {
                standings.add(standing.get());
            }

            @Override
            public void done() {}
        };
        engine.rates.put(Fix.FIXED, Map.of("QUIET", 100.0, "OVERLAPPED", 10.0));
        List<Tally> plan = Stream.of(Fix.FIXED).map(TestRace::tally).toList();
        new StressRun(plan, Reachability.TSO, forks, engine, listening, heard::add).run(Duration.ZERO, Limits.BY_NEED);
        assertThat(standings).allMatch(Progress.Standing::isEstimate);
        Duration end = Duration.ofNanos(engine.now);
        for (Progress.Standing standing : standings.subList(standings.size() / 2, standings.size())) {
            assertThat(standing.elapsed().plus(standing.left())).isBetween(end.dividedBy(2), end.multipliedBy(2));
        }
        new StressRun(plan, Reachability.TSO, forks, engine, listening, heard::add)
                .run(Duration.ZERO, Limits.of(Duration.ofSeconds(9)));
        assertThat(standings.get(standings.size() - 1).isEstimate()).isFalse();
    }

    @Test
    void theMinimumCountsTheForksThatThePlanDemands() {
        Duration one = StressRun.minimum(List.of(TestRace.point(Fix.BROKEN)), Reachability.TSO, 1);
        Duration both =
                StressRun.minimum(List.of(TestRace.point(Fix.BROKEN), TestRace.point(Fix.FIXED)), Reachability.TSO, 1);
        assertThat(both.minus(one))
                .as("its forks and three canaries")
                .isBetween(Duration.ofSeconds(4), Duration.ofSeconds(6));
        assertThat(one).isGreaterThan(StressRun.START_UP);
        Duration thrice = StressRun.minimum(List.of(TestRace.point(Fix.FIXED)), Reachability.TSO, 3);
        Duration once = StressRun.minimum(List.of(TestRace.point(Fix.FIXED)), Reachability.TSO, 1);
        Duration withoutForks = StressRun.minimum(List.of(TestRace.point(Fix.FIXED)), Reachability.TSO, 0);
        assertThat(thrice.minus(withoutForks).toSeconds())
                .isCloseTo(3 * once.minus(withoutForks).toSeconds(), within(3L));
    }
}
