// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Lists of states by number of transitions. A list may grow while a later one is being built from it, never while it is read. */
final class Buckets {
    private static final class Bucket {
        int[] states = new int[16];
        int size;
    }

    private final List<Bucket> buckets = new ArrayList<>();

    void add(int transitions, int state) {
        while (buckets.size() <= transitions) {
            buckets.add(new Bucket());
        }
        Bucket bucket = buckets.get(transitions);
        if (bucket.size == bucket.states.length) {
            bucket.states = Arrays.copyOf(bucket.states, 2 * bucket.size);
        }
        bucket.states[bucket.size++] = state;
    }

    boolean isEmpty() {
        return buckets.isEmpty();
    }

    /** One more than the largest number of transitions. */
    int size() {
        return buckets.size();
    }

    /** The states at {@code transitions}, which nothing is added to any more. */
    int[] take(int transitions) {
        Bucket bucket = buckets.set(transitions, new Bucket());
        return Arrays.copyOf(bucket.states, bucket.size);
    }
}
