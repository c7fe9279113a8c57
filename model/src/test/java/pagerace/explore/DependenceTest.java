// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import pagerace.machine.Machine;
import pagerace.machine.Order;
import pagerace.machine.Word;

/**
 * Dependencies of opaque actors, seen through the shape S: {@code x = 2; wmb; y = 1} against an actor that reads y and then
 * writes 1 to x. It can end with y read as 1 and x as 2 exactly if nothing orders that read before that write.
 */
class DependenceTest {
    /** The words that the second actor may use. */
    private record Words(Machine machine, Word x, Word y, Word z) {}

    private record Shape(Words words, BiConsumer<Words, long[]> second) implements Program<Boolean> {
        @Override
        public List<Supplier<?>> actors() {
            return List.of(
                    () -> {
                        words.x().writeOnce(2);
                        words.machine().smpWmb();
                        words.y().writeOnce(1);
                        return "done";
                    },
                    () -> {
                        long[] seen = new long[1];
                        second.accept(words, seen);
                        return seen[0];
                    });
        }

        @Override
        public Boolean judge(List<Object> ends) {
            return ends.get(1).equals(1L) && words.x().readOnce() == 2;
        }

        @Override
        public Boolean stuck() {
            return false;
        }
    }

    private static boolean isUnordered(BiConsumer<Words, long[]> second) {
        return Explorer.of(machine -> new Shape(
                        new Words(machine, machine.word("x", 0), machine.word("y", 0), machine.word("z", 0)), second))
                .explore(Weak.MODEL)
                .outcomes()
                .contains(true);
    }

    @Test
    void aWriteDoesNotDependOnAReadWhoseValueIsNotUsed() {
        assertThat(isUnordered((words, seen) -> {
                    seen[0] = words.y().readOnce();
                    words.x().writeOnce(1);
                }))
                .isTrue();
    }

    @Test
    void aWriteDependsOnAReadThatDecidesWhetherItHappens() {
        assertThat(isUnordered((words, seen) -> {
                    seen[0] = words.y().readOnce();
                    if (seen[0] == 1) {
                        words.x().writeOnce(1);
                    }
                }))
                .isFalse();
    }

    @Test
    void aWriteAfterAnEarlyReturnDependsOnItsCondition() {
        assertThat(isUnordered((words, seen) -> {
                    seen[0] = words.y().readOnce();
                    if (seen[0] > 500) {
                        return;
                    }
                    words.x().writeOnce(1);
                }))
                .isFalse();
    }

    @Test
    void aWriteDependsOnAReadThatItsValueIsComputedFrom() {
        assertThat(isUnordered((words, seen) -> {
                    seen[0] = words.y().readOnce();
                    words.x().writeOnce(3 * seen[0] - 2);
                }))
                .isFalse();
    }

    @Test
    void aWriteDoesNotDependOnAReadThatCancelsOut() {
        assertThat(isUnordered((words, seen) -> {
                    seen[0] = words.y().readOnce();
                    words.x().writeOnce(1 + seen[0] - seen[0]);
                }))
                .isTrue();
    }

    @Test
    void aWriteAfterAnIfDoesNotDependOnItsCondition() {
        assertThat(isUnordered((words, seen) -> {
                    seen[0] = words.y().readOnce();
                    if (seen[0] == 1) {
                        words.z().readOnce();
                        words.z().writeOnce(1);
                    }
                    words.x().writeOnce(1);
                }))
                .isTrue();
    }

    @Test
    void aWriteDependsOnAReadThatChoosesTheWord() {
        assertThat(isUnordered((words, seen) -> {
                    seen[0] = words.y().readOnce();
                    (seen[0] == 1 ? words.x() : words.z()).writeOnce(1);
                }))
                .isFalse();
    }

    @Test
    void aDependencyPassesThroughTheActorsOwnWrite() {
        assertThat(isUnordered((words, seen) -> {
                    seen[0] = words.y().readOnce();
                    words.z().writeOnce(seen[0]);
                    words.x().writeOnce(words.z().readOnce());
                }))
                .isFalse();
    }

    @Test
    void aReadModifyWriteDependsAsAWriteDoes() {
        assertThat(isUnordered((words, seen) -> {
                    seen[0] = words.y().readOnce();
                    words.x().xchg(seen[0], Order.RELAXED);
                }))
                .isFalse();
        assertThat(isUnordered((words, seen) -> {
                    seen[0] = words.y().readOnce();
                    words.x().xchg(1, Order.RELAXED);
                }))
                .isTrue();
    }

    @Test
    void aWriteDependsOnWhatItsActorWaitedFor() {
        assertThat(isUnordered((words, seen) -> {
                    seen[0] = words.y().await(value -> value == 1);
                    words.x().writeOnce(1);
                }))
                .isFalse();
    }

    @Test
    void anActorThatFailsOnAValueItNeverReadsDependsOnIt() {
        assertThat(isUnordered((words, seen) -> {
                    seen[0] = words.y().readOnce();
                    List.of(0, 1).get((int) seen[0]);
                    words.x().writeOnce(1);
                }))
                .isFalse();
    }
}
