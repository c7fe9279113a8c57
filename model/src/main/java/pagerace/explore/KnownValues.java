// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Per word, values that it is known to have had, its first one among them: what trial runs of actors try. */
final class KnownValues {
    /** How many values of one word trial runs try. */
    private static final int MAX = 12;

    private final List<Set<Long>> known;

    /** Knows what each word holds after setup. */
    KnownValues(long[] initial) {
        known = Arrays.stream(initial)
                .mapToObj(value -> new LinkedHashSet<>(Set.of(value)))
                .collect(Collectors.toUnmodifiableList());
    }

    /** Known values of the word. */
    Set<Long> of(int location) {
        return known.get(location);
    }

    /** Notes what {@code before} returned, if there is such an access, and what {@code access} writes. */
    void note(@Nullable Access before, long seen, Access access) {
        if (before != null && before.kind().isSeen() && !before.kind().isSeenAsTruth()) {
            note(before.location(), seen);
        }
        switch (access.kind()) {
            case WRITE, XCHG -> note(access.location(), access.a());
            case CMPXCHG -> note(access.location(), access.b());
            default -> {}
        }
    }

    private void note(int location, long value) {
        Set<Long> values = known.get(location);
        if (values.size() < MAX) {
            values.add(value);
        }
    }
}
