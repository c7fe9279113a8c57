// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagerace.race.Lifetime;
import pagerace.race.Point;
import pagerace.race.Reachability;
import pagerace.race.Variant;
import pagerace.verdict.PredictionSummary.Answer;
import pagerace.verdict.PredictionSummary.Ends;
import pagerace.verdict.PredictionSummary.Explored;
import pagerace.verdict.TestRace.Fix;

/** Each clause of each verdict: a run that is good in everything, then the same run with one thing wrong. */
class GraderTest {
    private static final Host X86 = new Host("Linux", "amd64", 2, "17", Reachability.TSO);
    private static final Host ARM = new Host("Linux", "aarch64", 2, "17", Reachability.WEAK);

    private final Grader onX86 = new Grader(X86, TestRace.GOOD);
    private final Grader onArm = new Grader(ARM, TestRace.GOOD);

    private static Tally good(Fix fix) {
        return run(fix, 1_000_000, 1_000, 0, Tier.values());
    }

    private static Tally run(Fix fix, long quiet, long overlapped, long wrong, Tier... tiers) {
        Tally tally = TestRace.tally(fix);
        for (Tier tier : tiers) {
            tally.add(TestRace.fork(fix, tier, Map.of("QUIET", quiet, "OVERLAPPED", overlapped, "WRONG", wrong)));
        }
        return tally;
    }

    private static Tally with(Tally tally, Map<String, Long> outcomes) {
        tally.add(new Measurement(
                TestRace.RUN,
                1,
                tally.point().key(),
                Tier.C2,
                4,
                1000,
                1000,
                1.0,
                outcomes,
                Map.of(),
                TestRace.GOOD,
                null));
        return tally;
    }

    private static Tally loudControl() {
        return run(Fix.BROKEN, 1000, 0, 100, Tier.C2);
    }

    /** Completely explored; a model that is not mentioned reaches what the next stronger one does. */
    private static PredictionSummary prediction(Map<Reachability, Set<String>> outcomes) {
        return prediction(outcomes, null);
    }

    private static PredictionSummary prediction(Map<Reachability, Set<String>> outcomes, @Nullable String bound) {
        Map<Reachability, Explored> models = new EnumMap<>(Reachability.class);
        Set<String> reached = Set.of();
        for (Reachability model :
                List.of(Reachability.SEQUENTIAL, Reachability.SC, Reachability.TSO, Reachability.WEAK)) {
            reached = outcomes.getOrDefault(model, reached);
            Answer answer =
                    reached.contains("WRONG") ? Answer.REACHABLE : bound == null ? Answer.NEVER : Answer.UNKNOWN;
            models.put(model, new Explored(answer, reached, bound, 1, 1, 1, 1, "c0ffee", null));
        }
        return new PredictionSummary(models, Map.of(), null);
    }

    /** What an explorer says that agrees with the catalogue and with whatever was seen. */
    private static @Nullable PredictionSummary agreeing(Tally tally) {
        Reachability from = tally.point().reachableFrom();
        if (from == Reachability.UNKNOWN) {
            return null;
        }
        Map<Reachability, Set<String>> outcomes = new EnumMap<>(Reachability.class);
        outcomes.put(Reachability.SEQUENTIAL, Set.of("QUIET", "OVERLAPPED"));
        if (from != Reachability.NEVER) {
            outcomes.put(from, Set.of("QUIET", "OVERLAPPED", "WRONG", "STUCK"));
        }
        return prediction(outcomes);
    }

    private void assertX86(Tally tally, @Nullable Tally control, Verdict verdict, String reason, boolean fails) {
        Grade grade = onX86.grade(tally, control, agreeing(tally));
        assertThat(grade.verdict()).isEqualTo(verdict);
        assertThat(grade.reason()).contains(reason);
        assertThat(grade.fails()).isEqualTo(fails);
    }

    /** So long, in milliseconds, that who is silent stays silent. */
    private static final long LONG_ENOUGH = 100_000;

    /** The same forks, each of so much longer a life that more time would not help. */
    private static Tally longer(Tally tally) {
        Tally longer = new Tally(tally.point(), List.of(TestRace.End.values()));
        tally.measurements()
                .forEach(m -> longer.add(new Measurement(
                        m.run(),
                        m.vm(),
                        m.point(),
                        m.tier(),
                        m.stride(),
                        LONG_ENOUGH,
                        LONG_ENOUGH,
                        m.cpuShare(),
                        m.outcomes(),
                        m.warmUp(),
                        m.probe(),
                        m.failure())));
        return longer;
    }

    @Nested
    class ShouldHold {
        @Test
        void holds() {
            assertX86(good(Fix.FIXED), loudControl(), Verdict.HOLDS, "", false);
        }

        @Test
        void oneForbiddenSampleBreaksIt() {
            assertX86(
                    with(good(Fix.FIXED), Map.of("WRONG", 1L)),
                    loudControl(),
                    Verdict.BROKEN,
                    "WRONG seen 1 times",
                    true);
        }

        @Test
        void forbiddenIsLouderThanAllElseThatIsWrong() {
            assertX86(run(Fix.FIXED, 1, 0, 1, Tier.C2), null, Verdict.BROKEN, "", true);
        }

        @Test
        void aForkThatCrashedIsNeverExcused() {
            Tally tally = good(Fix.FIXED);
            tally.add(new Measurement(
                    TestRace.RUN,
                    1,
                    tally.point().key(),
                    Tier.C2,
                    4,
                    300,
                    300,
                    0.1,
                    Map.of(),
                    Map.of(),
                    TestRace.GOOD,
                    "TEST_ERROR: IllegalStateException"));
            assertX86(tally, loudControl(), Verdict.INCONCLUSIVE, "a fork crashed: TEST_ERROR", true);
            assertThat(new Grader(X86, TestRace.BAD)
                            .grade(tally, loudControl(), agreeing(tally))
                            .fails())
                    .isTrue();
        }

        @Test
        void aTierWithHardlyASample() {
            Tally tally = run(Fix.FIXED, 1_000_000, 1_000, 0, Tier.C2, Tier.C2_STRESS, Tier.C1);
            tally.add(TestRace.fork(Fix.FIXED, Tier.INTERPRETER, Map.of("QUIET", 102L)));
            assertX86(tally, loudControl(), Verdict.INCONCLUSIVE, "102 of 20,000 samples in the interpreter", false);
        }

        @Test
        void notExplored() {
            Grade grade = onX86.grade(good(Fix.FIXED), loudControl(), null);
            assertThat(grade.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
            assertThat(grade.reason()).isEqualTo("not explored");
        }

        @Test
        void aTierThatNeverRan() {
            Tally tally = run(Fix.FIXED, 1_000_000, 1_000, 0, Tier.C2, Tier.C2_STRESS, Tier.C1);
            assertX86(tally, loudControl(), Verdict.INCONCLUSIVE, "never ran in the interpreter", false);
        }

        @Test
        void aTierThatOnlyFailed() {
            Tally tally = run(Fix.FIXED, 1_000_000, 1_000, 0, Tier.C2, Tier.C2_STRESS, Tier.C1);
            tally.add(new Measurement(
                    TestRace.RUN,
                    1,
                    tally.point().key(),
                    Tier.INTERPRETER,
                    4,
                    1000,
                    1000,
                    1.0,
                    Map.of(),
                    Map.of(),
                    TestRace.GOOD,
                    "VM_ERROR: killed"));
            assertX86(tally, loudControl(), Verdict.INCONCLUSIVE, "a fork crashed: VM_ERROR: killed", true);
        }

        @Test
        void tooFewSamples() {
            assertX86(
                    run(Fix.FIXED, 998_999, 1_000, 0, Tier.values()),
                    loudControl(),
                    Verdict.INCONCLUSIVE,
                    "999,999 of 1,000,000 samples in C2",
                    false);
        }

        @Test
        void windowNotEntered() {
            assertX86(
                    run(Fix.FIXED, 1_000_000, 999, 0, Tier.values()),
                    loudControl(),
                    Verdict.INCONCLUSIVE,
                    "window entered 999 of 1,000 times in C2",
                    false);
        }

        @Test
        void controlSilent() {
            assertX86(
                    good(Fix.FIXED),
                    run(Fix.BROKEN, 1_000_000, 0, 99, Tier.C2),
                    Verdict.INCONCLUSIVE,
                    "control BROKEN silent",
                    false);
        }

        @Test
        void controlThatDidNotRun() {
            assertX86(good(Fix.FIXED), null, Verdict.INCONCLUSIVE, "control BROKEN was not planned", true);
        }

        @Test
        void withoutControlNothingHolds() {
            assertX86(
                    good(Fix.FIXED_ALONE),
                    null,
                    Verdict.INCONCLUSIVE,
                    "the point has no control that would prove that threads can show it here",
                    true);
        }

        @Test
        void aControlThatThisHostCannotShowIsNone() {
            Tally weakOnly = run(Fix.RELAXED, 10, 0, 0, Tier.C2);
            assertX86(good(Fix.FIXED), weakOnly, Verdict.INCONCLUSIVE, "RELAXED cannot show it on this host", true);
            Grade onWeak = onArm.grade(good(Fix.FIXED), weakOnly, agreeing(good(Fix.FIXED)));
            assertThat(onWeak.reason()).startsWith("control RELAXED silent: showed it 0 of 100 times");
        }

        @Test
        void waitsThatGaveUp() {
            assertX86(
                    with(good(Fix.FIXED), Map.of("STUCK", 3L)),
                    loudControl(),
                    Verdict.INCONCLUSIVE,
                    "a wait gave up 3 times",
                    true);
            assertX86(with(good(Fix.FIXED), Map.of("STUCK", 2L)), loudControl(), Verdict.HOLDS, "2 times", false);
        }

        @Test
        void aWordThatNoOutcomeHas() {
            for (String word : List.of("null", "")) {
                assertX86(
                        with(good(Fix.FIXED), Map.of(word, 1L)),
                        loudControl(),
                        Verdict.UNPREDICTED,
                        word + ": not an outcome",
                        true);
            }
        }
    }

    @Nested
    class KnownToBeBroken {
        @Test
        void reproduced() {
            assertX86(run(Fix.BROKEN, 0, 0, 100, Tier.C1), null, Verdict.REPRODUCED, "", false);
            assertX86(run(Fix.UNFENCED, 0, 0, 100, Tier.C1), null, Verdict.REPRODUCED, "", false);
        }

        @Test
        void shownTooRarely() {
            assertX86(
                    run(Fix.BROKEN, 1000, 0, 99, Tier.C2),
                    null,
                    Verdict.INCONCLUSIVE,
                    "showed it 99 of 100 times in 1,099 samples",
                    false);
        }

        @Test
        void neverRun() {
            assertX86(TestRace.tally(Fix.BROKEN), null, Verdict.INCONCLUSIVE, "in 0 samples", false);
        }

        @Test
        void weakOnlyIsShownByAWeakHost() {
            assertThat(onArm.grade(run(Fix.RELAXED, 0, 0, 100, Tier.C2), null, null)
                            .verdict())
                    .isEqualTo(Verdict.REPRODUCED);
        }

        @Test
        void threeDeadlocksSuffice() {
            assertX86(with(TestRace.tally(Fix.DEADLOCK), Map.of("STUCK", 3L)), null, Verdict.REPRODUCED, "", false);
            assertX86(
                    with(TestRace.tally(Fix.DEADLOCK), Map.of("STUCK", 2L)),
                    null,
                    Verdict.INCONCLUSIVE,
                    "2 of 3",
                    false);
        }

        @Test
        void aFewWaitsThatGaveUpAmongMillionsAreNoDeadlock() {
            Tally tally = with(TestRace.tally(Fix.DEADLOCK), Map.of("STUCK", 40L, "QUIET", 4_000_000L));
            String words = "a wait gave up 40 times in 4,000,040 executions: too rarely for a deadlock";
            assertX86(tally, null, Verdict.INCONCLUSIVE, words, false);
            assertX86(longer(tally), null, Verdict.INCONCLUSIVE, words, true);
            assertX86(
                    with(TestRace.tally(Fix.DEADLOCK), Map.of("STUCK", 40L, "QUIET", 399_000L)),
                    null,
                    Verdict.REPRODUCED,
                    "",
                    false);
        }

        @Test
        void stuckShowsNothingWhereNothingDeadlocks() {
            assertX86(
                    with(TestRace.tally(Fix.BROKEN), Map.of("STUCK", 1000L)),
                    null,
                    Verdict.INCONCLUSIVE,
                    "0 of 100",
                    false);
        }
    }

    @Nested
    class BrokenOnWeakerMachines {
        @Test
        void latent() {
            assertX86(good(Fix.RELAXED), null, Verdict.LATENT, "allowed in this abstraction", false);
        }

        @Test
        void needsItsPlanAsWell() {
            assertX86(
                    run(Fix.RELAXED, 1_000_000, 0, 0, Tier.C2),
                    null,
                    Verdict.INCONCLUSIVE,
                    "C2 with random scheduling",
                    false);
            assertX86(
                    run(Fix.RELAXED, 20_000, 0, 0, Tier.C2, Tier.C2_STRESS),
                    null,
                    Verdict.INCONCLUSIVE,
                    "samples",
                    false);
        }

        @Test
        void seenAllTheSameItMayBeTheCompiler() {
            assertX86(
                    with(good(Fix.RELAXED), Map.of("WRONG", 1L)),
                    null,
                    Verdict.UNPREDICTED,
                    "compiler? WRONG is outside TSO, inside WEAK; seen in C2 of JDK 17",
                    true);
        }
    }

    /** A fork that never got beyond its warm-up. */
    private static Measurement warmUp(Tally tally, Tier tier, Map<String, Long> warmUp) {
        return new Measurement(
                TestRace.RUN, 1, tally.point().key(), tier, 4, 1000, 0, 1.0, Map.of(), warmUp, TestRace.GOOD, null);
    }

    @Nested
    class BeforeTheCodeWasCompiled {
        private Tally good(Map<String, Long> warmUp) {
            Tally tally = GraderTest.good(Fix.FIXED);
            tally.add(warmUp(tally, Tier.C2, warmUp));
            return tally;
        }

        @Test
        void nothingIsASampleOrAWindowAndNoTierHasRun() {
            Tally tally = run(Fix.FIXED, 1_000_000, 1_000, 0, Tier.C2, Tier.C2_STRESS, Tier.C1);
            tally.add(warmUp(tally, Tier.INTERPRETER, Map.of("QUIET", 1_000_000L, "OVERLAPPED", 1_000_000L)));
            assertThat(tally.samples(Tier.INTERPRETER)).isZero();
            assertThat(tally.windows(Tier.INTERPRETER)).isZero();
            assertX86(tally, loudControl(), Verdict.INCONCLUSIVE, "never ran in the interpreter", false);
        }

        @Test
        void whatIsForbiddenCounts() {
            assertX86(good(Map.of("WRONG", 1L)), loudControl(), Verdict.BROKEN, "WRONG seen 1 times", true);
        }

        @Test
        void aStrangerCounts() {
            assertX86(good(Map.of("null", 1L)), loudControl(), Verdict.UNPREDICTED, "null: not an outcome", true);
        }

        @Test
        void aWordThatTheExplorerDoesNotReachCounts() {
            Tally tally = run(Fix.FIXED, 1_000_000, 0, 0, Tier.values());
            tally.add(warmUp(tally, Tier.C2, Map.of("OVERLAPPED", 1L)));
            PredictionSummary onlyQuiet = prediction(Map.of(Reachability.WEAK, Set.of("QUIET")));
            assertThat(onX86.grade(tally, loudControl(), onlyQuiet).verdict()).isEqualTo(Verdict.UNPREDICTED);
        }

        /** That the variant is known to be broken does not say that it is broken in every way. */
        @Test
        void soDoesAForbiddenOneOfABrokenVariant() {
            Tally tally = loudControl();
            assertThat(grade(tally, "QUIET", "WRONG").verdict()).isEqualTo(Verdict.REPRODUCED);
            tally.add(warmUp(tally, Tier.C2, Map.of("WORSE", 1L)));
            assertThat(grade(tally, "QUIET", "WRONG", "WORSE").verdict()).isEqualTo(Verdict.REPRODUCED);
            Grade grade = grade(tally, "QUIET", "WRONG");
            assertThat(grade.verdict()).isEqualTo(Verdict.UNPREDICTED);
            assertThat(grade.reason()).contains("WORSE").doesNotContain("WRONG");
        }

        private Grade grade(Tally tally, String... predicted) {
            return onX86.grade(tally, loudControl(), prediction(Map.of(Reachability.SC, Set.of(predicted))));
        }

        /** The explorer ends an execution there; threads go on, and what they come to then was explored too. */
        @Test
        void aWordBehindABrokenRuleOfCountsIsHeldAgainstWhatIsReachableThere() {
            assertThat(behind("TOUCHED_WHEN_FREE", new Ends(Set.of("QUIET", "WRONG", "WORSE"), null))
                            .verdict())
                    .isEqualTo(Verdict.REPRODUCED);
            for (Lifetime rule : Lifetime.values()) {
                Grade grade = behind(rule.name(), new Ends(Set.of("QUIET", "WRONG"), null));
                assertThat(grade.verdict()).isEqualTo(Verdict.UNPREDICTED);
                assertThat(grade.reason()).isEqualTo("WORSE: not predicted under any memory model");
            }
            assertThat(behind("TOUCHED_WHEN_FREE", new Ends(Set.of("QUIET", "WRONG"), "10 steps"))
                            .verdict())
                    .as("nobody knows")
                    .isEqualTo(Verdict.REPRODUCED);
        }

        /** Of a broken variant that also came out WORSE, and in which an actor can break {@code rule}. */
        private Grade behind(String rule, Ends withoutRules) {
            Tally tally = loudControl();
            tally.add(warmUp(tally, Tier.C2, Map.of("WORSE", 1L)));
            Map<Reachability, Explored> models = new EnumMap<>(Reachability.class);
            prediction(Map.of(Reachability.SC, Set.of("QUIET", "WRONG", rule)))
                    .models()
                    .forEach((model, explored) -> models.put(
                            model,
                            new Explored(
                                    explored.reachability(),
                                    explored.outcomes(),
                                    null,
                                    1,
                                    1,
                                    1,
                                    1,
                                    "c0ffee",
                                    model == Reachability.SEQUENTIAL ? null : withoutRules)));
            return onX86.grade(tally, null, new PredictionSummary(models, Map.of(), null));
        }

        @Test
        void waitsThatGaveUpCount() {
            Tally tally = good(Map.of("STUCK", 3L));
            assertX86(tally, loudControl(), Verdict.INCONCLUSIVE, "a wait gave up 3 times", false);
            assertThat(onX86.grade(tally, loudControl(), agreeing(tally)).cause())
                    .as("the compiler needs a CPU, too")
                    .isEqualTo(Cause.HOST);
        }

        @Test
        void aBrokenPointIsShownAndTheReasonSaysWhen() {
            Tally tally = run(Fix.BROKEN, 1_000, 0, 7, Tier.C2);
            tally.add(warmUp(tally, Tier.C2, Map.of("WRONG", 93L)));
            assertX86(tally, null, Verdict.REPRODUCED, "93 times before the code was compiled", false);
            assertThat(tally.forbiddenSamples()).isEqualTo(7);
            assertThat(tally.early()).isEqualTo(Map.of("WRONG", Map.of(Tier.C2, 93L)));
        }
    }

    @Test
    void whatNobodyHasEstablishedIsUnknownIfItWasLookedAt() {
        assertX86(run(Fix.OPEN, 1_000_000, 0, 1, Tier.C2, Tier.C2_STRESS), null, Verdict.UNKNOWN, "", false);
        assertX86(run(Fix.OPEN, 1, 0, 1, Tier.C2), null, Verdict.INCONCLUSIVE, "never ran in C2", false);
        assertX86(TestRace.tally(Fix.OPEN), null, Verdict.INCONCLUSIVE, "never ran in C2", false);
    }

    @Nested
    class ACanary {
        private final Tally canary = new Tally(Tier.C1.canary());

        private Grade after(int forks, long shown, Probe probe) {
            Tally tally = new Tally(Tier.C1.canary());
            for (int i = 0; i < forks; i++) {
                tally.add(new Measurement(
                        TestRace.RUN,
                        1,
                        canary.point().key(),
                        Tier.C1,
                        1,
                        1000,
                        1000,
                        1.0,
                        Map.of("SEEN", 100_000L, "UNSEEN", shown),
                        Map.of(),
                        probe,
                        null));
            }
            return onX86.canary(tally);
        }

        @Test
        void isShownByAThousandSamplesAndNotByAWarmUp() {
            assertThat(after(1, 1_000, TestRace.GOOD).verdict()).isEqualTo(Verdict.REPRODUCED);
            assertThat(after(1, 999, TestRace.GOOD).cause()).isEqualTo(Cause.BUDGET);
            canary.add(warmUp(canary, Tier.C1, Map.of("UNSEEN", 1_000_000L)));
            assertThat(onX86.canary(canary).cause()).isEqualTo(Cause.BUDGET);
        }

        @Test
        void isSilentForGoodAfterFourForksOnAGoodHost() {
            for (long shown : new long[] {0, 1, 249}) {
                assertThat(after(3, shown, TestRace.GOOD).cause()).isEqualTo(Cause.BUDGET);
                assertThat(after(4, shown, TestRace.GOOD).fails()).isTrue();
                assertThat(after(4, shown, TestRace.BAD).cause()).isEqualTo(Cause.HOST);
            }
        }

        @Test
        void thatNeverRanFails() {
            assertThat(onX86.canary(canary).fails()).isTrue();
        }

        @Test
        void isNoExcuseForAWordThatNobodyKnows() {
            canary.add(new Measurement(
                    TestRace.RUN,
                    1,
                    canary.point().key(),
                    Tier.C1,
                    1,
                    1000,
                    1000,
                    1.0,
                    Map.of("UNSEEN", 100_000L, "null", 1L),
                    Map.of(),
                    TestRace.GOOD,
                    null));
            assertThat(onX86.canary(canary).verdict()).isEqualTo(Verdict.UNPREDICTED);
        }
    }

    @Nested
    class WhoseFault {
        private static final Tally DEAD_WINDOW = run(Fix.FIXED, 1_000_000, 0, 0, Tier.values());
        private static final Tally SILENT = run(Fix.BROKEN, 1_000_000, 0, 0, Tier.C2);

        private static Tally on(Probe probe, Tally tally) {
            Tally there = new Tally(tally.point(), List.of(TestRace.End.values()));
            tally.measurements()
                    .forEach(m -> there.add(new Measurement(
                            m.run(),
                            m.vm(),
                            m.point(),
                            m.tier(),
                            m.stride(),
                            m.millis(),
                            m.measuringMillis(),
                            m.cpuShare(),
                            m.outcomes(),
                            m.warmUp(),
                            probe,
                            m.failure())));
            return there;
        }

        private void assertCause(Tally tally, Tally control, Cause cause, String reason) {
            Grade grade = onX86.grade(tally, control, agreeing(tally));
            assertThat(grade.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
            assertThat(grade.cause()).as(grade.reason()).isEqualTo(cause);
            assertThat(grade.reason()).contains(reason);
            assertThat(grade.fails()).isEqualTo(cause == Cause.INSTRUMENT);
            assertThat(grade.isUndecided()).isEqualTo(cause != Cause.INSTRUMENT);
        }

        @Test
        void aDeadWindow() {
            assertCause(
                    DEAD_WINDOW,
                    loudControl(),
                    Cause.BUDGET,
                    "entered 0 of 1,000 times in C2 (budget: about 29 s more would tell)");
            assertCause(
                    longer(DEAD_WINDOW),
                    loudControl(),
                    Cause.INSTRUMENT,
                    "0 of 1,000 times in C2 (instrument: in 100 s)");
            assertCause(
                    on(TestRace.BAD, longer(DEAD_WINDOW)),
                    loudControl(),
                    Cause.HOST,
                    "(host: both threads ran in 160 of 400 slots of 10 ms, 13.0 % stolen)");
        }

        @Test
        void aDeadWindowIsSeenBehindTooFewSamples() {
            Tally few = run(Fix.FIXED, 10_000, 0, 0, Tier.values());
            assertCause(few, loudControl(), Cause.BUDGET, "10,000 of 1,000,000 samples in C2 (budget: about 99 s more");
            assertCause(
                    longer(few),
                    loudControl(),
                    Cause.INSTRUMENT,
                    "10,000 of 1,000,000 samples in C2 (instrument: in 100 s)");
            Tally slow = longer(run(Fix.FIXED, 200_000, 0, 0, Tier.values()));
            assertCause(slow, loudControl(), Cause.INSTRUMENT, "window entered 0 of 1,000 times in C2 (instrument");
        }

        /** Whoever shows more is never worse off, and nobody is judged before the time in which one is. */
        @Test
        void moreIsNeverWorse() {
            for (long millis : new long[] {1_000, 7_000, 8_000, 30_000, 100_000}) {
                boolean failed = true;
                for (long windows : new long[] {0, 1, 2, 10, 50, 249}) {
                    Tally tally = TestRace.tally(Fix.FIXED);
                    for (Tier tier : Tier.values()) {
                        tally.add(new Measurement(
                                TestRace.RUN,
                                1,
                                tally.point().key(),
                                tier,
                                4,
                                millis,
                                millis,
                                1.0,
                                Map.of("QUIET", 300_000L, "OVERLAPPED", windows),
                                Map.of(),
                                TestRace.GOOD,
                                null));
                    }
                    boolean fails =
                            onX86.grade(tally, loudControl(), agreeing(tally)).fails();
                    assertThat(fails && !failed)
                            .as("%d windows in %d ms", windows, millis)
                            .isFalse();
                    assertThat(fails && 4 * millis < 30_000).isFalse();
                    failed = fails;
                }
            }
        }

        @Test
        void aSilentControl() {
            assertCause(good(Fix.FIXED), SILENT, Cause.BUDGET, "control BROKEN silent: showed it 0 of 100 times");
            assertCause(good(Fix.FIXED), longer(SILENT), Cause.INSTRUMENT, "control BROKEN silent: ");
            assertCause(good(Fix.FIXED), on(TestRace.BAD, longer(SILENT)), Cause.HOST, "control BROKEN silent: ");
        }

        /** A single dead point may be short of time; many in the same run are not. */
        @Test
        void manyDeadPointsAreJudgedTogether() {
            Map<Integer, Grade> run = new HashMap<>();
            Grade dead = onX86.grade(DEAD_WINDOW, loudControl(), agreeing(DEAD_WINDOW));
            for (int point = 0; point < 7; point++) {
                run.put(point, dead);
                assertThat(Grade.together(run)).isEqualTo(run);
            }
            Grade decided = onX86.grade(good(Fix.FIXED), loudControl(), agreeing(good(Fix.FIXED)));
            run.put(100, decided);
            run.put(7, dead);
            Map<Integer, Grade> judged = Grade.together(run);
            assertThat(judged.get(100)).isEqualTo(decided);
            assertThat(judged.get(3))
                    .isEqualTo(Grade.of(
                            Verdict.INCONCLUSIVE,
                            "window entered 0 of 1,000 times in C2 (instrument: 8 such points, in 32 s together)"));
            assertThat(judged.values()).filteredOn(Grade::fails).hasSize(8);
        }

        /** By the probe two threads ran at once for a fiftieth of the time: then it is that fiftieth that counts. */
        @Test
        void timeInWhichTheActorsDidNotRunAtOnceDoesNotCount() {
            Probe hardly = new Probe(100, 100, 100_000, 9_000, 20_000, 1000, 2000, 0, 900);
            assertThat(hardly.isGood()).isTrue();
            assertCause(on(hardly, longer(DEAD_WINDOW)), loudControl(), Cause.BUDGET, "entered 0 of 1,000 times");
            assertThat(on(hardly, longer(DEAD_WINDOW)).givenMillis()).isEqualTo(8_000);
        }

        @Test
        void aTierThatDidNotRunForWantOfTimeAndOneThatCannot() {
            Tally tally = run(Fix.FIXED, 1_000_000, 1_000, 0, Tier.C2, Tier.C2_STRESS, Tier.C1);
            assertCause(tally, loudControl(), Cause.BUDGET, "never ran in the interpreter (budget");
            Measurement hung = TestRace.fork(Fix.FIXED, Tier.INTERPRETER, Map.of());
            tally.add(hung.failedWith(Measurement.KILLED + "20 s"));
            assertCause(
                    tally,
                    loudControl(),
                    Cause.BUDGET,
                    "never ran in the interpreter; killed: it hung for 20 s (budget");
            tally.add(hung.failedWith(Measurement.KILLED + "20 s"));
            assertCause(
                    tally,
                    loudControl(),
                    Cause.INSTRUMENT,
                    "never ran in the interpreter; killed: it hung for 20 s (instrument: 2 forks failed)");
        }

        @Test
        void waitsThatGaveUp() {
            Tally stuck = with(good(Fix.FIXED), Map.of("STUCK", 3L));
            assertCause(stuck, loudControl(), Cause.INSTRUMENT, "a wait gave up 3 times");
            assertCause(on(TestRace.BAD, stuck), loudControl(), Cause.HOST, "a wait gave up 3 times");
        }

        @Test
        void waitsThatGaveUpWhereASingleForkHadABadHost() {
            Tally tally = good(Fix.FIXED);
            tally.add(new Measurement(
                    TestRace.RUN,
                    1,
                    tally.point().key(),
                    Tier.C2,
                    4,
                    1000,
                    1000,
                    1.0,
                    Map.of("STUCK", 3L),
                    Map.of(),
                    new Probe(10, 5, 1_000, 42_000, 40_000, 100, 200, 0, 90),
                    null));
            assertThat(tally.probe().isGood()).as("the others outweigh it").isTrue();
            assertCause(tally, loudControl(), Cause.HOST, "a wait gave up 3 times");
        }

        /** From a run beside a build: good probes throughout, and actors that had 50 to 66 % of two CPUs. */
        @ParameterizedTest
        @CsvSource({"0.50, HOST", "0.66, HOST", "0.84, HOST", "0.9, INSTRUMENT", "1.0, INSTRUMENT"})
        void waitsThatGaveUpBesideAGoodProbeWhereTheActorsLackedTheirCpus(double cpuShare, Cause cause) {
            Tally tally = good(Fix.FIXED);
            for (Tier tier : List.of(Tier.C2_STRESS, Tier.C1, Tier.C2)) {
                tally.add(new Measurement(
                        TestRace.RUN,
                        1,
                        tally.point().key(),
                        tier,
                        4,
                        4_000,
                        4_000,
                        cpuShare,
                        Map.of("STUCK", 1L, "QUIET", 1_000_000L),
                        Map.of(),
                        new Probe(10, 10, 844_001, 16_038, 68_701, 4_486, 8_960, 10, 3_982),
                        null));
            }
            assertCause(tally, loudControl(), cause, "a wait gave up 3 times");
        }

        @Test
        void aRunOnABadHostDoesNotExcuseWhatAnotherDidNotShow() {
            Tally tally = TestRace.tally(Fix.BROKEN);
            tally.add(new Measurement(
                    "on a bad host",
                    1,
                    tally.point().key(),
                    Tier.C2,
                    4,
                    1_000_000,
                    1_000_000,
                    0.1,
                    Map.of("QUIET", 10L),
                    Map.of(),
                    TestRace.BAD,
                    null));
            assertCause(tally, loudControl(), Cause.HOST, "showed it 0 of 100");
            longer(run(Fix.BROKEN, 10, 0, 0, Tier.C2)).measurements().forEach(tally::add);
            assertCause(tally, loudControl(), Cause.INSTRUMENT, "showed it 0 of 100");
        }

        @Test
        void withFewSlotsTheProbeOfTheWholeRunCounts() {
            Probe oneMissed = new Probe(10, 9, 1_000, 12_000, 80_000, 100, 200, 0, 0);
            Tally tally = on(oneMissed, run(Fix.BROKEN, 10, 0, 0, Tier.C2));
            assertCause(tally, loudControl(), Cause.BUDGET, "showed it 0 of 100");
            assertThat(new Grader(X86, TestRace.BAD)
                            .grade(tally, null, agreeing(tally))
                            .cause())
                    .isEqualTo(Cause.HOST);
        }

        @Test
        void aPointThatWasNeverReachedHasTheExcuseOfItsRun() {
            assertCause(TestRace.tally(Fix.BROKEN), loudControl(), Cause.BUDGET, "in 0 samples (budget");
            Grade grade = new Grader(X86, TestRace.BAD).grade(TestRace.tally(Fix.BROKEN), null, null);
            assertThat(grade.cause()).isEqualTo(Cause.HOST);
            assertThat(grade.fails()).isFalse();
        }

        @Test
        void aProbeIsGoodFrom95OfAHundredSlotsOnAndWithLessThan5PercentStolen() {
            assertThat(new Probe(100, 95, 1, 1, 1, 1000, 2000, 99, 0).isGood()).isTrue();
            assertThat(new Probe(100, 94, 1, 1, 1, 1000, 2000, 0, 0).isGood()).isFalse();
            assertThat(new Probe(100, 100, 1, 1, 1, 1000, 2000, 100, 0).isGood())
                    .isFalse();
            assertThat(Probe.NONE.isGood()).as("who did not look has no excuse").isTrue();
        }

        @Test
        void loadDoesNotExcuseAForbiddenSample() {
            Tally starved = TestRace.tally(Fix.FIXED);
            starved.add(new Measurement(
                    TestRace.RUN,
                    1,
                    starved.point().key(),
                    Tier.C2,
                    4,
                    1000,
                    1000,
                    0.1,
                    Map.of("WRONG", 1L),
                    Map.of(),
                    TestRace.BAD,
                    null));
            assertX86(starved, null, Verdict.BROKEN, "", true);
        }

        @Test
        void oneCpu() {
            Host oneCpu = new Host("Linux", "amd64", 1, "17", Reachability.TSO);
            Grade grade = new Grader(oneCpu, TestRace.GOOD).grade(TestRace.tally(Fix.FIXED), null, null);
            assertThat(grade.reason()).isEqualTo("two actors need two CPUs, the host has one");
            assertThat(grade.fails()).isFalse();
        }
    }

    @Nested
    class Predicted {
        private final PredictionSummary onlyQuiet =
                prediction(Map.of(Reachability.TSO, Set.of("QUIET"), Reachability.WEAK, Set.of("QUIET", "OVERLAPPED")));

        @Test
        void insideThePrediction() {
            PredictionSummary all = prediction(Map.of(Reachability.TSO, Set.of("QUIET", "OVERLAPPED")));
            assertThat(onX86.grade(good(Fix.FIXED), loudControl(), all).verdict())
                    .isEqualTo(Verdict.HOLDS);
        }

        @Test
        void outsideTheHostsModelButInsideWeakItMayBeTheCompiler() {
            Grade grade = onX86.grade(good(Fix.FIXED), loudControl(), onlyQuiet);
            assertThat(grade.verdict()).isEqualTo(Verdict.UNPREDICTED);
            assertThat(grade.reason()).startsWith("compiler? OVERLAPPED is outside TSO, inside WEAK");
            assertThat(grade.fails()).isTrue();
        }

        @Test
        void outsideWeakItIsModelOrExplorer() {
            PredictionSummary nothing = prediction(Map.of());
            Grade grade = onX86.grade(good(Fix.OPEN), null, nothing);
            assertThat(grade.verdict()).isEqualTo(Verdict.UNPREDICTED);
            assertThat(grade.reason()).contains("not predicted under any memory model");
        }

        @Test
        void aWaitThatGaveUpIsNotAPrediction() {
            PredictionSummary all = prediction(Map.of(Reachability.TSO, Set.of("QUIET", "OVERLAPPED")));
            Tally tally = with(good(Fix.FIXED), Map.of("STUCK", 1L));
            assertThat(onX86.grade(tally, loudControl(), all).verdict()).isEqualTo(Verdict.HOLDS);
        }

        @Test
        void anUnfinishedExplorationCannotSayNever() {
            PredictionSummary cut = prediction(Map.of(Reachability.TSO, Set.of("QUIET", "OVERLAPPED")), "10,000 steps");
            Grade grade = onX86.grade(good(Fix.FIXED), loudControl(), cut);
            assertThat(grade.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
            assertThat(grade.reason()).contains("10,000 steps");
        }

        @Test
        void theExplorerAloneCanBreakAPoint() {
            PredictionSummary wrong = prediction(Map.of(
                    Reachability.TSO, Set.of("QUIET", "OVERLAPPED"),
                    Reachability.WEAK, Set.of("QUIET", "OVERLAPPED", "WRONG")));
            Grade grade = onX86.grade(good(Fix.FIXED), loudControl(), wrong);
            assertThat(grade.verdict()).isEqualTo(Verdict.BROKEN);
            assertThat(grade.reason()).contains("from WEAK on");
        }

        @Test
        void aCatalogueThatPromisesTooMuchBreaksAPointThatNobodyRan() {
            PredictionSummary wrong = prediction(Map.of(Reachability.SC, Set.of("WRONG")));
            assertThat(onX86.catalogue(TestRace.point(Fix.FIXED), wrong))
                    .extracting(Grade::verdict, Grade::fails)
                    .containsExactly(Verdict.BROKEN, true);
        }

        @Test
        void aCatalogueThatNamesAnotherModelFails() {
            PredictionSummary wrong = prediction(Map.of(Reachability.SC, Set.of("WRONG")));
            assertThat(onX86.catalogue(TestRace.point(Fix.RELAXED), wrong))
                    .extracting(Grade::verdict, Grade::reason)
                    .containsExactly(Verdict.UNPREDICTED, "the catalogue says WEAK, the explorer finds SC");
        }

        @Test
        void aCatalogueThatNamesAnotherModelIsNotTheCompilersFault() {
            PredictionSummary wrong = prediction(Map.of(Reachability.SC, Set.of("QUIET", "OVERLAPPED", "WRONG")));
            Grade grade = onX86.grade(run(Fix.RELAXED, 1000, 10, 5, Tier.C2), null, wrong);
            assertThat(grade.reason()).isEqualTo("the catalogue says WEAK, the explorer finds SC");
        }

        @Test
        void aCatalogueThatSaysSoAndOneThatSaysNothingPass() {
            PredictionSummary right = prediction(Map.of(Reachability.SC, Set.of("WRONG")));
            assertThat(onX86.catalogue(TestRace.point(Fix.BROKEN), right)).isNull();
            assertThat(onX86.catalogue(TestRace.point(Fix.OPEN), right)).isNull();
        }
    }

    /** Nobody has recorded anything of an own fix, so what the explorer finds is what is expected of it. */
    @Nested
    class OwnFix {
        private record Own(String name, Origin origin) implements Variant {
            Own() {
                this("MINE", new Origin(Kind.OWN, "-", "-", "it is mine"));
            }
        }

        private static Point point() {
            Point fixed = TestRace.point(Fix.FIXED);
            return new Point(
                    fixed.race(),
                    new Own(),
                    fixed.dimensions(),
                    Reachability.UNKNOWN,
                    fixed.control(),
                    fixed.stress(),
                    fixed.steps(),
                    fixed.setup());
        }

        private static Tally measured(Reachability found, long wrong) {
            Tally tally = new Tally(point().expecting(found, false), List.of(TestRace.End.values()));
            for (Tier tier : Tier.values()) {
                tally.add(new Measurement(
                        TestRace.RUN,
                        1,
                        tally.point().key(),
                        tier,
                        4,
                        1000,
                        1000,
                        1.0,
                        Map.of("QUIET", 1_000_000L, "OVERLAPPED", 1_000L, "WRONG", wrong),
                        Map.of(),
                        TestRace.GOOD,
                        null));
            }
            return tally;
        }

        private Grade grade(Grader grader, Reachability found, long wrong, @Nullable Tally control) {
            Tally tally = measured(found, wrong);
            return grader.grade(tally, control, agreeing(tally));
        }

        @Test
        void holdsOnTheSameConditionsAsOurs() {
            assertThat(grade(onX86, Reachability.NEVER, 0, loudControl()).verdict())
                    .isEqualTo(Verdict.HOLDS);
            assertThat(grade(onX86, Reachability.NEVER, 0, null).reason()).isEqualTo("control BROKEN was not planned");
            assertThat(grade(onX86, Reachability.NEVER, 0, run(Fix.BROKEN, 1000, 0, 0, Tier.C2))
                            .reason())
                    .contains("control BROKEN silent");
            assertThat(grade(onX86, Reachability.NEVER, 1, loudControl()).verdict())
                    .isEqualTo(Verdict.BROKEN);
        }

        @Test
        void thatDoesNotCloseTheRaceIsBrokenAndNotReproduced() {
            Grade shown = grade(onX86, Reachability.TSO, 250, null);
            assertThat(shown.verdict()).isEqualTo(Verdict.BROKEN);
            assertThat(shown.reason())
                    .isEqualTo(
                            "the fix does not close the race: the explorer reaches the forbidden outcome from TSO on,"
                                    + " threads showed it 1,000 times");
            assertThat(shown.fails()).isTrue();
            assertThat(grade(onX86, Reachability.SC, 0, null).reason()).endsWith("threads have not shown it");
            assertThat(grade(onArm, Reachability.WEAK, 0, null).verdict()).isEqualTo(Verdict.BROKEN);
        }

        @Test
        void isLatentOnAHostThatIsStronger() {
            Grade grade = grade(onX86, Reachability.WEAK, 0, null);
            assertThat(grade.verdict()).isEqualTo(Verdict.LATENT);
            assertThat(grade.fails()).isFalse();
            assertThat(grade(onX86, Reachability.WEAK, 1, null).verdict()).isEqualTo(Verdict.UNPREDICTED);
        }

        @Test
        void isUnknownIfTheExplorerStopped() {
            PredictionSummary cut =
                    prediction(Map.of(Reachability.WEAK, Set.of("QUIET", "OVERLAPPED")), "10,000 steps");
            Grade grade = onX86.grade(measured(Reachability.UNKNOWN, 0), null, cut);
            assertThat(grade.verdict()).isEqualTo(Verdict.UNKNOWN);
            assertThat(grade.reason()).isEqualTo("exploration stopped at its bound: 10,000 steps");
        }

        @Test
        void expectsWhatAnyModelReached() {
            Map<Reachability, Explored> models = new EnumMap<>(Reachability.class);
            models.put(
                    Reachability.SC,
                    new Explored(Answer.UNKNOWN, Set.of("QUIET"), "10 steps", 1, 1, 1, 1, "c0ffee", null));
            models.put(
                    Reachability.TSO,
                    new Explored(Answer.REACHABLE, Set.of("STUCK"), "10 steps", 1, 1, 1, 1, "c0ffee", null));
            Point settled = new PredictionSummary(models, Map.of(), null).settle(point());
            assertThat(settled.reachableFrom()).isEqualTo(Reachability.TSO);
            assertThat(settled.variant().deadlocks()).isTrue();
            assertThat(settled.variant().isOwn()).isTrue();
            assertThat(settled.key()).isEqualTo(point().key());
            Point mine = point();
            assertThat(PredictionSummary.NONE.settle(mine)).isSameAs(mine);
        }

        @Test
        void isBrokenIfThreadsShowedItThoughTheExplorerStopped() {
            PredictionSummary cut =
                    prediction(Map.of(Reachability.WEAK, Set.of("QUIET", "OVERLAPPED")), "10,000 steps");
            Grade grade = onX86.grade(measured(Reachability.UNKNOWN, 250), null, cut);
            assertThat(grade.verdict()).isEqualTo(Verdict.BROKEN);
            assertThat(grade.reason()).isEqualTo("WRONG seen 1,000 times");
        }

        @Test
        void nobodyDisagreesWithACatalogueThatHasNoEntry() {
            PredictionSummary wrong = prediction(Map.of(Reachability.SC, Set.of("WRONG")));
            assertThat(onX86.catalogue(point(), wrong)).isNull();
        }
    }

    /** From a run that holds, each single loss takes that away. */
    @Nested
    class EveryDegradation {
        private static Tally without(Tally tally, UnaryOperator<@Nullable Measurement> fate) {
            Tally less = new Tally(tally.point(), List.of(TestRace.End.values()));
            tally.measurements().forEach(m -> {
                Measurement left = fate.apply(m);
                if (left != null) {
                    less.add(left);
                }
            });
            return less;
        }

        private static Tally with(Tally tally, String word, double factor) {
            return without(tally, m -> {
                Map<String, Long> outcomes = new HashMap<>(m.outcomes());
                outcomes.computeIfPresent(word, (same, count) -> (long) (count * factor));
                return new Measurement(
                        m.run(),
                        m.vm(),
                        m.point(),
                        m.tier(),
                        m.stride(),
                        m.millis(),
                        m.measuringMillis(),
                        m.cpuShare(),
                        outcomes,
                        m.warmUp(),
                        m.probe(),
                        m.failure());
            });
        }

        private static Stream<Tally> degraded(Tally good) {
            Stream<Tally> ofTiers = Stream.of(Tier.values())
                    .flatMap(tier -> Stream.of(
                            without(good, m -> m.tier() == tier ? null : m),
                            without(good, m -> m.tier() == tier ? m.failedWith(Measurement.KILLED + "20 s") : m),
                            without(good, m -> m.tier() == tier ? m.failedWith("TEST_ERROR") : m)));
            Stream<Tally> ofCounts = Stream.of(
                    with(good, "QUIET", 0.5),
                    with(good, "OVERLAPPED", 0.5),
                    GraderTest.with(without(good, m -> m), Map.of("STUCK", Demand.DEADLOCKS)),
                    GraderTest.with(without(good, m -> m), Map.of("NOBODY_KNOWS", 1L)),
                    GraderTest.with(without(good, m -> m), Map.of("", 1L)),
                    GraderTest.with(without(good, m -> m), Map.of("WRONG", 1L)));
            return Stream.concat(ofTiers, ofCounts);
        }

        @Test
        void stopsAPointFromHolding() {
            Tally good = good(Fix.FIXED);
            PredictionSummary agrees = agreeing(good);
            assertThat(onX86.grade(good, loudControl(), agrees).verdict()).isEqualTo(Verdict.HOLDS);
            assertThat(degraded(good))
                    .hasSize(3 * Tier.values().length + 6)
                    .allSatisfy(tally -> assertThat(
                                    onX86.grade(tally, loudControl(), agrees).verdict())
                            .as(tally.outcomes() + " " + tally.failures())
                            .isNotEqualTo(Verdict.HOLDS));
            assertThat(onX86.grade(good, with(loudControl(), "WRONG", 0.99), agrees)
                            .verdict())
                    .isNotEqualTo(Verdict.HOLDS);
            assertThat(onX86.grade(good, null, agrees).verdict()).isNotEqualTo(Verdict.HOLDS);
            assertThat(onX86.grade(good, loudControl(), null).verdict()).isNotEqualTo(Verdict.HOLDS);
        }
    }
}
