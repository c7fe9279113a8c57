// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import pagerace.race.Reachability;

/** Sequential consistency: one value per word, and every access acts on it at once. */
public final class Sc implements MemoryModel {
    /** The model. */
    public static final Sc MODEL = new Sc();

    private Sc() {}

    @Override
    public Reachability level() {
        return Reachability.SC;
    }

    @Override
    public Memory initial(int actors, long[] values) {
        return new Values(values.clone());
    }

    @Override
    public boolean isNothing(Access access) {
        return access.kind().isFence();
    }

    private static final class Values implements Memory {
        private final long[] values;
        private final int hash;

        Values(long[] values) {
            this.values = values;
            this.hash = Arrays.hashCode(values);
        }

        @Override
        public void step(int actor, Access access, Past past, Effects effects) {
            if (access.kind().isFence()) {
                effects.add(this, 0);
                return;
            }
            long read = values[access.location()];
            if (!access.isEnabledBy(read)) {
                return;
            }
            if (!access.takesPlace(read)) {
                effects.add(this, read);
                return;
            }
            long[] next = values.clone();
            next[access.location()] = access.after(read);
            effects.add(new Values(next), read);
        }

        @Override
        public long last(int location) {
            return values[location];
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Values that && hash == that.hash && Arrays.equals(values, that.values);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }
}
