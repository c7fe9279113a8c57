// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A state of {@link Weak}, packed: what is kept for every state visited should be small. It is unpacked into
 * {@link WeakState} to take a step.
 */
final class WeakMemory implements Memory {
    /** What all states of one exploration share; among it the state that was unpacked last, since each is asked repeatedly. */
    static final class Shape {
        final int actors;
        final int locations;
        final EnumSet<Weak.Fault> faults;
        private byte @Nullable [] unpacked;
        private @Nullable WeakState state;

        Shape(int actors, int locations, Set<Weak.Fault> faults) {
            this.actors = actors;
            this.locations = locations;
            this.faults = EnumSet.noneOf(Weak.Fault.class);
            this.faults.addAll(faults);
        }
    }

    private final Shape shape;
    private final byte[] packed;
    private final int hash;

    WeakMemory(Shape shape, byte[] packed) {
        this.shape = shape;
        this.packed = packed;
        this.hash = Arrays.hashCode(packed);
    }

    static WeakMemory initial(int actors, long[] values, Set<Weak.Fault> faults) {
        Shape shape = new Shape(actors, values.length, faults);
        return new WeakMemory(shape, WeakState.initial(shape, values).pack());
    }

    private WeakState state() {
        if (shape.unpacked != packed || shape.state == null) {
            shape.state = WeakState.unpack(shape, packed);
            shape.unpacked = packed;
        }
        return shape.state;
    }

    @Override
    public void step(int actor, Step step, Past past, Effects effects) {
        if (step.kind().isFence()) {
            effects.add(this, 0);
            return;
        }
        WeakState before = state();
        int location = step.location();
        int end = before.messagesOf(location);
        for (int at = before.floor(actor, location); at < end; at++) {
            long read = before.valueAt(location, at);
            boolean writes = step.takesPlace(read);
            if (!step.isEnabledBy(read) || (writes && before.isTaken(location, at))) {
                continue;
            }
            WeakState after = before.copy();
            if (after.take(actor, step, past, at, read, writes)) {
                effects.add(new WeakMemory(shape, after.pack()), read);
            }
        }
    }

    @Override
    public long last(int location) {
        WeakState state = state();
        return state.valueAt(location, state.messagesOf(location) - 1);
    }

    @Override
    public String note(int actor, @Nullable Step step, long read, Memory after, Names names) {
        if (step == null || step.location() == Step.NOWHERE) {
            return "";
        }
        int location = step.location();
        WeakState state = state();
        long last = state.valueAt(location, state.messagesOf(location) - 1);
        String word = names.word(location);
        if (step.kind().reads()) {
            if (read == last) {
                return "";
            }
            String old = "old value: nothing orders this read after " + word + " became " + names.value(location, last);
            boolean overtaken = step.takesPlace(read) && after.last(location) != step.after(read);
            return overtaken ? old + "; what it writes comes before that in coherence order, and is lost" : old;
        }
        return after.last(location) == step.after(read)
                ? ""
                : "overtaken: in coherence order before " + names.value(location, last);
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
