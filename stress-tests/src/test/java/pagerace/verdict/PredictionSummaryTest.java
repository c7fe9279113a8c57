// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import pagerace.explore.Prediction;
import pagerace.explore.Transcript;
import pagerace.race.Catalogue;
import pagerace.race.Reachability;
import pagerace.verdict.PredictionSummary.Explored;

/** What becomes of an exploration in a report. */
class PredictionSummaryTest {
    private static final Prediction BREAKS_A_RULE =
            Prediction.of(Catalogue.point("PageMkwriteVsTruncate/NO_RECHECK[truncate,missing,x86]"));

    private static PredictionSummary summary(Prediction prediction) {
        return PredictionSummary.of(prediction, schedule -> new Transcript(List.of(), List.of()));
    }

    private static Explored underSc(Prediction prediction) {
        return requireNonNull(summary(prediction).models().get(Reachability.SC));
    }

    /** The explorer ends an execution where an actor breaks a rule of reference counts; threads go on. */
    @Test
    void threadsComeToWhatIsBehindABrokenRule() {
        Explored sc = underSc(BREAKS_A_RULE);
        assertThat(sc.outcomes()).contains("TOUCHED_WHEN_FREE");
        Set<String> others = new HashSet<>(sc.outcomes());
        others.remove("TOUCHED_WHEN_FREE");
        assertThat(sc.onThreads().bound()).isNull();
        assertThat(sc.onThreads().outcomes()).containsAll(others).doesNotContain("TOUCHED_WHEN_FREE");
    }

    @Test
    void nobodyKnowsWhatIsBehindOneIfAFixFailsThere() {
        Explored sc = underSc(new Prediction(BREAKS_A_RULE.point(), BREAKS_A_RULE.explorations(), List.of()));
        assertThat(sc.bound()).isNull();
        assertThat(sc.onThreads().bound()).isNotNull();
    }

    @Test
    void whereNoRuleIsBrokenThreadsComeToWhatTheExplorerDoes() {
        Prediction prediction =
                Prediction.of(Catalogue.point("ShrinkVsPin/SKIP_PINNED[pin,small,read-then-write,x86]"));
        summary(prediction).models().values().forEach(explored -> {
            assertThat(explored.withoutRules()).isNull();
            assertThat(explored.onThreads().outcomes()).isEqualTo(explored.outcomes());
        });
    }

    @Test
    void aForbiddenOutcomeHasTheScheduleOfTheStrongestModelThatReachesIt() {
        PredictionSummary broken =
                summary(Prediction.of(Catalogue.point("ShrinkVsPin/SKIP_PINNED[pin,small,read-then-write,x86]")));
        assertThat(broken.reachableFrom()).isEqualTo(Reachability.SC);
        assertThat(requireNonNull(broken.simplest()).under()).isEqualTo(Reachability.SC);
        assertThat(requireNonNull(broken.models().get(Reachability.SEQUENTIAL)).reachability())
                .isEqualTo(PredictionSummary.Answer.NEVER);
        assertThat(requireNonNull(broken.models().get(Reachability.SC)).reachability())
                .isEqualTo(PredictionSummary.Answer.REACHABLE);
        PredictionSummary right = summary(
                Prediction.of(Catalogue.point("ShrinkVsPin/KEEP_PINNED_AFTER_UNMAP[pin,small,read-then-write,x86]")));
        assertThat(right.simplest()).isNull();
        assertThat(right.schedules()).isEmpty();
    }
}
