// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class EvaluationsTest {
    private final Evaluations evaluations = new Evaluations();

    private SoakResult.Evaluated exclusivity() {
        List<SoakResult.Evaluated> rows = SoakResult.table(evaluations);
        return rows.stream()
                .filter(row -> row.invariant().equals("exclusivity"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void howOftenAndOnHowManyDifferentObjects() {
        assertThat(evaluations.holds(Invariant.EXCLUSIVITY, Moment.BETWEEN_ROUNDS, 7, true))
                .isTrue();
        assertThat(evaluations.holds(Invariant.EXCLUSIVITY, Moment.BETWEEN_ROUNDS, 7, false))
                .isFalse();
        evaluations.add(Invariant.EXCLUSIVITY, Moment.BETWEEN_ROUNDS, 9, 3);
        evaluations.add(Invariant.EXCLUSIVITY, Moment.BETWEEN_ROUNDS, 10, 0);
        assertThat(exclusivity()).isEqualTo(new SoakResult.Evaluated("exclusivity", "between rounds", 5, 2, "folios"));
    }

    @Test
    void threadsAddUp() {
        evaluations.holds(Invariant.EXCLUSIVITY, Moment.BETWEEN_ROUNDS, 7, true);
        Evaluations other = new Evaluations();
        other.holds(Invariant.EXCLUSIVITY, Moment.BETWEEN_ROUNDS, 7, true);
        other.holds(Invariant.EXCLUSIVITY, Moment.BETWEEN_ROUNDS, 8, true);
        evaluations.add(other);
        assertThat(exclusivity().times()).isEqualTo(3);
        assertThat(exclusivity().objects()).isEqualTo(2);
    }

    @Test
    void theyAreCompleteOnceEachWasEvaluatedAtEachOfItsMoments() {
        for (Invariant invariant : Invariant.values()) {
            for (Moment moment : invariant.moments) {
                assertThat(evaluations.areComplete()).isFalse();
                evaluations.holds(invariant, moment, 0, true);
            }
        }
        assertThat(evaluations.areComplete()).isTrue();
    }

    @Test
    void aMomentThatTheInvariantDoesNotName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> evaluations.holds(Invariant.EXCLUSIVITY, Moment.BY_DATA, 7, true))
                .withMessage("exclusivity is not to be evaluated by data");
    }
}
