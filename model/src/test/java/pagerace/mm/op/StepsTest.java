// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import pagerace.mm.Steps;
import pagerace.mm.op.GupFast.Step;

class StepsTest {
    @ParameterizedTest
    @EnumSource(Step.class)
    void areASet(Step step) {
        Steps<Step> none = Steps.of();
        Steps<Step> one = none.with(step);
        for (Step other : Step.values()) {
            assertThat(none.has(other)).as("immutable").isFalse();
            assertThat(one.has(other)).isEqualTo(other == step);
            assertThat(Steps.of(Step.values()).without(step).has(other)).isEqualTo(other != step);
            assertThat(one.with(other).without(other).has(step)).isEqualTo(other != step);
        }
        assertThat(one.with(step).has(step)).isTrue();
        assertThat(none.without(step).has(step)).isFalse();
    }
}
