// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Sets of small numbers, which stand for the pairs of {@link Weak}. The sets are numbered from zero themselves. All of them
 * lie in one array, a bit per pair, so that a change to many of them is one loop.
 *
 * <p>A <em>family</em> is as many consecutive sets as there are actors, one for each. It is named by the number of its first
 * set: the set of {@code family} for an actor is {@code family + actor}.
 */
final class PairSets {
    private final int familySize;

    /** The words that a set takes. */
    private final int width;

    private final long[] bits;

    /** So many empty sets, which can hold pairs below {@code pairs}. */
    PairSets(int sets, int pairs, int familySize) {
        this.familySize = familySize;
        this.width = words(pairs);
        this.bits = new long[sets * width];
    }

    private PairSets(PairSets that) {
        this.familySize = that.familySize;
        this.width = that.width;
        this.bits = that.bits.clone();
    }

    private static int words(int pairs) {
        return (pairs + Long.SIZE - 1) / Long.SIZE;
    }

    PairSets copy() {
        return new PairSets(this);
    }

    // ---- one set

    void add(int set, int pair) {
        bits[set * width + (pair >>> 6)] |= 1L << pair;
    }

    boolean has(int set, int pair) {
        return (bits[set * width + (pair >>> 6)] & 1L << pair) != 0;
    }

    boolean isEmpty(int set) {
        return isEmpty(set, 1);
    }

    private boolean isEmpty(int first, int count) {
        for (int i = first * width; i < (first + count) * width; i++) {
            if (bits[i] != 0) {
                return false;
            }
        }
        return true;
    }

    void clear(int set) {
        clear(set, 1);
    }

    private void clear(int first, int count) {
        Arrays.fill(bits, first * width, (first + count) * width, 0);
    }

    // ---- two sets

    boolean meet(int set, int other) {
        for (int i = 0; i < width; i++) {
            if ((bits[set * width + i] & bits[other * width + i]) != 0) {
                return true;
            }
        }
        return false;
    }

    /** Adds the pairs of {@code source} to {@code target}. */
    void unite(int target, int source) {
        unite(target, source, 1);
    }

    private void unite(int target, int source, int count) {
        int to = target * width;
        int from = source * width;
        for (int i = 0; i < count * width; i++) {
            bits[to + i] |= bits[from + i];
        }
    }

    /** Takes the pairs of {@code source} away from {@code target}. */
    void subtract(int target, int source) {
        subtract(target, source, 1);
    }

    private void subtract(int target, int source, int count) {
        int to = target * width;
        int from = source * width;
        for (int i = 0; i < count * width; i++) {
            bits[to + i] &= ~bits[from + i];
        }
    }

    // ---- families

    boolean isEachEmpty(int family) {
        return isEmpty(family, familySize);
    }

    void clearEach(int family) {
        clear(family, familySize);
    }

    /** Adds to each set of {@code targets} the pairs of the set of {@code sources} for the same actor. */
    void uniteEach(int targets, int sources) {
        unite(targets, sources, familySize);
    }

    /** Adds the pairs of all sets of the family {@code sources} to the one set {@code target}. */
    void uniteAll(int target, int sources) {
        for (int source = sources; source < sources + familySize; source++) {
            unite(target, source);
        }
    }

    /** Takes away from each set of {@code targets} the pairs of the set of {@code sources} for the same actor. */
    void subtractEach(int targets, int sources) {
        subtract(targets, sources, familySize);
    }

    /** Takes the pairs of the one set {@code source} away from each set of the family {@code targets}. */
    void subtractFromEach(int targets, int source) {
        for (int target = targets; target < targets + familySize; target++) {
            subtract(target, source);
        }
    }

    // ---- all sets before one

    /** Adds {@code source} to each set before {@code end} that has a pair in common with {@code wanted}. */
    void uniteWhereMet(int end, int wanted, int source) {
        for (int set = 0; set < end; set++) {
            if (meet(set, wanted)) {
                unite(set, source);
            }
        }
    }

    /** Takes away from each set before {@code end} what is not in {@code kept}. */
    void retain(int end, int kept) {
        for (int set = 0; set < end; set++) {
            for (int i = 0; i < width; i++) {
                bits[set * width + i] &= bits[kept * width + i];
            }
        }
    }

    // ---- bytes

    /**
     * Packs the sets from {@code first} to before {@code end}.
     *
     * @param pairs how many pairs there are by their new numbers
     * @param newPair the new number of each pair that is in a set; null if pairs keep their numbers
     */
    void pack(Packer packer, int first, int end, int pairs, int @Nullable [] newPair) {
        int packedWidth = words(pairs);
        for (int set = first; set < end; set++) {
            if (newPair != null && !isEmpty(set)) {
                renumber(set, newPair);
            }
            for (int i = 0; i < packedWidth; i++) {
                packer.putSet(bits[set * width + i]);
            }
        }
    }

    private void renumber(int set, int[] newPair) {
        long[] old = Arrays.copyOfRange(bits, set * width, (set + 1) * width);
        clear(set);
        for (int i = 0; i < width; i++) {
            for (long rest = old[i]; rest != 0; rest &= rest - 1) {
                add(set, newPair[i * Long.SIZE + Long.numberOfTrailingZeros(rest)]);
            }
        }
    }

    /** Reads what {@link #pack} wrote, into empty sets. */
    void unpack(Unpacker unpacker, int first, int end, int pairs) {
        int packedWidth = words(pairs);
        for (int set = first; set < end; set++) {
            for (int i = 0; i < packedWidth; i++) {
                bits[set * width + i] = unpacker.getSet();
            }
        }
    }
}
