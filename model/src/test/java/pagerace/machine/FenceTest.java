// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Store buffering, the one reordering that every host shows: each actor writes its own word and reads the other's, and both
 * read the old value. A full fence between the write and the read forbids it. This host must first show the outcome ten
 * times without a fence; then as many rounds, or more, must not show it with one.
 */
class FenceTest {
    private static final int ROUNDS = 1 << 14;
    private static final int PATIENCE = 1_000;

    /** An actor's step between its write and its read; the word is a private one of the actor. */
    private interface Step extends BiConsumer<Machine, Word> {}

    private static Arguments step(String name, Step step) {
        return Arguments.of(Named.of(name, step));
    }

    static Stream<Arguments> fullFences() {
        return Stream.of(
                step("smp_mb", (machine, mine) -> machine.smpMb()),
                step("smp_mb__before_atomic", (machine, mine) -> machine.smpMbBeforeAtomic()),
                step("smp_mb__after_atomic", (machine, mine) -> machine.smpMbAfterAtomic()),
                step("smp_mb__after_spinlock", (machine, mine) -> machine.smpMbAfterSpinlock()),
                step("xchg", (machine, mine) -> mine.xchg(1, Order.FULL)),
                step("cmpxchg that stores", (machine, mine) -> mine.cmpxchg(0, 0, Order.FULL)),
                step("atomic_fetch_add", (machine, mine) -> mine.fetchAdd(1, Order.FULL)),
                step("atomic_fetch_or", (machine, mine) -> mine.fetchOr(1, Order.FULL)),
                step("atomic_fetch_andnot", (machine, mine) -> mine.fetchAndNot(1, Order.FULL)),
                step("atomic_add_unless that adds", (machine, mine) -> mine.addUnless(1, -1, Order.FULL)));
    }

    /** Locked instructions that find nothing to do: full fences on x86, and nothing in the kernel's model. */
    static Stream<Arguments> lockedInVain() {
        return Stream.of(
                step("cmpxchg that fails", (machine, mine) -> mine.cmpxchg(1, 2, Order.FULL)),
                step("cmpxchg_relaxed that fails", (machine, mine) -> mine.cmpxchg(1, 2, Order.RELAXED)),
                step("test_and_set_bit_lock of a set bit", (machine, mine) -> mine.testAndSetBitLock(1)));
    }

    /** On the machine that elides them, with the locked instruction that they are left to. */
    static Stream<Arguments> elidedFences() {
        return Stream.of(
                step("smp_mb__before_atomic", (machine, mine) -> {
                    machine.smpMbBeforeAtomic();
                    mine.add(1);
                }),
                step("smp_mb__after_atomic", (machine, mine) -> {
                    mine.add(1);
                    machine.smpMbAfterAtomic();
                }),
                step("smp_mb__after_atomic, of bits", (machine, mine) -> {
                    mine.or(1);
                    machine.smpMbAfterAtomic();
                }),
                step("smp_mb__after_spinlock", (machine, mine) -> {
                    mine.acquireWhenClear(1, 0);
                    machine.smpMbAfterSpinlock();
                }),
                step("smp_mb, which is never elided", (machine, mine) -> machine.smpMb()));
    }

    /** Elided, and no locked instruction there: if these forbade the outcome, nothing would be elided. */
    static Stream<Arguments> nothingButElidedFences() {
        return Stream.of(
                step("smp_mb__before_atomic", (machine, mine) -> machine.smpMbBeforeAtomic()),
                step("smp_mb__after_atomic", (machine, mine) -> machine.smpMbAfterAtomic()),
                step("smp_mb__after_spinlock", (machine, mine) -> machine.smpMbAfterSpinlock()));
    }

    /** What must not be stronger than the kernel's. */
    static Stream<Arguments> weakerSteps() {
        return Stream.of(
                step("smp_rmb", (machine, mine) -> machine.smpRmb()),
                step("smp_wmb", (machine, mine) -> machine.smpWmb()),
                step("smp_store_release", (machine, mine) -> mine.storeRelease(1)),
                step("smp_load_acquire", (machine, mine) -> mine.loadAcquire()),
                step("atomic_add_unless that fails", (machine, mine) -> mine.addUnless(1, 0, Order.FULL)),
                step(
                        "spin_trylock of a held lock",
                        (machine, mine) -> mine.tryAcquireWhenClear(SpinLock.ANY_BIT, SpinLock.HELD)));
    }

    /** How many batches this host takes to show it, some ten times over, without a fence. */
    private static int control;

    @BeforeAll
    static void showItWithoutAFence() {
        control = batchesUntil(10, (machine, mine) -> {});
        assumeThat(control).as("this host is too busy to show it").isPositive();
    }

    @ParameterizedTest
    @MethodSource("fullFences")
    void aFullFenceForbidsStoreBuffering(Step between) {
        for (int i = 0; i < Math.max(10, control); i++) {
            assertThat(batch(new HardwareMachine(), between))
                    .as("both read the old value, batch %d", i)
                    .isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("lockedInVain")
    void onX86SoDoesALockedInstructionThatFails(Step between) {
        assumeX86();
        aFullFenceForbidsStoreBuffering(between);
    }

    @ParameterizedTest
    @MethodSource("weakerSteps")
    void anythingWeakerDoesNot(Step between) {
        assertThat(batchesUntil(1, between)).as("batches until it was seen").isPositive();
    }

    @ParameterizedTest
    @MethodSource("elidedFences")
    void besideALockedInstructionTheElidedFenceForbidsItAsWell(Step between) {
        assumeX86();
        for (int i = 0; i < Math.max(10, control); i++) {
            assertThat(batch(HardwareMachine.withElidedFences(), between))
                    .as("both read the old value, batch %d", i)
                    .isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("nothingButElidedFences")
    void aloneTheElidedFenceForbidsNothing(Step between) {
        assumeX86();
        assertThat(batchesUntil(1, HardwareMachine::withElidedFences, between))
                .as("batches until it was seen")
                .isPositive();
    }

    private static void assumeX86() {
        assumeThat(HardwareMachine.isX86(System.getProperty("os.arch", "")))
                .as("only x86 may elide")
                .isTrue();
    }

    /** The number of the batch that brought the total to {@code hits}, or 0 if none did. */
    private static int batchesUntil(int hits, Step between) {
        return batchesUntil(hits, HardwareMachine::new, between);
    }

    private static int batchesUntil(int hits, Supplier<HardwareMachine> machines, Step between) {
        int seen = 0;
        for (int i = 1; i <= PATIENCE; i++) {
            seen += batch(machines.get(), between);
            if (seen >= hits) {
                return i;
            }
        }
        return 0;
    }

    /** How many of {@link #ROUNDS} fresh pairs of words ended with both actors reading the old value. */
    private static int batch(HardwareMachine machine, Step between) {
        Word[] left = words(machine);
        Word[] right = words(machine);
        long[] seenByLeft = new long[ROUNDS];
        long[] seenByRight = new long[ROUNDS];
        AtomicInteger leftAt = new AtomicInteger();
        AtomicInteger rightAt = new AtomicInteger();
        TwoThreads.run(
                () -> walk(machine, between, left, right, seenByLeft, leftAt, rightAt),
                () -> walk(machine, between, right, left, seenByRight, rightAt, leftAt));
        int both = 0;
        for (int i = 0; i < ROUNDS; i++) {
            if (seenByLeft[i] == 0 && seenByRight[i] == 0) {
                both++;
            }
        }
        return both;
    }

    /** The actors wait a little for each other now and then, or the first to start is through before the other begins. */
    private static void walk(
            Machine machine,
            Step between,
            Word[] mine,
            Word[] other,
            long[] seen,
            AtomicInteger mineAt,
            AtomicInteger otherAt) {
        Word own = machine.word("own", 0);
        for (int i = 0; i < ROUNDS; i++) {
            TwoThreads.meet(i, mineAt, otherAt);
            mine[i].writeOnce(1);
            between.accept(machine, own);
            seen[i] = other[i].readOnce();
        }
    }

    private static Word[] words(Machine machine) {
        Word[] words = new Word[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            words[i] = machine.word("word", i, 0);
        }
        return words;
    }
}
