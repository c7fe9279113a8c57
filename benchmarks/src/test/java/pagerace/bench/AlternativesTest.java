// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.locks.StampedLock;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pagerace.mm.Folio;

/** Every way pins the page, and gives the pin back; and none pins what it may not. */
class AlternativesTest {
    private interface Way {
        int pinAndUnpin(Alternatives benchmark);
    }

    private static Named<Way> way(String name, Way way) {
        return Named.of(name, way);
    }

    private static Stream<Named<Way>> onFields() {
        return Stream.of(
                way("ReentrantReadWriteLock", Alternatives::readWriteLock),
                way("StampedLock", Alternatives::optimisticRead),
                way("synchronized", Alternatives::monitor),
                way("Striped", Alternatives::striped));
    }

    private static Stream<Named<Way>> everyWay() {
        Alternatives.Cpu cpu = new Alternatives.Cpu();
        return Stream.concat(
                onFields(),
                Stream.of(
                        way("GUP-fast", benchmark -> benchmark.gupFast(cpu)),
                        way("GUP-fast, broadcast", benchmark -> benchmark.gupFastBroadcast(cpu)),
                        way("slow GUP", Alternatives::slowGup)));
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void pinsAndUnpins(Way way) {
        Alternatives benchmark = new Alternatives();
        benchmark.setUp(2);
        for (int i = 0; i < 10; i++) {
            assertThat(way.pinAndUnpin(benchmark)).as("page pinned").isEqualTo(1);
        }
        assertThat(benchmark.page().refcount()).as("references left").isEqualTo(1);
        benchmark.checkIdle();
    }

    /** The control: a way that does not look at the entry would pin this one, too. */
    @ParameterizedTest
    @MethodSource("onFields")
    void doesNotPinThroughAReadOnlyEntry(Way way) {
        Alternatives benchmark = new Alternatives();
        benchmark.page().writeProtect();
        assertThat(way.pinAndUnpin(benchmark)).isZero();
        assertThat(benchmark.page().refcount()).isEqualTo(1);
    }

    @Test
    void inBetweenThePageIsPinned() {
        PlainPage page = new PlainPage();
        page.pin();
        page.pinAtomically();
        assertThat(page.refcount()).isEqualTo(1 + 2 * Folio.PIN_BIAS);
        page.unpinAtomically();
        page.unpin();
        assertThat(page.refcount()).isEqualTo(1);
    }

    /** A stamp is not there while a reader of another kind is let in: the guess fails, and the read lock is what helps. */
    @Test
    void anOptimisticReadThatCannotBeFallsBack() throws InterruptedException {
        Alternatives benchmark = new Alternatives();
        StampedLock lock = benchmark.stampedLock();
        long stamp = lock.writeLock();
        int[] pinned = new int[1];
        Thread reader = new Thread(() -> pinned[0] = benchmark.optimisticRead());
        reader.start();
        while (reader.getState() == Thread.State.NEW || reader.getState() == Thread.State.RUNNABLE) {
            Thread.onSpinWait();
        }
        assertThat(reader.getState()).as("the reader waits for the writer").isEqualTo(Thread.State.WAITING);
        lock.unlockWrite(stamp);
        reader.join();
        assertThat(pinned[0]).isEqualTo(1);
        assertThat(benchmark.page().refcount()).isEqualTo(1);
    }
}
