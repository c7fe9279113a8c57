// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagerace.machine.SpinLock;
import pagerace.mm.PageTable;
import pagerace.mm.op.Zap;

class StripingTest {
    private static Striping benchmark(int tables, int stripes, boolean padded) {
        Striping benchmark = new Striping();
        benchmark.tables = tables;
        benchmark.stripes = stripes;
        benchmark.padded = padded;
        benchmark.setUp();
        return benchmark;
    }

    @ParameterizedTest
    @CsvSource({"1,1,true", "1,64,true", "1,8,false", "64,1,true", "64,64,true", "64,8,false"})
    void everyPageIsFaultedPinnedAndZapped(int tables, int stripes, boolean padded) {
        StripedPages pages = new StripedPages(tables, stripes, padded);
        for (int page = 0; page < PageTable.ENTRIES; page++) {
            assertThat(pages.isMapped(page)).isFalse();
            assertThat(pages.pinFast(page))
                    .as("pins of a page that is not there")
                    .isZero();
            assertThat(pages.pinSlowly(page))
                    .as("pins of a page that is not there")
                    .isZero();
            pages.fault(page);
            assertThat(pages.isMapped(page)).isTrue();
            assertThat(pages.pinFast(page)).isEqualTo(1);
            assertThat(pages.pinSlowly(page)).isEqualTo(1);
            assertThat(pages.refcount(page)).isEqualTo(2);
            assertThat(pages.zap(page)).isEqualTo(Zap.End.ZAPPED_CLEAN);
            assertThat(pages.zap(page)).isEqualTo(Zap.End.NOTHING);
            assertThat(pages.refcount(page)).isEqualTo(1);
        }
        pages.checkIdle();
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,2", "1,64", "64,1", "64,2", "64,64"})
    void thereAreAsManyLocksAsStripesAndATableOf64HasOne(int tables, int stripes) {
        for (boolean padded : new boolean[] {true, false}) {
            StripedPages pages = new StripedPages(tables, stripes, padded);
            Set<SpinLock> locks = Collections.newSetFromMap(new IdentityHashMap<>());
            for (int page = 0; page < PageTable.ENTRIES; page++) {
                locks.add(pages.ptl(page));
                if (tables == 64) {
                    assertThat(pages.ptl(page)).isSameAs(pages.ptl(page / 8 * 8));
                }
            }
            // Neighbouring keys are spread, not dealt out: with as many keys as stripes some stripes stay empty.
            assertThat(locks).hasSizeBetween(stripes * (tables == 64 && stripes == 64 ? 1 : 2) / 2, stripes);
        }
    }

    @Test
    void theOperationsPinAsOftenAsTheySay() {
        Striping benchmark = benchmark(1, 8, true);
        Striping.Dice dice = new Striping.Dice();
        for (int i = 0; i < 1_000; i++) {
            assertThat(benchmark.faultPinZap(dice)).isEqualTo(1);
            assertThat(benchmark.faultSlowPinZap(dice)).isEqualTo(2);
        }
        benchmark.checkIdle();
    }

    @ParameterizedTest
    @CsvSource({"1,1,true", "1,64,false", "64,8,true"})
    void twoThreadsLeaveNothingBehind(int tables, int stripes, boolean padded) {
        Striping benchmark = benchmark(tables, stripes, padded);
        CompletableFuture<Void> other = CompletableFuture.runAsync(() -> run(benchmark));
        run(benchmark);
        other.join();
        benchmark.checkIdle();
    }

    private static void run(Striping benchmark) {
        Striping.Dice dice = new Striping.Dice();
        for (int i = 0; i < 50_000; i++) {
            benchmark.faultPinZap(dice);
            benchmark.faultSlowPinZap(dice);
        }
    }

    /** The control: what is left behind is found. */
    @Test
    void aReferenceThatIsLeftIsFound() {
        StripedPages pages = new StripedPages(1, 1, true);
        pages.fault(7);
        pages.checkIdle();
        pages.leakReference(7);
        assertThatThrownBy(pages::checkIdle)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("page 7");
    }

    @Test
    void theDiceShowEveryPage() {
        Striping.Dice dice = new Striping.Dice();
        BitSet seen = new BitSet();
        for (int i = 0; i < 100_000; i++) {
            seen.set(dice.next());
        }
        assertThat(seen.cardinality()).isEqualTo(PageTable.ENTRIES);
    }
}
