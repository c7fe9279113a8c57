// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

/**
 * A lock in one bit of a word that holds other bits too, as the folio lock lives in the folio's flags: acquire when taken,
 * release when given back.
 */
public final class BitLock {
    private final Word word;
    private final long bit;

    /**
     * The lock in {@code bit} of {@code word}.
     *
     * @param bit a mask
     * @throws IllegalArgumentException unless the mask has exactly one bit
     */
    public BitLock(Word word, long bit) {
        if (Long.bitCount(bit) != 1) {
            throw new IllegalArgumentException("a bit lock is one bit, not the mask 0x" + Long.toHexString(bit));
        }
        this.word = word;
        this.bit = bit;
    }

    /** {@code folio_lock}: waits for the bit. Not re-entrant. */
    public void lock() {
        word.acquireWhenClear(bit, bit);
    }

    /** {@code folio_trylock}: whether the bit was taken; orders nothing if it was not. */
    public boolean tryLock() {
        return !word.testAndSetBitLock(bit);
    }

    /** {@code folio_unlock}. Only the holder calls it. */
    public void unlock() {
        word.clearBitUnlock(bit);
    }

    /** {@code folio_test_locked}: whether somebody, anybody, holds it right now. */
    public boolean isLocked() {
        return (word.readOnce() & bit) != 0;
    }
}
