// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.explore.Weak;

/** Writes that nobody reads change nothing, however many there are: states grow beyond one machine word per set. */
class ManyWritesTest {
    private static final String READERS = """
            P1(int *x, int *y) {
                int r0 = READ_ONCE(*x);
                FENCE
                int r1 = READ_ONCE(*y);
            }
            P2(int *x, int *y) {
                int r0 = READ_ONCE(*y);
                FENCE
                int r1 = READ_ONCE(*x);
            }
            exists (x=1)
            """;

    private static Set<List<List<Long>>> ends(String fence, int padding) {
        StringBuilder text = new StringBuilder("C writes\n{}\nP0(int *x, int *y");
        for (int i = 0; i < padding; i++) {
            text.append(", int *p").append(i);
        }
        text.append(") {\n");
        for (int i = 0; i < padding; i++) {
            text.append("WRITE_ONCE(*p").append(i).append(", 1);\n");
        }
        text.append("WRITE_ONCE(*x, 1);\nFENCE\nWRITE_ONCE(*y, 1);\n}\n").append(READERS);
        LitmusTest test = LitmusTest.parse(text.toString().replace("FENCE", fence + "();"));
        return test.explorer().explore(Weak.MODEL).outcomes().stream()
                .map(state -> state.registers().subList(1, 3))
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @ValueSource(strings = {"smp_mb", "smp_rmb", "smp_wmb", "barrier"})
    void writesThatNobodyReadsChangeNothing(String fence) {
        assertThat(ends(fence, 30)).isEqualTo(ends(fence, 0));
    }
}
