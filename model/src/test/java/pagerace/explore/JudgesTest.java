// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import pagerace.machine.Machine;
import pagerace.race.Catalogue;
import pagerace.race.Outcome;
import pagerace.race.Point;
import pagerace.race.Scenario;

/**
 * A judge looks at how memory ended: equal memories are all forbidden or none, unless the race says that an outcome is what an actor
 * met on the way. {@link Prediction} insists on it wherever a point is explored in full.
 */
class JudgesTest {
    /** The race's own judge, who lets a stale entry pass if the lookup was a second one: every outcome stays reachable. */
    private static Point hiding(Point point) {
        Outcome stale = outcome(point, "STALE");
        Outcome retried = outcome(point, "RETRIED");
        return judged(point, (real, ends) -> real == stale && ends.contains("RETRY") ? retried : real);
    }

    /** {@code point} with another judge: what he says depends on the outcome of the real one, and on the ends. */
    private static Point judged(Point point, BiFunction<Outcome, String, Outcome> judge) {
        return new Point(
                point.race(),
                point.variant(),
                point.dimensions(),
                point.reachableFrom(),
                point.control(),
                point.stress(),
                (Machine machine) -> {
                    Scenario scenario = point.on(machine);
                    return new Scenario() {
                        @Override
                        public List<Supplier<?>> actors() {
                            return scenario.actors();
                        }

                        @Override
                        public Outcome judge(List<Object> ends) {
                            Outcome real = scenario.judge(ends);
                            return judge.apply(real, words(ends));
                        }
                    };
                });
    }

    private static String words(List<Object> ends) {
        return ends.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }

    private static Outcome outcome(Point point, String name) {
        return Catalogue.race(point.race()).orElseThrow().outcomes().stream()
                .filter(outcome -> outcome.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aJudgeWhoHidesOneCornerIsRefused() {
        List<Point> points = Catalogue.points()
                .filter(point -> point.race().equals("InvalidateVsSecondaryFault"))
                .filter(point -> point.variant().name().equals("KVM_COUNT_ONLY"))
                .toList();
        assertThat(points).isNotEmpty();
        assertThatThrownBy(() -> points.forEach(point -> Prediction.of(hiding(point))))
                .isInstanceOf(RuleViolation.class)
                .hasMessageContaining("KVM_COUNT_ONLY")
                .hasMessageContaining("the judge calls one final memory STALE, which is forbidden, and ")
                .hasMessageContaining("if that is meant, say byEnds of STALE");
    }

    /** An exemption that nobody needs would only weaken the rule. */
    @ParameterizedTest
    @MethodSource("exempt")
    void whatIsSaidToBeByEndsIsSo(String race, Outcome exempt) {
        assertThat(Catalogue.race(race).orElseThrow().points())
                .anySatisfy(point -> assertThat(
                                Explorer.of(judged(point, (real, ends) -> real == exempt ? new ByMemory(exempt) : real))
                                        .explore(Weak.MODEL)
                                        .contradiction())
                        .startsWith("the judge calls one final memory " + exempt.name() + ", "));
    }

    static Stream<Arguments> exempt() {
        return Catalogue.BUILT_IN.stream()
                .flatMap(race -> race.outcomes().stream()
                        .filter(Outcome::isByEnds)
                        .map(outcome -> Arguments.of(race.name(), outcome)));
    }

    /** An outcome that claims to follow from memory alone. */
    private record ByMemory(Outcome outcome) implements Outcome {
        @Override
        public String name() {
            return outcome.name();
        }

        @Override
        public Mark mark() {
            return outcome.mark();
        }

        @Override
        public boolean isByEnds() {
            return false;
        }
    }
}
