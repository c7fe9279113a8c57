// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ChoicesTest {
    private static final Shape SHAPE = new Shape(2, 64, 1024);

    private static List<Choice> round(long seed, int thread, long round) {
        Choices choices = new Choices(seed, thread, SHAPE);
        choices.begin(round);
        List<Choice> all = new ArrayList<>();
        while (choices.hasNext()) {
            all.add(choices.next());
        }
        return all;
    }

    /** Forty rounds from {@code first} on: brief ones and long ones. */
    private static List<Choice> rounds(long seed, int thread, long first) {
        return LongStream.range(first, first + 40)
                .boxed()
                .flatMap(round -> round(seed, thread, round).stream())
                .toList();
    }

    @Test
    void aSeedGivesTheSameSequence() {
        assertThat(rounds(5, 1, 7)).isEqualTo(rounds(5, 1, 7)).hasSizeGreaterThanOrEqualTo(100);
    }

    @Test
    void threadsRoundsAndSeedsDiffer() {
        assertThat(rounds(5, 1, 7))
                .isNotEqualTo(rounds(5, 0, 7))
                .isNotEqualTo(rounds(5, 1, 8))
                .isNotEqualTo(rounds(6, 1, 7));
    }

    /** Which rounds were begun before does not matter, as it would if a generator went on from one to the next. */
    @Test
    void aRoundIsTheSameWhateverCameBefore() {
        Choices choices = new Choices(5, 1, SHAPE);
        choices.begin(3);
        choices.next();
        choices.begin(7);
        assertThat(choices.next()).isEqualTo(round(5, 1, 7).get(0));
    }

    @Test
    void everyActionIsChosenAndEveryPageIsInItsArea() {
        Set<Action> seen = EnumSet.noneOf(Action.class);
        for (int i = 0; i < 2_000; i++) {
            for (Choice choice : round(1, 0, i)) {
                seen.add(choice.action());
                assertThat(choice.page()).isBetween(0, SHAPE.pages(choice.action().area) - 1);
                assertThat(choice.bits()).isNotNegative();
            }
        }
        assertThat(seen).containsExactlyInAnyOrder(Action.values());
    }
}
