// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

/**
 * {@code rw_semaphore}: many readers or one writer; acquire when taken, release when given back. It makes no promise of
 * fairness: a writer can wait for as long as readers keep coming.
 */
public final class RwSemaphore {
    private static final long WRITER = 1;
    private static final long READER = 2;
    private static final long ANYBODY = -1L;

    private static final Format FORMAT = RwSemaphore::holders;

    private final Word word;

    /** A free semaphore; traces call its word {@code owner.field}. */
    public RwSemaphore(Machine machine, String owner, String field) {
        word = machine.word(owner, field, FORMAT, 0);
    }

    private static String holders(long value) {
        if (value == 0) {
            return "free";
        }
        long readers = value / READER;
        return value == WRITER ? "writer" : readers + (readers == 1 ? " reader" : " readers");
    }

    /** {@code down_read}: waits until no writer holds it. */
    public void readLock() {
        word.acquireWhenClear(WRITER, READER);
    }

    /** {@code down_read_trylock}. */
    public boolean tryReadLock() {
        return word.tryAcquireWhenClear(WRITER, READER);
    }

    /** {@code up_read}. */
    public void readUnlock() {
        word.fetchAdd(-READER, Order.RELEASE);
    }

    /** {@code down_write}: waits until nobody holds it. */
    public void writeLock() {
        word.acquireWhenClear(ANYBODY, WRITER);
    }

    /** {@code down_write_trylock}. */
    public boolean tryWriteLock() {
        return word.tryAcquireWhenClear(ANYBODY, WRITER);
    }

    /** {@code up_write}. */
    public void writeUnlock() {
        word.fetchAdd(-WRITER, Order.RELEASE);
    }

    /** {@code downgrade_write}: the writer becomes a reader without letting another writer in between. */
    public void downgrade() {
        word.fetchAdd(READER - WRITER, Order.RELEASE);
    }
}
