// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import pagerace.machine.Order;
import pagerace.machine.Word;

class RefEncodingTest {
    private static final String REFCOUNT = "folio.refcount";
    private static final String AT_ZERO = "cmpxchg folio.refcount RELAXED";

    private final InterposedMachine machine = new InterposedMachine();

    private Word count(long references) {
        return machine.word(REFCOUNT, references);
    }

    @ParameterizedTest
    @EnumSource
    void countsReferences(RefEncoding encoding) {
        Word count = count(1);
        assertThat(encoding.tryGet(count)).isTrue();
        assertThat(count.readOnce()).isEqualTo(2);
        assertThat(encoding.put(count, Order.FULL)).isFalse();
        assertThat(encoding.isFrozen(count.readOnce())).isFalse();
        assertThat(encoding.put(count, Order.FULL)).as("the last").isTrue();
        assertThat(encoding.isFrozen(count.readOnce())).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void freezesFromTheExpectedCountOnly(RefEncoding encoding) {
        Word count = count(3);
        assertThat(encoding.freeze(count, 2, Order.FULL)).isFalse();
        assertThat(count.readOnce()).isEqualTo(3);
        assertThat(encoding.freeze(count, 3, Order.FULL)).isTrue();
        assertThat(count.readOnce()).isEqualTo(encoding.frozen);
        assertThat(encoding.isFrozen(count.readOnce())).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void refusesWhatIsFrozen(RefEncoding encoding) {
        Word count = count(encoding.frozen);
        assertThat(encoding.tryGet(count)).isEqualTo(encoding == RefEncoding.GET_FROM_ZERO);
        assertThat(encoding.tryGet(count)).isEqualTo(encoding == RefEncoding.GET_FROM_ZERO);
        boolean junk = encoding != RefEncoding.UNLESS_ZERO && encoding != RefEncoding.UNDO_FAILED_GET;
        assertThat(count.readOnce()).isEqualTo(encoding.frozen + (junk ? 2 : 0));
    }

    @Test
    void aGetBringsACountBackFromZeroBeforeThePutHasDecided() {
        RefEncoding encoding = RefEncoding.FROZEN_BIT;
        Word count = count(1);
        machine.before(AT_ZERO, 1, () -> assertThat(encoding.tryGet(count)).isTrue());
        assertThat(encoding.put(count, Order.FULL)).as("not the last any more").isFalse();
        assertThat(count.readOnce()).isEqualTo(1);
        assertThat(encoding.put(count, Order.FULL)).isTrue();
    }

    @Test
    void onlyOneOfTwoWhoComeDownToZeroIsTheLast() {
        RefEncoding encoding = RefEncoding.FROZEN_BIT;
        Word count = count(1);
        machine.before(AT_ZERO, 1, () -> {
            assertThat(encoding.tryGet(count)).isTrue();
            assertThat(encoding.put(count, Order.FULL)).isTrue();
        });
        assertThat(encoding.put(count, Order.FULL)).isFalse();
    }

    @Test
    void ordersAsTheKernelDoes() {
        assertThat(machine.logOf(() -> RefEncoding.UNLESS_ZERO.tryGet(count(1))))
                .containsExactly("addUnless folio.refcount FULL");
        assertThat(machine.logOf(() -> RefEncoding.FROZEN_BIT.tryGet(count(1))))
                .containsExactly("fetchAdd folio.refcount FULL");
        assertThat(machine.logOf(() -> RefEncoding.FROZEN_BIT.put(count(2), Order.FULL)))
                .containsExactly("fetchAdd folio.refcount FULL");
        assertThat(machine.logOf(() -> RefEncoding.FROZEN_BIT.put(count(1), Order.FULL)))
                .containsExactly("fetchAdd folio.refcount FULL", AT_ZERO);
        assertThat(machine.logOf(() -> RefEncoding.FROZEN_BIT_ACQUIRING.put(count(1), Order.FULL)))
                .containsExactly("fetchAdd folio.refcount FULL", "cmpxchg folio.refcount ACQUIRE");
    }
}
