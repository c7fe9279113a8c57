// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.machine.HardwareMachine;

class FenceElisionTest {
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void withTheFenceAndWithoutTheOperationsAreTheSame(boolean elision) {
        assumeThat(!elision || HardwareMachine.isX86(System.getProperty("os.arch", "")))
                .as("only x86 may elide")
                .isTrue();
        FenceElision benchmark = new FenceElision();
        benchmark.elision = elision;
        benchmark.setUp();
        assertThat(benchmark.atomic()).isEqualTo(1);
        assertThat(benchmark.atomic()).isEqualTo(2);
        assertThat(benchmark.lock()).as("under the lock").isEqualTo(2);
        assertThat(benchmark.lock()).as("the lock was given back").isEqualTo(2);
        assertThat(benchmark.fence()).isEqualTo(1);
        assertThat(benchmark.pin()).as("page pinned").isEqualTo(1);
        benchmark.checkIdle();
    }
}
