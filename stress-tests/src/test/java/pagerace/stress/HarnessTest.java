// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.machine.Stuck;
import pagerace.race.Outcome;
import pagerace.race.Point;
import pagerace.race.Reachability;
import pagerace.race.Scenario;
import pagerace.verdict.TestRace;

/** The protocol of a harness: each actor, then the judge, unless a wait gave up. */
class HarnessTest {
    /** One of the two harnesses, its actors by number. */
    private record Made(List<Runnable> actors, Consumer<OutcomeWord> judge) {
        static Made of(List<Supplier<String>> actors, Supplier<Outcome> judge) {
            if (actors.size() == 2) {
                TwoActors harness = new TwoActors(point(two(actors, judge)));
                return new Made(List.of(harness::first, harness::second), harness::judge);
            }
            ThreeActors harness = new ThreeActors(point(three(actors, judge)));
            return new Made(List.of(harness::first, harness::second, harness::third), harness::judge);
        }
    }

    private static Point point(Scenario scenario) {
        return new Point(
                "TestRace",
                TestRace.Fix.FIXED,
                List.of(),
                Reachability.NEVER,
                null,
                Point.Stress.PLANNED,
                machine -> scenario);
    }

    private static Scenario two(List<Supplier<String>> actors, Supplier<Outcome> judge) {
        return new Scenario.OfTwo<String, String>() {
            @Override
            public String first() {
                return actors.get(0).get();
            }

            @Override
            public String second() {
                return actors.get(1).get();
            }

            @Override
            public Outcome judge(String first, String second) {
                assertThat(first + second).isEqualTo("ab");
                return judge.get();
            }
        };
    }

    private static Scenario three(List<Supplier<String>> actors, Supplier<Outcome> judge) {
        return new Scenario.OfThree<String, String, String>() {
            @Override
            public String first() {
                return actors.get(0).get();
            }

            @Override
            public String second() {
                return actors.get(1).get();
            }

            @Override
            public String third() {
                return actors.get(2).get();
            }

            @Override
            public Outcome judge(String first, String second, String third) {
                assertThat(first + second + third).isEqualTo("abc");
                return judge.get();
            }
        };
    }

    /** As many actors, which end with a, b and c. */
    private static List<Supplier<String>> actors(int number) {
        return new ArrayList<>(
                List.<Supplier<String>>of(() -> "a", () -> "b", () -> "c").subList(0, number));
    }

    private static String word(List<Supplier<String>> actors, Supplier<Outcome> judge) {
        Made harness = Made.of(actors, judge);
        OutcomeWord result = new OutcomeWord();
        harness.actors.forEach(Runnable::run);
        harness.judge.accept(result);
        return result.toString();
    }

    private static <T> Supplier<T> noting(List<String> ran, String part, T end) {
        return () -> {
            ran.add(part);
            return end;
        };
    }

    /** Whichever actor is the fastest. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void eachPartRunsOnceAndInItsPlace(int number) {
        List<String> ran = new ArrayList<>();
        List<Supplier<String>> actors = actors(number);
        actors.replaceAll(actor -> noting(ran, "actor " + actor.get(), actor.get()));
        Made harness = Made.of(actors, noting(ran, "judge", TestRace.End.QUIET));
        assertThat(ran).isEmpty();
        List<String> expected = new ArrayList<>();
        for (int actor = number - 1; actor >= 0; actor--) {
            harness.actors.get(actor).run();
            expected.add("actor " + "abc".charAt(actor));
            assertThat(ran).isEqualTo(expected);
        }
        harness.judge.accept(new OutcomeWord());
        expected.add("judge");
        assertThat(ran).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void nobodyJudgesBeforeAllHaveEnded(int number) {
        Made harness = Made.of(actors(number), () -> {
            throw new AssertionError("judged");
        });
        OutcomeWord result = new OutcomeWord();
        for (Runnable actor : harness.actors) {
            harness.judge.accept(result);
            assertThat(result).hasToString("STUCK");
            actor.run();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void theJudgeGetsAllEndsAndItsOutcomeIsTheWord(int number) {
        assertThat(word(actors(number), () -> TestRace.End.QUIET)).isEqualTo("QUIET");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void aWaitThatGivesUpIsStuckAndNobodyJudges(int number) {
        for (int stuck = 0; stuck < number; stuck++) {
            List<Supplier<String>> actors = actors(number);
            actors.set(stuck, () -> {
                throw Stuck.STUCK;
            });
            assertThat(word(actors, () -> {
                        throw new AssertionError("judged");
                    }))
                    .isEqualTo("STUCK");
        }
        assertThat(word(actors(number), () -> {
                    throw Stuck.STUCK;
                }))
                .isEqualTo("STUCK");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void anyOtherExceptionIsAFailureOfTheHarness(int number) {
        List<Supplier<String>> actors = actors(number);
        actors.set(number - 1, () -> {
            throw new IllegalStateException("a bug");
        });
        assertThatThrownBy(() -> word(actors, () -> TestRace.End.QUIET)).hasMessage("a bug");
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
