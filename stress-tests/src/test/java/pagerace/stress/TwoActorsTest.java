// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import pagerace.machine.Stuck;
import pagerace.race.Outcome;
import pagerace.race.Point;
import pagerace.race.Reachability;
import pagerace.race.Scenario;
import pagerace.verdict.TestRace;

/** The protocol of a harness: two actors, then the judge, unless a wait gave up. */
class TwoActorsTest {
    private static String stuck() {
        throw Stuck.STUCK;
    }

    private static Point point(Supplier<String> first, Supplier<String> second, Supplier<Outcome> judge) {
        return new Point(
                "TestRace",
                TestRace.Fix.FIXED,
                List.of(),
                Reachability.NEVER,
                null,
                Point.Stress.PLANNED,
                machine -> new Scenario<String, String>() {
                    @Override
                    public String first() {
                        return first.get();
                    }

                    @Override
                    public String second() {
                        return second.get();
                    }

                    @Override
                    public Outcome judge(String firstEnd, String secondEnd) {
                        assertThat(firstEnd + secondEnd).isEqualTo("ab");
                        return judge.get();
                    }
                });
    }

    private static String word(Supplier<String> first, Supplier<String> second, Supplier<Outcome> judge) {
        TwoActors harness = new TwoActors(point(first, second, judge));
        OutcomeWord result = new OutcomeWord();
        harness.first();
        harness.second();
        harness.judge(result);
        return result.toString();
    }

    private static <T> Supplier<T> noting(List<String> ran, String part, T end) {
        return () -> {
            ran.add(part);
            return end;
        };
    }

    /** Whichever actor is the faster. */
    @Test
    void eachPartRunsOnceAndInItsPlace() {
        List<String> ran = new ArrayList<>();
        TwoActors harness = new TwoActors(
                point(noting(ran, "first", "a"), noting(ran, "second", "b"), noting(ran, "judge", TestRace.End.QUIET)));
        assertThat(ran).isEmpty();
        harness.second();
        assertThat(ran).containsExactly("second");
        harness.first();
        assertThat(ran).containsExactly("second", "first");
        harness.judge(new OutcomeWord());
        assertThat(ran).containsExactly("second", "first", "judge");
    }

    @Test
    void nobodyJudgesBeforeBothHaveEnded() {
        List<String> ran = new ArrayList<>();
        TwoActors harness = new TwoActors(
                point(noting(ran, "first", "a"), noting(ran, "second", "b"), noting(ran, "judge", TestRace.End.QUIET)));
        OutcomeWord result = new OutcomeWord();
        harness.judge(result);
        harness.first();
        harness.judge(result);
        assertThat(ran).containsExactly("first");
        assertThat(result).hasToString("STUCK");
    }

    @Test
    void theJudgeGetsBothEndsAndItsOutcomeIsTheWord() {
        assertThat(word(() -> "a", () -> "b", () -> TestRace.End.QUIET)).isEqualTo("QUIET");
    }

    @Test
    void aWaitThatGivesUpIsStuckAndNobodyJudges() {
        Supplier<Outcome> never = () -> {
            throw new AssertionError("judged");
        };
        assertThat(word(TwoActorsTest::stuck, () -> "b", never)).isEqualTo("STUCK");
        assertThat(word(() -> "a", TwoActorsTest::stuck, never)).isEqualTo("STUCK");
        assertThat(word(() -> "a", () -> "b", () -> {
                    throw Stuck.STUCK;
                }))
                .isEqualTo("STUCK");
    }

    @Test
    void anyOtherExceptionIsAFailureOfTheHarness() {
        assertThatThrownBy(() -> word(
                        () -> "a",
                        () -> {
                            throw new IllegalStateException("a bug");
                        },
                        () -> TestRace.End.QUIET))
                .hasMessage("a bug");
    }

    @Test
    void wordsAreCountedByTheirText() {
        OutcomeWord one = new OutcomeWord();
        OutcomeWord other = new OutcomeWord();
        assertThat(one).isEqualTo(other).hasSameHashCodeAs(other);
        one.word = "QUIET";
        assertThat(one).isNotEqualTo(other);
        other.word = "QUIET";
        assertThat(one).isEqualTo(other).hasSameHashCodeAs(other);
    }
}
