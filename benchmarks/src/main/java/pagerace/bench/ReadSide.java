// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import java.util.concurrent.locks.StampedLock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import pagerace.machine.HardwareMachine;
import pagerace.machine.Machine;
import pagerace.machine.SeqCount;
import pagerace.machine.Word;

/**
 * Two reads that belong together, and the proof that no writer came in between: the sequence count of the model against the
 * optimistic read of {@link StampedLock}. Nobody writes.
 *
 * <table>
 *   <caption>What differs</caption>
 *   <tr><td>{@link #seqCount}</td><td>around two {@link Word}s, as the model's users have it: an object for each
 *     word</td></tr>
 *   <tr><td>{@link #seqCountPlain}</td><td>around two plain fields: the count alone</td></tr>
 *   <tr><td>{@link #stampedLock}</td><td>around the same two plain fields</td></tr>
 *   <tr><td>{@link #reads}</td><td>the two plain fields and nothing around them: what is no price of either</td></tr>
 * </table>
 *
 * <p>Both live in constants, and final fields are trusted, as on the price list: what is compared is what each does, and not
 * how it is found.
 *
 * <p>Run: {@code java -jar benchmarks/target/benchmarks.jar jmh ReadSide -t 2}.
 */
@State(Scope.Benchmark)
@Fork(
        value = 3,
        jvmArgsAppend = {"-XX:+UnlockExperimentalVMOptions", "-XX:+TrustFinalNonStaticFields"})
public class ReadSide extends TimedByHand {
    /** What a read returns that met a writer. */
    static final long RETRY = -1;

    private static final Machine MACHINE = new HardwareMachine();
    private static final SeqCount SEQ = new SeqCount(MACHINE, "mm", "write_protect_seq");
    private static final Word LEFT = MACHINE.word("left", 1);
    private static final Word RIGHT = MACHINE.word("right", 1);

    private static final StampedLock STAMPS = new StampedLock();

    private long left = 1;
    private long right = 1;

    /** The count around words. */
    @Benchmark
    public long seqCount() {
        long start = SEQ.readBegin();
        long sum = LEFT.readOnce() + RIGHT.readOnce();
        return SeqCount.isOdd(start) || SEQ.readRetry(start) ? RETRY : sum;
    }

    /** The count around fields. */
    @Benchmark
    public long seqCountPlain() {
        long start = SEQ.readBegin();
        long sum = left + right;
        return SeqCount.isOdd(start) || SEQ.readRetry(start) ? RETRY : sum;
    }

    /** The stamp around fields. */
    @Benchmark
    public long stampedLock() {
        long stamp = STAMPS.tryOptimisticRead();
        long sum = left + right;
        return STAMPS.validate(stamp) ? sum : RETRY;
    }

    /** The fields alone. */
    @Benchmark
    public long reads() {
        return left + right;
    }

    /** What a writer does, under both disciplines: {@code middle} runs while it is at work. */
    void write(long value, Runnable middle) {
        SEQ.writeBegin();
        long stamp = STAMPS.writeLock();
        LEFT.writeOnce(value);
        left = value;
        middle.run();
        RIGHT.writeOnce(value);
        right = value;
        STAMPS.unlockWrite(stamp);
        SEQ.writeEnd();
    }
}
