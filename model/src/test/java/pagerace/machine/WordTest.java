// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What each operation of a hardware word stores and returns; what it orders is the business of {@link StrengthTest}. */
class WordTest {
    private static final long HIGH = 1L << 63;

    private final Machine machine = new HardwareMachine();

    private Word holding(long value) {
        return machine.word("word", value);
    }

    @Test
    void everyReadSeesTheInitialValue() {
        Word word = holding(HIGH | 5);
        assertThat(word.readOnce()).isEqualTo(HIGH | 5);
        assertThat(word.loadAcquire()).isEqualTo(HIGH | 5);
        assertThat(word.readDependent()).isEqualTo(HIGH | 5);
        assertThat(machine.word("indexed", 3, 7).readOnce()).isEqualTo(7);
        assertThat(machine.word("owner", "field", 8).readOnce()).isEqualTo(8);
    }

    @Test
    void everyStoreIsSeenByTheNextRead() {
        Word word = holding(1);
        word.writeOnce(HIGH | 2);
        assertThat(word.readOnce()).isEqualTo(HIGH | 2);
        word.storeRelease(3);
        assertThat(word.readOnce()).isEqualTo(3);
    }

    @Test
    void wordsAreApart() {
        Word one = holding(1);
        Word other = holding(1);
        one.writeOnce(2);
        assertThat(other.readOnce()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void xchgReturnsTheOldValue(Order order) {
        Word word = holding(HIGH | 1);
        assertThat(word.xchg(2, order)).isEqualTo(HIGH | 1);
        assertThat(word.readOnce()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void cmpxchgStoresWhenTheWordHoldsTheExpectedValue(Order order) {
        Word word = holding(HIGH | 1);
        assertThat(word.cmpxchg(HIGH | 1, 2, order)).isEqualTo(HIGH | 1);
        assertThat(word.readOnce()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void cmpxchgReturnsWhatItFoundInstead(Order order) {
        Word word = holding(HIGH | 1);
        assertThat(word.cmpxchg(1, 2, order)).isEqualTo(HIGH | 1);
        assertThat(word.readOnce()).isEqualTo(HIGH | 1);
    }

    @ParameterizedTest
    @EnumSource
    void fetchAddReturnsTheOldValueAndAddReturnTheNew(Order order) {
        Word word = holding(10);
        assertThat(word.fetchAdd(1024, order)).isEqualTo(10);
        assertThat(word.readOnce()).isEqualTo(1034);
        assertThat(word.fetchAdd(-1034, order)).isEqualTo(1034);
        assertThat(word.readOnce()).isZero();
        assertThat(word.addReturn(3, order)).isEqualTo(3);
        assertThat(word.addReturn(-1, order)).isEqualTo(2);
        assertThat(word.readOnce()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void fetchOrSetsBitsAndKeepsTheOthers(Order order) {
        Word word = holding(HIGH | 0b0101);
        assertThat(word.fetchOr(0b0011, order)).isEqualTo(HIGH | 0b0101);
        assertThat(word.readOnce()).isEqualTo(HIGH | 0b0111);
        assertThat(word.fetchOr(0b0100, order)).isEqualTo(HIGH | 0b0111);
        assertThat(word.readOnce()).isEqualTo(HIGH | 0b0111);
    }

    @ParameterizedTest
    @EnumSource
    void fetchAndNotClearsBitsAndKeepsTheOthers(Order order) {
        Word word = holding(HIGH | 0b0111);
        assertThat(word.fetchAndNot(0b1011, order)).isEqualTo(HIGH | 0b0111);
        assertThat(word.readOnce()).isEqualTo(HIGH | 0b0100);
    }

    @ParameterizedTest
    @EnumSource
    void addUnlessAddsOnlyToAnotherValue(Order order) {
        Word word = holding(1);
        assertThat(word.addUnless(5, 0, order)).isTrue();
        assertThat(word.readOnce()).isEqualTo(6);
        assertThat(word.addUnless(5, 6, order)).isFalse();
        assertThat(word.readOnce()).isEqualTo(6);
    }

    @Test
    void voidOperationsChangeTheWord() {
        Word word = holding(0b1000);
        word.add(3);
        assertThat(word.readOnce()).isEqualTo(0b1011);
        word.or(0b0110);
        assertThat(word.readOnce()).isEqualTo(0b1111);
        word.andNot(0b1001);
        assertThat(word.readOnce()).isEqualTo(0b0110);
    }

    @Test
    void aCheckedCounterLetsNobodyAddToZero() {
        Word counter = HardwareMachine.checkingCounters(1000).counter("folio", "refcount", Format.DECIMAL, 1);
        counter.add(1);
        assertThat(counter.subAndTest(2)).isTrue();
        assertThat(counter.addUnless(1, 0, Order.FULL)).isFalse();
        assertThatExceptionOfType(ReferenceFromZero.class).isThrownBy(() -> counter.add(1));
        counter.writeOnce(0);
        assertThatExceptionOfType(ReferenceFromZero.class).isThrownBy(() -> counter.fetchAdd(1024, Order.FULL));
        counter.writeOnce(0);
        assertThatExceptionOfType(TouchedWhenFree.class).isThrownBy(() -> counter.add(-1));
        Word other = HardwareMachine.checkingCounters(1000).word("folio", "mapcount", 0);
        other.add(1);
        Word unchecked = machine.counter("folio", "refcount", Format.DECIMAL, 0);
        unchecked.add(1);
        assertThat(unchecked.readOnce()).isEqualTo(1);
    }

    static Stream<Consumer<Word>> writes() {
        return Stream.of(
                word -> word.writeOnce(1),
                word -> word.storeRelease(1),
                word -> word.xchg(1, Order.FULL),
                word -> word.cmpxchg(0, 1, Order.FULL),
                word -> word.add(1),
                word -> word.or(1),
                word -> word.andNot(1),
                word -> word.addUnless(1, 7, Order.FULL),
                word -> word.acquireWhenClear(1, 1),
                word -> word.tryAcquireWhenClear(1, 1));
    }

    static Stream<Consumer<Word>> whatLeavesZero() {
        return Stream.of(
                counter -> counter.writeOnce(0),
                counter -> counter.storeRelease(0),
                counter -> counter.xchg(0, Order.FULL),
                counter -> counter.cmpxchg(1, 0, Order.FULL),
                counter -> counter.add(-1),
                counter -> counter.subAndTest(1));
    }

    @ParameterizedTest
    @MethodSource("writes")
    void whatAFreeCounterKeepsNobodyTouches(Consumer<Word> write) {
        HardwareMachine machine = HardwareMachine.checkingCounters(1000);
        Word counter = machine.counter("folio", "refcount", Format.DECIMAL, 0);
        Word kept = machine.keptBy(counter, "folio", "flags", Format.DECIMAL, 0);
        assertThatExceptionOfType(TouchedWhenFree.class).isThrownBy(() -> write.accept(kept));
        counter.writeOnce(1);
        kept.writeOnce(0);
        write.accept(kept);
        assertThat(machine.writesToKept()).containsExactly(3L);
        write.accept(machine.keptBy(holding(0), "folio", "flags", Format.DECIMAL, 0));
    }

    @ParameterizedTest
    @MethodSource("whatLeavesZero")
    void whoLeavesTheZeroHasWhatItKept(Consumer<Word> leavesZero) throws InterruptedException {
        HardwareMachine machine = HardwareMachine.checkingCounters(1000);
        Word counter = machine.counter("folio", "refcount", Format.DECIMAL, 1);
        Word kept = machine.keptBy(counter, "folio", "flags", Format.DECIMAL, 0);
        leavesZero.accept(counter);
        kept.writeOnce(2);
        Thread other = new Thread(
                () -> assertThatExceptionOfType(TouchedWhenFree.class).isThrownBy(() -> kept.writeOnce(3)));
        AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
        other.setUncaughtExceptionHandler((thread, thrown) -> failed.set(thrown));
        other.start();
        other.join();
        assertThat(failed.get()).isNull();
        assertThat(kept.readOnce()).isEqualTo(2);
    }

    @Test
    void whatDoesNotTakePlaceTouchesNothing() {
        HardwareMachine machine = HardwareMachine.checkingCounters(1000);
        Word counter = machine.counter("folio", "refcount", Format.DECIMAL, 0);
        Word kept = machine.keptBy(counter, "folio", "flags", Format.DECIMAL, 1);
        assertThat(kept.cmpxchg(0, 2, Order.FULL)).isEqualTo(1);
        assertThat(kept.addUnless(1, 1, Order.FULL)).isFalse();
        assertThat(kept.tryAcquireWhenClear(1, 1)).isFalse();
        assertThat(kept.readOnce()).isEqualTo(1);
    }

    @Test
    void addReturnAndSubAndTestReportTheValueAfter() {
        Word word = holding(2);
        assertThat(word.addReturn(1)).isEqualTo(3);
        assertThat(word.subAndTest(2)).isFalse();
        assertThat(word.subAndTest(1)).isTrue();
        assertThat(word.readOnce()).isZero();
    }

    @Test
    void testAndSetBitReportsTheBitBefore() {
        Word word = holding(0b01);
        assertThat(word.testAndSetBit(0b10)).isFalse();
        assertThat(word.testAndSetBit(0b10)).isTrue();
        assertThat(word.readOnce()).isEqualTo(0b11);
    }

    @Test
    void testAndClearBitReportsTheBitBefore() {
        Word word = holding(0b11);
        assertThat(word.testAndClearBit(0b10)).isTrue();
        assertThat(word.testAndClearBit(0b10)).isFalse();
        assertThat(word.readOnce()).isEqualTo(0b01);
    }

    @Test
    void bitLockOperationsLeaveOtherBitsAlone() {
        Word word = holding(HIGH | 0b101);
        assertThat(word.testAndSetBitLock(0b010)).isFalse();
        assertThat(word.readOnce()).isEqualTo(HIGH | 0b111);
        assertThat(word.testAndSetBitLock(0b010)).isTrue();
        assertThat(word.readOnce()).isEqualTo(HIGH | 0b111);
        word.clearBitUnlock(0b010);
        assertThat(word.readOnce()).isEqualTo(HIGH | 0b101);
    }

    @Test
    void tryAcquireWhenClearAddsOnlyWhenNoBusyBitIsSet() {
        Word word = holding(0b100);
        assertThat(word.tryAcquireWhenClear(0b001, 0b010)).isTrue();
        assertThat(word.readOnce()).isEqualTo(0b110);
        assertThat(word.tryAcquireWhenClear(0b011, 0b001)).isFalse();
        assertThat(word.readOnce()).isEqualTo(0b110);
    }

    @ParameterizedTest
    @EnumSource
    void concurrentAdditionsAreNotLost(Order order) {
        Word sum = holding(0);
        long[] done = new long[2];
        hammer(done, who -> sum.fetchAdd(1, order));
        assertThat(sum.readOnce()).isEqualTo(done[0] + done[1]);
    }

    @ParameterizedTest
    @EnumSource
    void concurrentConditionalAdditionsAreNotLost(Order order) {
        Word sum = holding(0);
        long[] done = new long[2];
        hammer(done, who -> sum.addUnless(1, -1, order));
        assertThat(sum.readOnce()).isEqualTo(done[0] + done[1]);
    }

    @ParameterizedTest
    @EnumSource
    void concurrentCompareAndExchangesAreNotLost(Order order) {
        Word sum = holding(0);
        long[] done = new long[2];
        hammer(done, who -> {
            long seen = sum.readOnce();
            while (sum.cmpxchg(seen, seen + 1, order) != seen) {
                seen = sum.readOnce();
            }
        });
        assertThat(sum.readOnce()).isEqualTo(done[0] + done[1]);
    }

    @ParameterizedTest
    @EnumSource
    void concurrentChangesOfBitsAreNotLost(Order order) {
        Word bits = holding(0);
        hammer(new long[2], who -> {
            long mine = 1L << who;
            if ((bits.fetchOr(mine, order) & mine) != 0 || (bits.fetchAndNot(mine, order) & mine) == 0) {
                throw new AssertionError("the other thread changed my bit");
            }
        });
        assertThat(bits.readOnce()).isZero();
    }

    /** What is put in, each thing once, is taken out once. */
    @ParameterizedTest
    @EnumSource
    void concurrentExchangesNeitherLoseNorDouble(Order order) {
        Word place = holding(0);
        long[] done = new long[2];
        long[] taken = new long[2];
        hammer(done, who -> taken[who] += place.xchg(done[who] + 1, order));
        long put = (done[0] * (done[0] + 1) + done[1] * (done[1] + 1)) / 2;
        assertThat(taken[0] + taken[1] + place.readOnce()).isEqualTo(put);
    }

    /** Two threads do their step twenty thousand times or more each; {@code done} counts. */
    private static void hammer(long[] done, IntConsumer step) {
        Machine own = new HardwareMachine();
        TwoThreads.Actors actors =
                TwoThreads.together(own, 20_000, () -> once(0, done, step), () -> once(1, done, step));
        TwoThreads.run(actors.first(), actors.second());
    }

    private static void once(int who, long[] done, IntConsumer step) {
        step.accept(who);
        done[who]++;
    }
}
