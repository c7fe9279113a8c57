// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import pagerace.bench.Contention.Pages;
import pagerace.machine.HardwareMachine;
import pagerace.mm.op.Fork;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.Reclaim;

/** Whatever happens to a pin is counted once, and a run leaves nothing behind. */
class ContentionTest {
    private static final int ROUNDS = 20_000;
    private static final long PATIENCE_NANOS = 20_000_000_000L;

    private static Contention benchmark(Pages pages) {
        Contention benchmark = new Contention();
        benchmark.pages = pages;
        benchmark.setUp(2);
        return benchmark;
    }

    private static Contention.Actor actor(Contention benchmark, int cpu) {
        Contention.Actor actor = new Contention.Actor();
        actor.setUp(benchmark, cpu, cpu == 0);
        return actor;
    }

    private static void assertAddsUp(PinCounts counts) {
        assertThat(counts.fast + counts.fallbacks).as("fast and slow").isEqualTo(counts.pins);
        assertThat(counts.undoneBySeq + counts.undoneByEntry + counts.refused)
                .as("reasons to fall back")
                .isEqualTo(counts.fallbacks);
        assertThat(counts.unpinned).isBetween(0L, counts.fallbacks);
    }

    /** Runs both steps at once, each {@link #ROUNDS} times or more, until {@code seen}, but not for ever. */
    private static void together(Runnable one, Runnable other, BooleanSupplier seen) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        AtomicInteger finished = new AtomicInteger();
        CompletableFuture<Void> beside = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < ROUNDS || finished.get() == 0; i++) {
                other.run();
            }
        });
        try {
            for (int i = 0;
                    i < ROUNDS || (!seen.getAsBoolean() && System.nanoTime() < deadline && !beside.isDone());
                    i++) {
                one.run();
            }
        } finally {
            finished.set(1);
        }
        beside.join();
    }

    @ParameterizedTest
    @EnumSource(Pages.class)
    void thePagesAreWhatTheParameterSays(Pages pages) {
        ContendedPages contended = new ContendedPages(HardwareMachine.withSpinLimit(100_000_000), pages, 1);
        assertThat(contended.first() == contended.second()).isEqualTo(pages == Pages.SAME_FOLIO);
        assertThat(contended.ptl(contended.first()) == contended.ptl(contended.second()))
                .isEqualTo(pages != Pages.OTHER_STRIPE);
    }

    @ParameterizedTest
    @EnumSource(GupFast.End.class)
    void everyEndOfTheFastPathIsCountedOnce(GupFast.End end) {
        PinCounts counts = new PinCounts();
        switch (end) {
            case UNDONE_EXCLUSIVE, UNDONE_ADMISSION, REFUSED -> {
                assertThatThrownBy(() -> counts.countFast(end)).isInstanceOf(IllegalStateException.class);
                return;
            }
            default -> counts.countFast(end);
        }
        if (end != GupFast.End.PINNED) {
            counts.countSlow(GupFast.End.PINNED);
        }
        assertThat(counts.pins).isEqualTo(1);
        assertThat(counts.fast).isEqualTo(end == GupFast.End.PINNED ? 1 : 0);
        assertThat(counts.undoneBySeq).isEqualTo(end == GupFast.End.UNDONE_SEQ ? 1 : 0);
        assertThat(counts.undoneByEntry).isEqualTo(end == GupFast.End.UNDONE_PTE ? 1 : 0);
        assertAddsUp(counts);
    }

    @Test
    void aloneEveryPinIsFast() {
        Contention benchmark = benchmark(Pages.SAME_FOLIO);
        Contention.Actor actor = actor(benchmark, 0);
        PinCounts counts = new PinCounts();
        for (int i = 0; i < 10; i++) {
            assertThat(benchmark.pin(actor, counts)).isTrue();
        }
        assertThat(counts.fast).isEqualTo(10);
        assertThat(counts.fallbacks).isZero();
        benchmark.checkIdle();
    }

    @Test
    void afterForkThePinIsSlow() {
        ContendedPages contended = new ContendedPages(HardwareMachine.withSpinLimit(100_000_000), Pages.SAME_FOLIO, 2);
        ContendedPages.Actor pinner = contended.actor(0);
        ContendedPages.Actor forker = contended.actor(1);
        assertThat(forker.fork(0)).isEqualTo(Fork.End.SHARED);
        assertThat(contended.isWritable(0)).isFalse();
        PinCounts counts = new PinCounts();
        assertThat(pinner.pin(0, counts)).isTrue();
        assertThat(counts.refused).isEqualTo(1);
        assertThat(counts.unpinned).isZero();
        assertAddsUp(counts);
        assertThatThrownBy(contended::checkIdle).as("there is a child").isInstanceOf(IllegalStateException.class);
        forker.exitAndStore(0);
        assertThat(contended.isWritable(0)).isTrue();
        contended.checkIdle();
    }

    @Test
    void aReclaimedPageIsNotPinnedUntilItIsBack() {
        ContendedPages contended = new ContendedPages(HardwareMachine.withSpinLimit(100_000_000), Pages.SAME_FOLIO, 2);
        ContendedPages.Actor pinner = contended.actor(0);
        ContendedPages.Actor reclaimer = contended.actor(1);
        assertThat(reclaimer.reclaim(0)).isEqualTo(Reclaim.End.RECLAIMED);
        PinCounts counts = new PinCounts();
        assertThat(pinner.pin(0, counts)).isFalse();
        assertThat(counts.refused).isEqualTo(1);
        assertThat(counts.unpinned).isEqualTo(1);
        assertAddsUp(counts);
        assertThatThrownBy(contended::checkIdle).as("it is in swap").isInstanceOf(IllegalStateException.class);
        reclaimer.store(0);
        assertThat(pinner.pin(0, counts)).isTrue();
        contended.checkIdle();
    }

    @ParameterizedTest
    @EnumSource(Pages.class)
    void besideForkTheCountersAddUpAndNothingIsLeftBehind(Pages pages) {
        Contention benchmark = benchmark(pages);
        Contention.Actor pinner = actor(benchmark, 0);
        Contention.Actor forker = actor(benchmark, 1);
        PinCounts pins = new PinCounts();
        Contention.ForkCounts forks = new Contention.ForkCounts();
        int[] done = new int[2];
        together(
                () -> {
                    benchmark.aPinBesideFork(pinner, pins);
                    done[0]++;
                },
                () -> {
                    benchmark.fork(forker, forks);
                    done[1]++;
                },
                () -> pins.undoneBySeq > 0);
        benchmark.checkIdle();
        assertThat(pins.pins).isEqualTo(done[0]);
        assertThat(forks.shared + forks.copied).isEqualTo(done[1]);
        assertAddsUp(pins);
        assertThat(pins.undoneByEntry)
                .as("pages that nobody unmaps")
                .isBetween(0L, pages == Pages.SAME_FOLIO ? pins.pins : 0L);
        assumeThat(Runtime.getRuntime().availableProcessors()).isGreaterThan(1);
        assertThat(pins.undoneBySeq)
                .as("fork was noticed, whichever page it copied")
                .isPositive();
    }

    @ParameterizedTest
    @EnumSource(Pages.class)
    void besideReclaimTheCountersAddUpAndNothingIsLeftBehind(Pages pages) {
        Contention benchmark = benchmark(pages);
        Contention.Actor pinner = actor(benchmark, 0);
        Contention.Actor reclaimer = actor(benchmark, 1);
        PinCounts pins = new PinCounts();
        Contention.ReclaimCounts reclaims = new Contention.ReclaimCounts();
        int[] done = new int[2];
        boolean same = pages == Pages.SAME_FOLIO;
        together(
                () -> {
                    benchmark.aPinBesideReclaim(pinner, pins);
                    done[0]++;
                },
                () -> {
                    benchmark.reclaim(reclaimer, reclaims);
                    done[1]++;
                },
                () -> !same || pins.undoneByEntry > 0);
        benchmark.checkIdle();
        assertThat(pins.pins).isEqualTo(done[0]);
        assertThat(reclaims.reclaimed + reclaims.unmapped + reclaims.kept).isEqualTo(done[1]);
        assertAddsUp(pins);
        assertThat(pins.undoneBySeq).as("nobody forks").isZero();
        if (!same) {
            assertThat(pins.fallbacks).as("the other page is nobody's business").isZero();
            assertThat(reclaims.reclaimed).isEqualTo(done[1]);
        } else {
            assumeThat(Runtime.getRuntime().availableProcessors()).isGreaterThan(1);
            assertThat(pins.undoneByEntry).isPositive();
        }
    }
}
