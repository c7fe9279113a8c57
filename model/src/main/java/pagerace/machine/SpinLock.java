// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

/**
 * {@code spinlock_t}: acquire when taken, release when given back, and not a full fence, neither alone nor as the pair
 * unlock, lock. On x86 hosts the locked instruction that takes it is a full fence all the same.
 */
public final class SpinLock {
    /** Every bit of the word: taking a lock that waits for all of them to clear is how engines know a spin lock. */
    public static final long ANY_BIT = 0xFFFF_FFFFL;

    /** What the word holds while the lock is held. */
    public static final long HELD = 1;

    private static final Format FORMAT = value -> value == 0 ? "free" : "held";

    private final Word word;

    /** A free lock; traces call its word {@code name}. */
    public SpinLock(Machine machine, String name) {
        word = machine.word(name, FORMAT, 0);
    }

    /** A free lock whose word is {@code owner.field} in traces. */
    public SpinLock(Machine machine, String owner, String field) {
        word = machine.word(owner, field, FORMAT, 0);
    }

    /** A free lock whose word is {@code name[index]} in traces. */
    public SpinLock(Machine machine, String name, int index) {
        word = machine.word(name, index, FORMAT, 0);
    }

    /** A free lock whose word is {@code name[index]} in traces, and on a cache line of its own among all such locks. */
    static SpinLock padded(Machine machine, String name, int index) {
        return new SpinLock(machine.paddedWord(name, index, FORMAT, 0));
    }

    private SpinLock(Word word) {
        this.word = word;
    }

    /** {@code spin_lock}: waits for the lock. Not re-entrant: taking it twice is a deadlock. */
    public void lock() {
        word.acquireWhenClear(ANY_BIT, HELD);
    }

    /** {@code spin_trylock}: whether the lock was taken; orders nothing if it was not. */
    public boolean tryLock() {
        return word.tryAcquireWhenClear(ANY_BIT, HELD);
    }

    /** {@code spin_unlock}. Only the holder calls it. */
    public void unlock() {
        word.storeRelease(0);
    }
}
