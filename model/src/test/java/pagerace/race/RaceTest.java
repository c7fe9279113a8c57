// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import pagerace.machine.HardwareMachine;
import pagerace.machine.Machine;
import pagerace.mm.Kernel;
import pagerace.mm.Steps;
import pagerace.race.Point.Stress;

/** How a race's points come from its variants and dimensions. */
class RaceTest {
    enum Size implements Dimension {
        SMALL,
        LARGE
    }

    enum Side implements Dimension {
        LEFT,
        RIGHT
    }

    enum Step {
        ONE,
        TWO,
        THREE
    }

    enum Fix implements Candidate {
        BROKEN(Reachability.SC),
        HOLDS(Reachability.NEVER),
        /** Makes sense in some places only. */
        PARTIAL(Reachability.WEAK) {
            @Override
            public boolean has(Place at) {
                return at.is(Size.LARGE);
            }
        };

        private final Reachability from;

        Fix(Reachability from) {
            this.from = from;
        }

        @Override
        public Reachability reachableFrom(Place at) {
            return at.is(Side.RIGHT) ? from : Reachability.NEVER;
        }

        @Override
        public @Nullable Fix control(Place at) {
            return BROKEN;
        }

        @Override
        public boolean isPlanned(Place at) {
            return at.is(Side.LEFT);
        }

        @Override
        public List<Steps<?>> steps(Place at) {
            return List.of(Steps.of(Step.TWO, Step.ONE), Steps.of(Step.THREE));
        }

        @Override
        public Kernel kernel(Place at) {
            return Kernel.named("none").with(Step.values());
        }

        @Override
        public Scenario on(Machine machine, Place at, Kernel kernel) {
            return new Made(machine, at, kernel.steps(Step.class).inOrder());
        }

        @Override
        public Origin origin() {
            return Origin.mutant("none");
        }
    }

    /** Remembers what it was made from. */
    record Made(Machine machine, Place at, List<Step> steps) implements Scenario.OfTwo<Integer, Integer> {
        @Override
        public Integer first() {
            return 1;
        }

        @Override
        public Integer second() {
            return 2;
        }

        @Override
        public Outcome judge(Integer first, Integer second) {
            return Stuckness.STUCK;
        }
    }

    record OneVsOther(List<List<? extends Dimension>> dimensions) implements Race {
        @Override
        public List<Outcome> outcomes() {
            return List.of();
        }

        @Override
        public List<Fix> variants() {
            return List.of(Fix.values());
        }
    }

    private static final Race RACE = new OneVsOther(List.of(List.of(Size.values()), List.of(Side.values())));

    private static Point point(String key) {
        return RACE.points().stream()
                .filter(point -> point.key().equals(key))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void eachVariantHasAPointInEachPlaceWhereItMakesSense() {
        assertThat(RACE.points().stream().map(Point::key))
                .containsExactly(
                        "OneVsOther/BROKEN[small,left]",
                        "OneVsOther/BROKEN[small,right]",
                        "OneVsOther/BROKEN[large,left]",
                        "OneVsOther/BROKEN[large,right]",
                        "OneVsOther/HOLDS[small,left]",
                        "OneVsOther/HOLDS[small,right]",
                        "OneVsOther/HOLDS[large,left]",
                        "OneVsOther/HOLDS[large,right]",
                        "OneVsOther/PARTIAL[large,left]",
                        "OneVsOther/PARTIAL[large,right]");
        assertThat(new OneVsOther(List.of()).points().stream().map(Point::key))
                .as("without dimensions")
                .containsExactly("OneVsOther/BROKEN", "OneVsOther/HOLDS");
    }

    @Test
    void aPointIsWhatItsVariantSaysOfItsPlace() {
        Point broken = point("OneVsOther/BROKEN[small,right]");
        assertThat(broken.reachableFrom()).isEqualTo(Reachability.SC);
        assertThat(broken.controlKey()).as("x86 shows it itself").isNull();
        assertThat(broken.stress()).isEqualTo(Stress.EXPLORED_ONLY);
        Point elsewhere = point("OneVsOther/HOLDS[small,left]");
        assertThat(elsewhere.reachableFrom()).isEqualTo(Reachability.NEVER);
        assertThat(elsewhere.controlKey()).isEqualTo("OneVsOther/BROKEN[small,left]");
        assertThat(elsewhere.stress()).isEqualTo(Stress.PLANNED);
        assertThat(point("OneVsOther/PARTIAL[large,right]").controlKey())
                .as("x86 does not show what only weaker machines do")
                .isEqualTo("OneVsOther/BROKEN[large,right]");
    }

    @Test
    void aPointsStepsAreThoseOfAllItsOperationsAndCanBeDropped() {
        Machine machine = new HardwareMachine();
        Point point = point("OneVsOther/HOLDS[large,left]");
        Place place = new Place(List.of(Size.LARGE, Side.LEFT));
        assertThat(point.steps()).isEqualTo(List.of(Step.ONE, Step.TWO, Step.THREE));
        assertThat(point.on(machine)).isEqualTo(new Made(machine, place, List.of(Step.ONE, Step.TWO, Step.THREE)));
        Point without = point.without(Step.TWO);
        assertThat(without.on(machine)).isEqualTo(new Made(machine, place, List.of(Step.ONE, Step.THREE)));
        assertThat(without.steps()).isEqualTo(List.of(Step.ONE, Step.THREE));
        assertThat(without.reachableFrom()).isEqualTo(Reachability.UNKNOWN);
        assertThat(without.without(Step.ONE).on(machine)).isEqualTo(new Made(machine, place, List.of(Step.THREE)));
    }

    @Test
    void whatSomebodyFindsOutOfAPointDecidesWhetherItNeedsAControl() {
        Point point = point("OneVsOther/HOLDS[small,left]");
        assertThat(point.expecting(Reachability.WEAK, false).reachableFrom()).isEqualTo(Reachability.WEAK);
        assertThat(point.expecting(Reachability.WEAK, false).controlKey()).isEqualTo(point.controlKey());
        assertThat(point.expecting(Reachability.TSO, false).controlKey())
                .as("x86 shows it itself")
                .isNull();
    }

    @Test
    void endsOfTheWrongTypeAreAMistake() {
        Scenario made = point("OneVsOther/HOLDS[large,left]").on(new HardwareMachine());
        assertThat(made.judge(List.of(1, 2))).isEqualTo(Stuckness.STUCK);
        assertThatThrownBy(() -> made.judge(List.of("one", 2))).isInstanceOf(ClassCastException.class);
    }
}
