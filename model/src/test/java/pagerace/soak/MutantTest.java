// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MutantTest {
    @ParameterizedTest
    @EnumSource
    void onlyADeadlockMayShowAsAWaitThatGaveUpAndNoneAsACrash(Mutant mutant) {
        assertThat(mutant.mayShowAs("exclusive pins: a pin for writing is on folio 37"))
                .isTrue();
        assertThat(mutant.mayShowAs(Violation.STUCK + ": thread 1 waits for something that never comes"))
                .isEqualTo(mutant == Mutant.WAIT_FOR_FOLIO_LOCK);
        assertThat(mutant.mayShowAs(Violation.CRASH + ": thread 1: an exception"))
                .isFalse();
    }
}
