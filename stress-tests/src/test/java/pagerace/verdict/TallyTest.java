// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import pagerace.verdict.TestRace.Fix;

/** What is summed up, and what is not. */
class TallyTest {
    private static Measurement fork(
            Tier tier, Map<String, Long> outcomes, Map<String, Long> warmUp, double cpuShare, Probe probe) {
        return new Measurement("a", 1, "b", tier, 4, 1000, 500, cpuShare, outcomes, warmUp, probe, null);
    }

    private static Tally tally(Fix fix, Measurement... forks) {
        Tally tally = TestRace.tally(fix);
        for (Measurement fork : forks) {
            tally.add(fork);
        }
        return tally;
    }

    @Test
    void samplesAndWindowsAreCountedByTierAndInAll() {
        Tally tally = tally(
                Fix.FIXED,
                fork(Tier.C1, Map.of("QUIET", 5L, "OVERLAPPED", 2L), Map.of("QUIET", 100L), 1, TestRace.GOOD),
                fork(Tier.C2, Map.of("QUIET", 40L, "OVERLAPPED", 10L), Map.of("WRONG", 1L), 1, TestRace.GOOD));
        assertThat(tally.samples()).isEqualTo(57);
        assertThat(tally.samples(Tier.C1)).isEqualTo(7);
        assertThat(tally.windows()).isEqualTo(12);
        assertThat(tally.windows(Tier.C2)).isEqualTo(10);
        assertThat(tally.executions()).as("with those of warm-ups").isEqualTo(158);
        assertThat(tally.forbidden()).isEqualTo(1);
        assertThat(tally.forbiddenSamples()).isZero();
    }

    @Test
    void ofAWarmUpNobodyOverlooksWhatIsForbiddenStuckOrUnknown() {
        Tally tally = tally(
                Fix.FIXED,
                fork(
                        Tier.C1,
                        Map.of("QUIET", 5L),
                        Map.of("QUIET", 100L, "OVERLAPPED", 9L, "WRONG", 1L, "STUCK", 2L, "STRANGE", 3L),
                        1,
                        TestRace.GOOD));
        assertThat(tally.early())
                .isEqualTo(Map.of(
                        "WRONG", Map.of(Tier.C1, 1L),
                        "STUCK", Map.of(Tier.C1, 2L),
                        "STRANGE", Map.of(Tier.C1, 3L)));
        assertThat(tally.strangers()).containsExactly("STRANGE");
    }

    @Test
    void waitsThatGaveUpCountAsUndisturbedOnlyBesideAGoodProbeAndWithTheCpusToThemselves() {
        Map<String, Long> stuck = Map.of("STUCK", 1L);
        assertThat(tally(Fix.FIXED, fork(Tier.C2, stuck, Map.of(), Tally.UNDISTURBED, TestRace.GOOD))
                        .stuckUndisturbed())
                .isEqualTo(1);
        assertThat(tally(Fix.FIXED, fork(Tier.C2, stuck, Map.of(), Tally.UNDISTURBED - 0.01, TestRace.GOOD))
                        .stuckUndisturbed())
                .isZero();
        assertThat(tally(Fix.FIXED, fork(Tier.C2, stuck, Map.of(), 1, TestRace.BAD))
                        .stuckUndisturbed())
                .isZero();
    }

    @Test
    void failuresCountAgainstTheInstrumentOnlyOnGoodHosts() {
        Measurement good = fork(Tier.C2, Map.of(), Map.of(), 1, TestRace.GOOD).failedWith("it hung");
        Measurement bad = fork(Tier.C2, Map.of(), Map.of(), 1, TestRace.BAD).failedWith("it hung");
        assertThat(tally(Fix.FIXED, good, bad, bad).failuresOnGoodHosts()).isEqualTo(1);
    }
}
