// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Lists of states by number of steps. A list may grow while a later one is being built from it, never while it is read. */
final class Buckets {
    private static final class Bucket {
        int[] states = new int[16];
        int size;
    }

    private final List<Bucket> buckets = new ArrayList<>();

    void add(int steps, int state) {
        while (buckets.size() <= steps) {
            buckets.add(new Bucket());
        }
        Bucket bucket = buckets.get(steps);
        if (bucket.size == bucket.states.length) {
            bucket.states = Arrays.copyOf(bucket.states, 2 * bucket.size);
        }
        bucket.states[bucket.size++] = state;
    }

    boolean isEmpty() {
        return buckets.isEmpty();
    }

    /** One more than the largest number of steps. */
    int size() {
        return buckets.size();
    }

    /** The states at {@code steps}, which nothing is added to any more. */
    int[] take(int steps) {
        Bucket bucket = buckets.set(steps, new Bucket());
        return Arrays.copyOf(bucket.states, bucket.size);
    }
}
