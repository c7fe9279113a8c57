// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pagerace.explore.MemoryModel;
import pagerace.explore.Prediction;
import pagerace.race.Reachability;

/**
 * Every final state under every model, not only the verdict on one condition, against the models' axioms applied to every
 * execution graph.
 */
class OracleTest {
    private static final int RANDOM_PROGRAMS = 120;

    static Stream<Corpus.Entry> corpus() {
        return Corpus.entries().stream();
    }

    static LongStream seeds() {
        return LongStream.range(0, RANDOM_PROGRAMS);
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void agreesOnTheCorpus(Corpus.Entry entry) {
        LitmusTest test = entry.litmus();
        Map<Reachability, Set<FinalState>> allowed = Oracle.finalStates(test);
        assertThat(List.of(Reachability.SC, Reachability.TSO, Reachability.WEAK))
                .map(level -> requireNonNull(allowed.get(level)).stream().anyMatch(test.condition()::holds)
                        ? "Sometimes"
                        : "Never")
                .as("the oracle's verdicts")
                .containsExactly(entry.sc(), entry.tso(), entry.weak());
        assertExplorerAgrees(test, allowed);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void agreesOnRandomPrograms(long seed) {
        LitmusTest test = LitmusTest.parse(RandomProgram.of(seed));
        assertExplorerAgrees(test, Oracle.finalStates(test));
    }

    private static void assertExplorerAgrees(LitmusTest test, Map<Reachability, Set<FinalState>> allowed) {
        for (MemoryModel model : Prediction.MODELS) {
            assertThat(reached(test, model)).as(model.level().toString()).isEqualTo(allowed.get(model.level()));
        }
    }

    static Set<FinalState> reached(LitmusTest test, MemoryModel model) {
        Set<FinalState> reached =
                new LinkedHashSet<>(test.explore(model).exploration().outcomes());
        reached.remove(FinalState.STUCK);
        return reached;
    }
}
