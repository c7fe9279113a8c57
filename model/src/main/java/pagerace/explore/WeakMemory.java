// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A state of {@link Weak}, packed: what is kept for every state visited should be small. It is unpacked into
 * {@link WeakState} to take an access.
 */
final class WeakMemory implements Memory {
    /** The state that was unpacked last, for all memories of one exploration, since each is asked repeatedly. */
    private static final class Unpacked {
        private final WeakShape shape;
        private byte @Nullable [] packed;
        private @Nullable WeakState state;

        Unpacked(WeakShape shape) {
            this.shape = shape;
        }

        WeakState state(byte[] wanted) {
            if (packed != wanted || state == null) {
                state = WeakCanon.unpack(shape, wanted);
                packed = wanted;
            }
            return state;
        }
    }

    private final Unpacked unpacked;
    private final byte[] packed;
    private final int hash;

    private WeakMemory(Unpacked unpacked, byte[] packed) {
        this.unpacked = unpacked;
        this.packed = packed;
        this.hash = Arrays.hashCode(packed);
    }

    static WeakMemory initial(WeakShape shape, long[] values) {
        return new WeakMemory(new Unpacked(shape), WeakCanon.pack(WeakState.initial(shape, values)));
    }

    private WeakState state() {
        return unpacked.state(packed);
    }

    @Override
    public void step(int actor, Access access, Past past, Effects effects) {
        if (access.kind().isFence()) {
            effects.add(this, 0);
            return;
        }
        WeakState before = state();
        WeakMessages messages = before.messages;
        int location = access.location();
        for (int position = messages.floor(actor, location); position < messages.count(location); position++) {
            long read = messages.value(messages.at(location, position));
            boolean writes = access.takesPlace(read);
            if (!access.isEnabledBy(read) || (writes && messages.isTaken(location, position))) {
                continue;
            }
            WeakState after = before.copy();
            if (after.take(actor, access, past, position, read, writes)) {
                effects.add(new WeakMemory(unpacked, WeakCanon.pack(after)), read);
            }
        }
    }

    @Override
    public long last(int location) {
        return state().messages.last(location);
    }

    @Override
    public String note(int actor, @Nullable Access access, long read, Memory after, Names names) {
        if (access == null || access.location() == Access.NOWHERE) {
            return "";
        }
        int location = access.location();
        long last = last(location);
        String word = names.word(location);
        if (access.kind().reads()) {
            if (read == last) {
                return "";
            }
            String old = "old value: nothing orders this read after " + word + " became " + names.value(location, last);
            boolean overtaken = access.takesPlace(read) && after.last(location) != access.after(read);
            return overtaken ? old + "; what it writes comes before that in coherence order, and is lost" : old;
        }
        return after.last(location) == access.after(read)
                ? ""
                : "overtaken: in coherence order before " + names.value(location, last);
    }

    /** This state in words, a line for each word and each set that is not empty. */
    String describe(Names names) {
        return WeakText.of(state(), names);
    }

    @Override
    public String toString() {
        return describe(WeakText.NUMBERS);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof WeakMemory that && hash == that.hash && Arrays.equals(packed, that.packed);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
