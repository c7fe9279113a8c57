// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

/**
 * {@code seqcount_t}: a counter that is odd while its writer is at work. Writers exclude each other by other means.
 *
 * <p>Algorithm notes. The write side is a plain increment and {@code smp_wmb}, so its begin does <em>not</em> order the odd
 * count before the writer's later <em>reads</em>: that gap is the subject of a race here, and Java's {@code StampedLock},
 * which is stronger, would hide it. The parts are public because variants leave one out.
 */
public final class SeqCount {
    /** How counters read that are odd while somebody is at work: {@code 3 (odd)}. */
    public static final Format FORMAT = value -> value + (isOdd(value) ? " (odd)" : " (even)");

    private final Machine machine;
    private final Word sequence;

    /** An even counter; traces call its word {@code owner.field}. */
    public SeqCount(Machine machine, String owner, String field) {
        this.machine = machine;
        this.sequence = machine.word(owner, field, FORMAT, 0);
    }

    /** Whether a value returned by {@link #readBegin} says that a writer is at work. */
    public static boolean isOdd(long seen) {
        return (seen & 1) != 0;
    }

    /** {@code raw_write_seqcount_begin}: the count becomes odd, before any later write of this actor. */
    public void writeBegin() {
        increment();
        machine.smpWmb(); // pairs with the smp_rmb of readRetry: who sees a later write sees the odd count
    }

    /** {@code raw_write_seqcount_end}: the count becomes even, after every earlier write of this actor. */
    public void writeEnd() {
        machine.smpWmb(); // pairs with the acquire of readBegin: who sees the even count sees the writes
        increment();
    }

    /** The plain increment inside begin and end, without its fence. Only the writer calls it. */
    public void increment() {
        sequence.writeOnce(sequence.readOnce() + 1);
    }

    /** {@code raw_read_seqcount}: the count, acquired; a reader that does not want to wait gives up if it {@link #isOdd}. */
    public long readBegin() {
        return sequence.loadAcquire();
    }

    /** {@code read_seqcount_retry}: whether the count moved since {@link #readBegin} returned {@code start}. */
    public boolean readRetry(long start) {
        machine.smpRmb(); // pairs with the smp_wmb of writeBegin: reads of this section before the count
        return sequence.readOnce() != start;
    }
}
