// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import pagerace.kernel.Release;
import pagerace.mm.Kernel;
import pagerace.mm.RefEncoding;
import pagerace.mm.Steps;

/** Kernels, and the list of releases. */
class LinuxTest {
    private static Map<String, Kernel> releases() throws IllegalAccessException {
        Map<String, Kernel> all = new LinkedHashMap<>();
        for (Field field : Linux.class.getFields()) {
            all.put(field.getName(), (Kernel) field.get(null));
        }
        return all;
    }

    @Test
    void aReleaseIsCalledWhatItIs() throws IllegalAccessException {
        releases()
                .forEach((constant, kernel) -> assertThat(constant)
                        .isEqualTo(
                                kernel.release().equals("mainline")
                                        ? "MAINLINE"
                                        : "V"
                                                + kernel.release()
                                                        .replaceAll("[.-]", "_")
                                                        .toUpperCase(java.util.Locale.ROOT)));
    }

    @Test
    void theyComeInTheirOrder() throws IllegalAccessException {
        List<Release> order = new ArrayList<>();
        releases().values().forEach(kernel -> Release.parse(kernel.release()).ifPresent(order::add));
        assertThat(order).hasSizeGreaterThan(20).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aKernelWithAStepIsItsPredecessorOtherwise() {
        Kernel next = Linux.V5_8.with(Fork.Step.COPY_IF_PINNED);
        assertThat(Linux.V5_8.steps(Fork.Step.class).inOrder()).as("immutable").isEmpty();
        assertThat(next.steps(Fork.Step.class).inOrder()).containsExactly(Fork.Step.COPY_IF_PINNED);
        assertThat(next.steps(GupFast.Step.class).inOrder())
                .isEqualTo(Linux.V5_8.steps(GupFast.Step.class).inOrder());
        assertThat(next.policy(ReuseRule.EXCLUSIVE)).isEqualTo(ReuseRule.MAPCOUNT);
        assertThat(next).hasToString("5.8 with Fork.COPY_IF_PINNED");
        assertThat(next.as("5.9")).hasToString("5.9");
    }

    @Test
    void aStepIsAddedAndDroppedOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Linux.V5_9.with(Fork.Step.COPY_IF_PINNED))
                .withMessage("Cannot add Fork.COPY_IF_PINNED: 5.9 does it already");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Linux.V5_8.without(Fork.Step.COPY_IF_PINNED))
                .withMessage("Cannot drop Fork.COPY_IF_PINNED: 5.8 does not do it");
    }

    @Test
    void aPolicyIsNoStep() {
        String sentence = "ReuseRule.MAPCOUNT is a policy, not a step: give it alone, by with(ReuseRule.MAPCOUNT)";
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Linux.V6_4.with(Share.Step.CLEAR_PLAINLY, ReuseRule.MAPCOUNT))
                .withMessage(sentence);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Linux.V6_4.without(ReuseRule.MAPCOUNT))
                .withMessage(sentence);
    }

    @Test
    void whatIsDroppedNeedNotBeThere() {
        Kernel dropped = Linux.V5_9.dropping(List.of(Fork.Step.COPY_IF_PINNED, Fork.Step.SEQ));
        assertThat(dropped.steps(Fork.Step.class).inOrder()).isEmpty();
        assertThat(dropped).hasToString("5.9 without Fork.COPY_IF_PINNED");
    }

    @Test
    void anOperationComesFromAnotherKernelOrFromNowhere() {
        Kernel mixed = Linux.V5_14.with(Fork.Step.class, Linux.V5_9);
        assertThat(mixed.steps(Fork.Step.class).inOrder()).containsExactly(Fork.Step.COPY_IF_PINNED);
        assertThat(mixed.steps(GupFast.Step.class).has(GupFast.Step.READ_SEQ)).isTrue();
        Kernel own = Linux.V5_14.with(Fork.Step.class, Steps.of());
        assertThat(own.steps(Fork.Step.class).inOrder()).isEmpty();
    }

    @Test
    void aPolicyIsReplacedAndHasADefault() {
        assertThat(Linux.V6_1.policy(RefEncoding.UNLESS_ZERO))
                .as("nothing was said")
                .isEqualTo(RefEncoding.UNLESS_ZERO);
        Kernel other = Linux.V6_1.with(RefEncoding.FROZEN_BIT).with(RefEncoding.FREEZE_BY_OR);
        assertThat(other.policy(RefEncoding.UNLESS_ZERO)).isEqualTo(RefEncoding.FREEZE_BY_OR);
        assertThat(other.policy(ReuseRule.MAPCOUNT)).isEqualTo(ReuseRule.EXCLUSIVE);
    }

    @Test
    void anOperationIsReplacedOnlyIfSomebodySaysSo() {
        Object operation = new Object();
        assertThat(Linux.V6_1.replace(operation)).isSameAs(operation);
        Kernel.Replacement nothing = new Kernel.Replacement() {
            @Override
            @SuppressWarnings("unchecked") // T is Object here
            public <T> T of(T built) {
                return (T) "another";
            }
        };
        Kernel replaced = Linux.V6_1.replacing(nothing);
        assertThat(List.of(
                        replaced,
                        replaced.with(Fork.Step.LOCK_BEFORE_SEQ),
                        replaced.without(Fork.Step.SEQ),
                        replaced.dropping(List.of(Fork.Step.SEQ)),
                        replaced.with(ReuseRule.MAPCOUNT),
                        replaced.with(Fork.Step.class, Linux.V5_9),
                        replaced.with(Fork.Step.class, Steps.of()),
                        replaced.as("another")))
                .as("whatever changes afterwards")
                .allSatisfy(kernel -> assertThat(kernel.replace(operation)).isEqualTo("another"));
        assertThat(replaced.steps(Fork.Step.class))
                .as("and nothing else does")
                .isSameAs(Linux.V6_1.steps(Fork.Step.class));
        assertThat(replaced.policy(ReuseRule.MAPCOUNT)).isEqualTo(ReuseRule.EXCLUSIVE);
    }
}
