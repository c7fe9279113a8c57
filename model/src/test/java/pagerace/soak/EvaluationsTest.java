// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class EvaluationsTest {
    private static final int THREADS = 3;

    private final Evaluations evaluations = new Evaluations();

    private SoakResult.Evaluated row(Check check) {
        return SoakResult.table(evaluations, THREADS)
                .get(List.of(Check.values()).indexOf(check));
    }

    @Test
    void howOftenAndOnHowManyDifferentObjects() {
        assertThat(evaluations.holds(Check.SHMEM_MAPPED, 7, true)).isTrue();
        assertThat(evaluations.holds(Check.SHMEM_MAPPED, 7, false)).isFalse();
        evaluations.add(Check.SHMEM_MAPPED, 9, 3);
        evaluations.add(Check.SHMEM_MAPPED, 10, 0);
        assertThat(row(Check.SHMEM_MAPPED))
                .isEqualTo(new SoakResult.Evaluated(
                        "mapped while in file", "entries of shmem", "between rounds", 5, 2, 1, "pages"));
    }

    @Test
    void threadsAddUp() {
        evaluations.holds(Check.MAPPED_ONCE, 7, true);
        Evaluations other = new Evaluations();
        other.holds(Check.MAPPED_ONCE, 7, true);
        other.holds(Check.MAPPED_ONCE, 8, true);
        evaluations.add(other);
        assertThat(row(Check.MAPPED_ONCE).times()).isEqualTo(3);
        assertThat(row(Check.MAPPED_ONCE).objects()).isEqualTo(2);
    }

    /** What each thread holds must be looked at for each of them. */
    @Test
    void theyAreCompleteOnceEachWasEvaluatedOnAllThatItMustBe() {
        for (Check check : Check.values()) {
            int objects = check.on == Check.On.THREADS ? THREADS : 1;
            for (int object = 0; object < objects; object++) {
                assertThat(evaluations.areComplete(THREADS)).isFalse();
                evaluations.holds(check, object, true);
            }
        }
        assertThat(evaluations.areComplete(THREADS)).isTrue();
    }

    /** What nobody has touched yet holds as it was made. */
    @Test
    void aFreshWorldHasNothingToEvaluate() {
        World world = new World(new Shape(2, 64, 512), World.MAINLINE);
        Cpu cpu = new Cpu(0, evaluations);
        Invariants invariants = new Invariants(world, List.of(cpu), new AnonActor(world, cpu));
        invariants.checkDiskOnly();
        invariants.checkWithData(new int[] {0, 1});
        assertThat(Check.values())
                .allSatisfy(check -> assertThat(evaluations.times(check)).isZero());
    }
}
