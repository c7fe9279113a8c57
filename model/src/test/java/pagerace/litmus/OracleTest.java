// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pagerace.explore.Weak;

/**
 * All final states under WEAK, not only the verdict on one condition, against the kernel model's axioms applied to every
 * execution graph.
 */
class OracleTest {
    static Stream<Corpus.Entry> randomPrograms() {
        return Corpus.entries().stream().filter(entry -> entry.set().equals("random"));
    }

    @ParameterizedTest
    @MethodSource("randomPrograms")
    void theExplorerReachesExactlyTheFinalStatesThatTheAxiomsAllow(Corpus.Entry entry) {
        LitmusTest test = entry.litmus();
        assertThat(reached(test)).containsExactlyInAnyOrderElementsOf(Oracle.finalStates(test));
    }

    static Set<FinalState> reached(LitmusTest test) {
        Set<FinalState> reached =
                new LinkedHashSet<>(test.explore(Weak.MODEL).exploration().outcomes());
        reached.remove(FinalState.STUCK);
        return reached;
    }

    @Test
    void theOracleKnowsTheRecordedVerdicts() {
        randomPrograms().forEach(entry -> {
            LitmusTest test = entry.litmus();
            boolean reachable = Oracle.finalStates(test).stream().anyMatch(test.condition()::holds);
            assertThat(reachable ? "Sometimes" : "Never").as(entry.toString()).isEqualTo(entry.weak());
        });
    }
}
