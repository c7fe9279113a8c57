// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

import java.util.function.LongPredicate;

/**
 * One shared 64-bit cell of the modelled kernel.
 *
 * <p>Guarantees: every access is atomic and coherent per word; beyond that an access orders exactly what its name or its
 * {@link Order} says and nothing more. In particular {@link #readOnce} and {@link #writeOnce} do not order neighbouring
 * words, as Java {@code volatile} would.
 *
 * <p>A conditional operation ({@link #cmpxchg}, {@link #addUnless}, {@link #tryAcquireWhenClear}) that does not take place
 * is a plain {@link #readOnce} without any ordering, whatever its {@link Order}: so the kernel's model has it. x86 gives more:
 * it has executed a locked instruction, and thereby a full fence, for {@link #cmpxchg} and {@link #testAndSetBitLock} by then,
 * but not for {@link #addUnless} and a spin lock's try, which read first.
 *
 * <p>The operations without a result are open to overriding because the explored machine must know that their caller does
 * not see what they read.
 *
 * <p>A wait ({@link #await}, {@link #acquireWhenClear}) may throw {@link Stuck} on a machine that bounds waiting. Model
 * code never catches it.
 */
public abstract class Word {
    /** For the two machines. */
    protected Word() {}

    /** {@code READ_ONCE}, {@code atomic_read}: no ordering beyond coherence. */
    public abstract long readOnce();

    /** {@code smp_load_acquire}: later accesses of this actor stay behind it. */
    public abstract long loadAcquire();

    /**
     * A read whose value chooses the next location ({@code rcu_dereference}). The kernel orders the dependent access by
     * its address dependency; Java knows no such thing, so this is an acquire.
     */
    public final long readDependent() {
        return loadAcquire();
    }

    /** {@code WRITE_ONCE}, {@code atomic_set}, {@code set_pte_at}: no ordering beyond coherence. */
    public abstract void writeOnce(long value);

    /** {@code smp_store_release}: earlier accesses of this actor stay before it. */
    public abstract void storeRelease(long value);

    /** {@code xchg}: stores {@code value}, returns what was there. */
    public abstract long xchg(long value, Order order);

    /**
     * {@code cmpxchg}: stores {@code value} if the word holds {@code expected}.
     *
     * @return what the word held: {@code expected} exactly when the store took place
     */
    public abstract long cmpxchg(long expected, long value, Order order);

    /** {@code atomic_fetch_add}: adds, returns the value before. */
    public abstract long fetchAdd(long delta, Order order);

    /** {@code atomic_fetch_or}: sets the bits of {@code mask}, returns the value before. */
    public abstract long fetchOr(long mask, Order order);

    /** {@code atomic_fetch_andnot}: clears the bits of {@code mask}, returns the value before. */
    public abstract long fetchAndNot(long mask, Order order);

    /**
     * {@code atomic_add_unless}: adds {@code delta} unless the word holds {@code unless}.
     *
     * @return whether the addition took place
     */
    public abstract boolean addUnless(long delta, long unless, Order order);

    /**
     * Waits until a read of this word satisfies {@code until}. The satisfying read orders nothing.
     *
     * @param until a pure function of the value; it may capture values, never state
     * @return the value that satisfied it
     */
    public abstract long await(LongPredicate until);

    /**
     * Waits until no bit of {@code busy} is set and, in the same atomic step, adds {@code delta} with acquire order: the
     * one way in which locks are taken.
     */
    public abstract void acquireWhenClear(long busy, long delta);

    /**
     * As {@link #acquireWhenClear}, but gives up at once when a bit of {@code busy} is set. Where {@code delta} is the one bit
     * {@code busy}, this is {@link #testAndSetBitLock}, which on x86 is a locked instruction whatever it finds.
     */
    public abstract boolean tryAcquireWhenClear(long busy, long delta);

    /** {@code atomic_add}: no result, no ordering. */
    public void add(long delta) {
        fetchAdd(delta, Order.RELAXED);
    }

    /** {@code set_bit}: no result, no ordering. */
    public void or(long mask) {
        fetchOr(mask, Order.RELAXED);
    }

    /** {@code clear_bit}: no result, no ordering. */
    public void andNot(long mask) {
        fetchAndNot(mask, Order.RELAXED);
    }

    /** {@code atomic_add_return}: fully ordered, returns the value after. */
    public final long addReturn(long delta) {
        return addReturn(delta, Order.FULL);
    }

    /** {@code atomic_add_return} in the given order: returns the value after. */
    public final long addReturn(long delta, Order order) {
        return fetchAdd(delta, order) + delta;
    }

    /** {@code atomic_sub_and_test}: fully ordered, whether the word is zero afterwards. */
    public final boolean subAndTest(long delta) {
        return addReturn(-delta) == 0;
    }

    /** {@code test_and_set_bit}: fully ordered even if the bit was set, whether any bit of {@code mask} was set before. */
    public final boolean testAndSetBit(long mask) {
        return (fetchOr(mask, Order.FULL) & mask) != 0;
    }

    /** {@code test_and_clear_bit}: fully ordered, whether any bit of {@code mask} was set before. */
    public final boolean testAndClearBit(long mask) {
        return (fetchAndNot(mask, Order.FULL) & mask) != 0;
    }

    /** {@code test_and_set_bit_lock}: acquire when the bits were clear, nothing otherwise; whether they were set before. */
    public final boolean testAndSetBitLock(long mask) {
        return !tryAcquireWhenClear(mask, mask);
    }

    /** {@code clear_bit_unlock}: earlier accesses of this actor stay before it. */
    public void clearBitUnlock(long mask) {
        fetchAndNot(mask, Order.RELEASE);
    }
}
