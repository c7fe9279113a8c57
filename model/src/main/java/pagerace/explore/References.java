// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import pagerace.explore.Access.Kind;
import pagerace.race.Lifetime;

/**
 * Which words count references, and which words such a count keeps.
 *
 * <p>Limits, all of which err towards missed bugs: a reference of somebody else's hides that an actor has none; the actor that gave the
 * last reference back may go on writing, as the kernel's {@code folio_put} does inside, and as its caller must not; and a store that
 * leaves its buffer after the folio was freed is judged by when the actor made it.
 */
final class References {
    private static final int NOTHING = -1;

    private final BitSet counts = new BitSet();

    /** Per word, the count that keeps it. */
    private int[] keeper = {};

    /** Notes that the word at {@code location} counts references. */
    void addCount(int location) {
        counts.set(location);
    }

    /** Notes that whoever writes to the word at {@code location} needs a reference that the word at {@code count} counts, if that does. */
    void addKept(int location, int count) {
        if (counts.get(count)) {
            int known = keeper.length;
            keeper = Arrays.copyOf(keeper, location + 1);
            Arrays.fill(keeper, known, location, NOTHING);
            keeper[location] = count;
        }
    }

    /**
     * The rule that an actor breaks by {@code access}.
     *
     * @param read what the access reads
     * @param before memory before the access
     * @param owns whether the actor has the folio of that count to itself: it has frozen it, was the last to have a reference, or has
     *     just allocated it by a store that is still under way
     * @return null if it breaks none
     */
    @Nullable
    Lifetime brokenBy(Access access, long read, Memory before, IntPredicate owns) {
        if (access.kind().isFence() || !access.takesPlace(read)) {
            return null;
        }
        int location = access.location();
        if (counts.get(location)) {
            boolean blind = access.kind() == Kind.ADD || access.kind() == Kind.FETCH_ADD;
            if (!blind || read > 0) {
                return null;
            }
            return access.a() > 0 ? Lifetime.REFERENCE_FROM_ZERO : Lifetime.TOUCHED_WHEN_FREE;
        }
        int count = location < keeper.length ? keeper[location] : NOTHING;
        return count != NOTHING && before.last(count) <= 0 && !owns.test(count) ? Lifetime.TOUCHED_WHEN_FREE : null;
    }
}
