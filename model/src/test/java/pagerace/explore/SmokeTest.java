// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import pagerace.machine.Machine;
import pagerace.machine.Word;

class SmokeTest {
    @Test
    void storeBuffering() {
        var explorer = Explorer.of(StoreBuffering::new);
        var sc = explorer.explore(Sc.MODEL);
        assertThat(sc.outcomes()).containsExactlyInAnyOrder("[0, 1]", "[1, 0]", "[1, 1]");
        assertThat(explorer.explore(Tso.MODEL).outcomes()).contains("[0, 0]");
    }

    private static final class StoreBuffering implements Program<String> {
        private final Word x;
        private final Word y;

        StoreBuffering(Machine machine) {
            x = machine.word("x", 0);
            y = machine.word("y", 0);
        }

        @Override
        public List<Supplier<?>> actors() {
            return List.of(
                    () -> {
                        x.writeOnce(1);
                        return y.readOnce();
                    },
                    () -> {
                        y.writeOnce(1);
                        return x.readOnce();
                    });
        }

        @Override
        public String judge(List<Object> ends) {
            return ends.toString();
        }

        @Override
        public String stuck() {
            return "STUCK";
        }
    }
}
