// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import pagerace.race.Reachability;

/**
 * Total store order, the memory model of x86: each actor has a buffer through which its writes reach memory in their order,
 * some time later. A read takes the actor's own newest buffered value of the word, else memory. Full fences, locks and
 * read-modify-writes that take place wait until the buffer is empty, and act on memory at once. Of those that do not take
 * place, {@code cmpxchg} and {@code test_and_set_bit_lock} have executed a locked instruction all the same, and wait too;
 * {@code atomic_add_unless} and {@code spin_trylock} have only read.
 *
 * <p>{@code smp_mb__before_atomic} and similar fences are nothing here, as on x86: the read-modify-write beside them is the fence.
 */
public final class Tso implements MemoryModel {
    /** The model. */
    public static final Tso MODEL = new Tso();

    private Tso() {}

    @Override
    public Reachability level() {
        return Reachability.TSO;
    }

    @Override
    public Memory initial(int actors, long[] values) {
        return new Buffered(values.clone(), new long[actors][0]);
    }

    @Override
    public boolean isNothing(Access access) {
        return access.kind().isFence() && access.kind() != Access.Kind.MB;
    }

    /** Memory and the store buffers: per actor, location and value of each waiting write in turn, the oldest first. */
    private static final class Buffered implements Memory {
        private final long[] values;
        private final long[][] buffers;
        private final int hash;

        Buffered(long[] values, long[][] buffers) {
            this.values = values;
            this.buffers = buffers;
            this.hash = 31 * Arrays.hashCode(values) + Arrays.deepHashCode(buffers);
        }

        @Override
        public void step(int actor, Access access, Past past, Effects effects) {
            boolean drained = buffers[actor].length == 0;
            if (access.kind().isFence()) {
                if (drained || access.kind() != Access.Kind.MB) {
                    effects.add(this, 0);
                }
                return;
            }
            long read = read(actor, access.location());
            if (access.kind() == Access.Kind.WRITE) {
                effects.add(withBuffer(actor, append(buffers[actor], access.location(), access.after(read))), read);
            } else if (!access.isEnabledBy(read)) {
                return;
            } else if (!access.takesPlace(read)) {
                if (drained || !access.isLockedInVain()) {
                    effects.add(this, read);
                }
            } else if (drained) {
                effects.add(new Buffered(withValue(access.location(), access.after(read)), buffers), read);
            }
        }

        @Override
        public void internal(int actor, Effects effects) {
            long[] buffer = buffers[actor];
            if (buffer.length > 0) {
                long[][] next = buffers.clone();
                next[actor] = Arrays.copyOfRange(buffer, 2, buffer.length);
                effects.add(new Buffered(withValue((int) buffer[0], buffer[1]), next), buffer[1]);
            }
        }

        private long read(int actor, int location) {
            int newest = newest(actor, location);
            return newest < 0 ? values[location] : buffers[actor][newest + 1];
        }

        /** Where in the actor's buffer its newest write to the word stands, or a negative number. */
        private int newest(int actor, int location) {
            int entry = buffers[actor].length - 2;
            while (entry >= 0 && buffers[actor][entry] != location) {
                entry -= 2;
            }
            return entry;
        }

        private static long[] append(long[] buffer, int location, long value) {
            long[] longer = Arrays.copyOf(buffer, buffer.length + 2);
            longer[buffer.length] = location;
            longer[buffer.length + 1] = value;
            return longer;
        }

        private Buffered withBuffer(int actor, long[] buffer) {
            long[][] next = buffers.clone();
            next[actor] = buffer;
            return new Buffered(values, next);
        }

        private long[] withValue(int location, long value) {
            long[] next = values.clone();
            next[location] = value;
            return next;
        }

        @Override
        public long last(int location) {
            return values[location];
        }

        @Override
        public boolean isUnderWay(int actor, int location) {
            return newest(actor, location) >= 0;
        }

        @Override
        public String note(int actor, @Nullable Access access, long read, Memory after, Names names) {
            if (access == null) {
                int word = (int) buffers[actor][0];
                return names.actor(actor) + "'s store buffer drains: " + names.word(word) + " "
                        + names.value(word, values[word]) + " -> " + names.value(word, after.last(word));
            }
            if (access.kind().isFence()) {
                return "";
            }
            if (access.kind() == Access.Kind.WRITE) {
                return "waits in the store buffer";
            }
            if (newest(actor, access.location()) >= 0) {
                return "from its own store buffer";
            }
            for (int other = 0; other < buffers.length; other++) {
                int newest = newest(other, access.location());
                if (newest >= 0) {
                    return names.value(access.location(), buffers[other][newest + 1])
                            + " still waits in the store buffer of " + names.actor(other);
                }
            }
            return "";
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Buffered that
                    && hash == that.hash
                    && Arrays.equals(values, that.values)
                    && Arrays.deepEquals(buffers, that.buffers);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }
}
