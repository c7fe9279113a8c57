// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pagerace.explore.Access;
import pagerace.explore.MemoryModel;
import pagerace.explore.Prediction;
import pagerace.explore.Solo;
import pagerace.machine.Word;
import pagerace.race.Reachability;

/**
 * Every step that words and machines offer, in each of its orders, against the axioms: those that no litmus test in C can have, too,
 * such as {@code clear_bit_unlock}, waits, and locks that are one bit of a word.
 */
class OfferedStepsTest {
    private static final int RANDOM_PROGRAMS = 150;

    static Stream<OfferedProgram> shapes() {
        return Offer.all().stream().flatMap(OfferedProgram::shapes);
    }

    static Stream<OfferedProgram> randomPrograms() {
        return LongStream.range(0, RANDOM_PROGRAMS).mapToObj(OfferedProgram::random);
    }

    @ParameterizedTest
    @MethodSource({"shapes", "randomPrograms"})
    void agreesOnEachFinalState(OfferedProgram program) {
        LitmusTest test = program.litmus();
        Map<Reachability, Set<FinalState>> allowed = Oracle.finalStates(test);
        for (MemoryModel model : Prediction.MODELS) {
            assertThat(OracleTest.reached(test, model))
                    .as(model.level().toString())
                    .isEqualTo(allowed.get(model.level()));
        }
    }

    /** A kind that nobody offers here is one that nobody compares. */
    @Test
    void everyKindIsOfferedAndDrawn() {
        Set<Access.Kind> kinds = Offer.all().stream()
                .map(Offer::kind)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Access.Kind.class)));
        assertThat(kinds).isEqualTo(EnumSet.allOf(Access.Kind.class));
        Set<String> drawn = randomPrograms()
                .flatMap(program -> program.actors().stream())
                .flatMap(List::stream)
                .map(access -> access.offer().toString())
                .collect(Collectors.toSet());
        assertThat(drawn)
                .containsExactlyInAnyOrderElementsOf(
                        Offer.all().stream().map(Offer::toString).toList());
    }

    static List<Offer> offers() {
        return Offer.all();
    }

    @ParameterizedTest
    @MethodSource("offers")
    void itTakesTheStepThatItsNameSays(Offer offer) {
        Solo solo = Solo.of(machine -> {
                    Word word = machine.word("word", offer.ready());
                    Supplier<Long> call = () -> offer.primitive().effect().apply(machine, word, new long[] {2});
                    return call;
                })
                .orElseThrow();
        Access access = solo.accesses().get(0).access();
        assertThat(solo.accesses()).hasSize(1);
        assertThat(access.kind()).isEqualTo(offer.kind());
        assertThat(access.order()).isEqualTo(offer.order());
    }
}
