// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

/**
 * A fixed number of spin locks that stand for many: each key maps to one of them.
 *
 * <p>Guarantees:
 * <ul>
 *   <li>equal keys share a lock, always;
 *   <li>unequal keys <em>may</em> share one: holding the lock of one key and taking that of another can be a
 *       self-deadlock, so take two only through {@link #lockBoth};
 *   <li>{@link #lockBoth} takes the lower stripe first, and takes a shared stripe once, so any number of actors that take
 *       their pairs through it cannot deadlock among themselves;
 *   <li>no two locks share a cache line, nor a pair of lines that is fetched together, wherever the heap puts them: who
 *       takes one does not slow down who takes another.
 * </ul>
 *
 * <p>Sharing also hides races, since two unrelated entities then exclude each other. Probes therefore use one lock per
 * entity; stripes belong to the model at scale.
 */
public final class LockStripes {
    private final SpinLock[] locks;

    /**
     * {@code stripes} free locks.
     *
     * @throws IllegalArgumentException unless {@code stripes} is a power of two
     */
    public LockStripes(Machine machine, String name, int stripes) {
        if (stripes < 1 || Integer.bitCount(stripes) != 1) {
            throw new IllegalArgumentException("the number of stripes must be a power of two, not " + stripes);
        }
        locks = new SpinLock[stripes];
        for (int i = 0; i < stripes; i++) {
            locks[i] = SpinLock.padded(machine, name, i);
        }
    }

    /** The stripe of {@code key}, in {@code 0..stripes-1}; neighbouring keys are spread. */
    public int stripeOf(long key) {
        long spread = key * 0x9E3779B97F4A7C15L;
        return (int) (spread >>> 32) & (locks.length - 1);
    }

    /** The lock of {@code key}. */
    public SpinLock of(long key) {
        return locks[stripeOf(key)];
    }

    /** Takes the locks of both keys, the lower stripe first; one lock if they share a stripe. */
    public void lockBoth(long a, long b) {
        int low = Math.min(stripeOf(a), stripeOf(b));
        int high = Math.max(stripeOf(a), stripeOf(b));
        locks[low].lock();
        if (high != low) {
            locks[high].lock();
        }
    }

    /** Gives back what {@link #lockBoth} took for the same keys. */
    public void unlockBoth(long a, long b) {
        locks[stripeOf(a)].unlock();
        if (stripeOf(b) != stripeOf(a)) {
            locks[stripeOf(b)].unlock();
        }
    }
}
