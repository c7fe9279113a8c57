// SPDX-License-Identifier: Apache-2.0
package pagerace.price;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import pagerace.machine.Machine;
import pagerace.machine.Order;
import pagerace.machine.SpinLock;
import pagerace.machine.Word;
import pagerace.price.Course.Accesses;

class CourseTest {
    private static Priced priced(Function<Machine, Supplier<?>> setup) {
        return new Priced("Test", "", "operation", "variant", setup);
    }

    private static Course course(Function<Machine, Supplier<?>> setup) {
        return Course.of(priced(setup)).orElseThrow();
    }

    private static Course oneOfEach(long add) {
        return course(machine -> {
            Word word = machine.word("word", 7);
            SpinLock lock = new SpinLock(machine, "lock");
            return () -> {
                lock.lock();
                word.fetchAdd(add, Order.FULL);
                machine.smpMbAfterAtomic();
                boolean added = word.addUnless(1, 7 + add, Order.FULL);
                machine.smpRmb();
                word.writeOnce(word.readOnce());
                lock.unlock();
                return added;
            };
        });
    }

    @Test
    void accessesAreCountedByWhatTheyCameTo() {
        // Atomic: the lock and the addition. The addition that is refused is a read. Giving the lock back is a store.
        assertThat(oneOfEach(2).accesses()).isEqualTo(new Accesses(2, 2, 2, 1));
        assertThat(oneOfEach(2).length()).isEqualTo(8);
    }

    @Test
    void coursesAreToldApartByOperandsToo() {
        assertThat(oneOfEach(2).text())
                .isEqualTo(oneOfEach(2).text())
                .isNotEqualTo(oneOfEach(3).text());
    }

    @Test
    void whatWaitsForItselfHasNoCourse() {
        assertThat(Course.of(priced(machine -> {
                    SpinLock lock = new SpinLock(machine, "lock");
                    return () -> {
                        lock.lock();
                        lock.lock();
                        return true;
                    };
                })))
                .isEmpty();
    }

    /** What 088b8aa537c2 costs GUP-fast: one more look at the PMD entry, and one fence. */
    @Test
    void theFencedPinIsOneFenceDearer() {
        Accesses before =
                accesses("GupFastVsFork/SEQ_ANON_EXCLUSIVE_UNFENCED_PIN[write,small,later-pin,x86]: GUP-fast");
        Accesses after = accesses("GupFastVsFork/SEQ_ANON_EXCLUSIVE[write,small,later-pin,x86]: GUP-fast");
        assertThat(after)
                .isEqualTo(new Accesses(before.reads() + 1, before.writes(), before.atomics(), before.fences() + 1));
    }

    private static Accesses accesses(String key) {
        return PriceList.series().stream()
                .flatMap(series -> series.variants().stream())
                .filter(priced -> priced.key().equals(key))
                .findFirst()
                .flatMap(Course::of)
                .orElseThrow()
                .accesses();
    }
}
