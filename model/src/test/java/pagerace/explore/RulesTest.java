// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import pagerace.machine.Machine;
import pagerace.machine.Order;
import pagerace.machine.Word;

/** Model code that breaks a rule is an error that names class and line, never a verdict. */
class RulesTest {
    private record Actors(List<Supplier<?>> actors) implements Program<String> {
        @Override
        public String judge(List<Object> ends) {
            return ends.toString();
        }

        @Override
        public String stuck() {
            return "stuck";
        }
    }

    private static Exploration<String> explore(BiFunction<Machine, Word, Supplier<?>> actor) {
        return Explorer.<String>of(machine -> {
                    Word word = machine.word("pte", 0);
                    return new Actors(List.of(actor.apply(machine, word), word::readOnce));
                })
                .explore(Sc.MODEL);
    }

    private static void assertRefused(BiFunction<Machine, Word, Supplier<?>> actor, String... message) {
        assertThatThrownBy(() -> explore(actor))
                .isInstanceOf(RuleViolation.class)
                .message()
                .contains(message)
                .containsPattern("RulesTest[$.\\w]*:\\d+");
    }

    @Test
    void whoeverKeepsTheRulesIsExplored() {
        assertThat(explore((machine, word) -> () -> word.xchg(1, Order.FULL)).outcomes())
                .containsExactlyInAnyOrder("[0, 0]", "[0, 1]");
    }

    @Test
    void aFieldThatChoosesTheStep() {
        int[] field = {0};
        assertRefused(
                (machine, word) -> () -> {
                    word.writeOnce(field[0]++);
                    return "";
                },
                "did not repeat itself",
                "WRITE");
    }

    @Test
    void aFieldThatChoosesTheEnd() {
        int[] field = {0};
        assertRefused(
                (machine, word) -> () -> {
                    word.readOnce();
                    return field[0]++;
                },
                "did not repeat itself",
                "returned 1");
    }

    @Test
    void aFieldThatAnotherActorWrites() {
        int[] field = {0};
        assertThatThrownBy(() -> Explorer.<String>of(machine -> {
                            Word word = machine.word("pte", 0);
                            return new Actors(List.of(
                                    () -> {
                                        word.readOnce();
                                        word.writeOnce(field[0]);
                                        return word.readOnce();
                                    },
                                    () -> {
                                        word.readOnce();
                                        field[0] = 1;
                                        return "";
                                    }));
                        })
                        .explore(Sc.MODEL))
                .isInstanceOf(RuleViolation.class)
                .hasMessageContaining("did not repeat itself");
    }

    @Test
    void random() {
        Random random = new Random(1);
        assertRefused(
                (machine, word) -> () -> {
                    if (random.nextBoolean()) {
                        word.readOnce();
                    }
                    return word.readOnce() + random.nextLong();
                },
                "did not repeat itself");
    }

    @Test
    @SuppressWarnings("CatchAndPrintStackTrace")
    void catchingTheStop() {
        assertRefused(
                (machine, word) -> () -> {
                    try {
                        return word.readOnce();
                    } catch (Throwable e) {
                        return -1;
                    }
                },
                "caught the stop",
                "returned -1");
    }

    @Test
    void catchingTheStopAndThrowing() {
        assertRefused(
                (machine, word) -> () -> {
                    try {
                        return word.readOnce();
                    } catch (Throwable e) {
                        throw new IllegalStateException(e);
                    }
                },
                "caught the stop",
                "IllegalStateException");
    }

    @Test
    void unlockingInFinally() {
        assertRefused(
                (machine, word) -> () -> {
                    try {
                        return word.readOnce();
                    } finally {
                        word.storeRelease(0);
                    }
                },
                "caught the stop",
                "went on with WRITE");
    }

    @Test
    void catchingTheReproach() {
        assertRefused(
                (machine, word) -> () -> {
                    try {
                        return word.readOnce();
                    } finally {
                        try {
                            word.storeRelease(0);
                        } catch (RuntimeException e) {
                            machine.smpMb();
                        }
                    }
                },
                "caught the stop");
    }

    @Test
    void throwing() {
        assertRefused(
                (machine, word) -> () -> {
                    throw new IllegalStateException("BUG");
                },
                "threw java.lang.IllegalStateException: BUG");
    }

    @Test
    void returningNull() {
        assertRefused(
                (machine, word) -> () -> {
                    word.writeOnce(1);
                    return null;
                },
                "returned null");
    }

    @Test
    void makingAWordLate() {
        assertRefused((machine, word) -> () -> machine.word("late", 0), "late was made outside setup");
    }

    @Test
    void touchingAWordOfAnotherMachine() {
        Word[] foreign = new Word[1];
        Explorer.of(machine -> {
            foreign[0] = machine.word("foreign", 0);
            return new Actors(List.of(() -> ""));
        });
        assertRefused((machine, word) -> () -> foreign[0].readOnce(), "foreign was used outside");
    }

    @Test
    void waitingInSetup() {
        assertRefused(
                (machine, word) -> {
                    word.await(value -> value == 1);
                    return () -> "";
                },
                "setup waits for ever for pte");
    }

    @Test
    void aFenceThatLeansOnNothing() {
        assertRefused(
                (machine, word) -> () -> {
                    machine.smpMbBeforeAtomic();
                    return word.readOnce();
                },
                "MB_BEFORE_ATOMIC",
                "stands beside no read-modify-write");
        assertRefused(
                (machine, word) -> () -> {
                    word.writeOnce(1);
                    machine.smpMbAfterAtomic();
                    return "";
                },
                "MB_AFTER_ATOMIC",
                "stands beside no read-modify-write");
    }

    /** Whether the one fence of an actor counted as a full fence, in a program where it may stand alone. */
    private static boolean isFullFence(BiFunction<Machine, Word, Supplier<?>> actor) {
        record Lenient(List<Supplier<?>> actors) implements Program<String> {
            @Override
            public String judge(List<Object> ends) {
                return "";
            }

            @Override
            public String stuck() {
                return "stuck";
            }

            @Override
            public boolean loneFencesAreMistakes() {
                return false;
            }
        }
        Explorer<String> explorer = Explorer.of(machine -> {
            Word word = machine.word("pte", 0);
            return new Lenient(List.of(actor.apply(machine, word)));
        });
        Schedule schedule =
                Objects.requireNonNull(explorer.explore(Sc.MODEL).schedules().get(""));
        return schedule.events().stream()
                .map(Schedule.Event::access)
                .filter(step -> step != null && step.kind().isFence())
                .findFirst()
                .orElseThrow()
                .isFullFence();
    }

    @Test
    void aFenceThatLeansOnNothingIsNothingInLitmusTests() {
        assertThat(isFullFence((machine, word) -> () -> {
                    word.add(1);
                    machine.smpMbAfterAtomic();
                    return "";
                }))
                .isTrue();
        assertThat(isFullFence((machine, word) -> () -> {
                    machine.smpMbBeforeAtomic();
                    word.add(1);
                    return "";
                }))
                .isTrue();
        assertThat(isFullFence((machine, word) -> () -> {
                    word.writeOnce(1);
                    machine.smpMbAfterAtomic();
                    return "";
                }))
                .isFalse();
        assertThat(isFullFence((machine, word) -> () -> {
                    machine.smpMbBeforeAtomic();
                    return word.readOnce();
                }))
                .isFalse();
        assertThat(isFullFence((machine, word) -> () -> {
                    word.cmpxchg(5, 6, Order.RELAXED);
                    machine.smpMbAfterAtomic();
                    return "";
                }))
                .isFalse();
    }

    @Test
    void setupMayUseWords() {
        assertThat(explore((machine, word) -> {
                            word.add(4);
                            return () -> "";
                        })
                        .outcomes())
                .containsExactly("[, 4]");
    }
}
