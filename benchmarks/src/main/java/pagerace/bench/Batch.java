// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import pagerace.bench.floor.Floor;
import pagerace.machine.HardwareMachine;
import pagerace.machine.Word;
import pagerace.price.Priced;

/**
 * Copies of one operation, each on a state of its own, which run one after the other. The clock is read once for all of them,
 * and setting the states back takes no part in it.
 */
final class Batch {
    /**
     * Copies of a short operation. Each is compiled by itself: with many of them the first-level instruction cache becomes the
     * price (16 copies of a pin take half as long again, each).
     */
    private static final int FEW = 2;

    /** An operation of so many accesses is long beside reading the clock. */
    private static final int LONG = 100;

    private final LongSupplier[] copies;
    private final Runnable rewind;

    private Batch(List<LongSupplier> operations, Runnable rewind) {
        copies = operations.stream().map(Constant::of).toArray(LongSupplier[]::new);
        this.rewind = rewind;
    }

    /** How many copies of an operation of so many accesses make a batch. */
    static int copies(int accesses) {
        return accesses > LONG ? 1 : FEW;
    }

    /** The operation, as the model does it. */
    static Batch of(Priced priced, int size) {
        HardwareMachine machine = HardwareMachine.rewindable();
        List<LongSupplier> copies = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            Supplier<?> operation = priced.setup().apply(machine);
            // Accesses of words are opaque or stronger, so nothing of the operation is dropped because nobody looks at
            // the
            // result; and the result need not be made.
            copies.add(() -> operation.get() == null ? 0 : 1);
        }
        machine.mark();
        return new Batch(copies, machine::rewind);
    }

    /** Its accesses alone, on an array. */
    static Batch onArray(Floor floor, int size) {
        long[] initial = floor.initial();
        List<long[]> states = new ArrayList<>();
        List<LongSupplier> copies = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            long[] words = initial.clone();
            states.add(words);
            copies.add(() -> floor.run(words));
        }
        return new Batch(copies, () -> {
            states.forEach(words -> System.arraycopy(initial, 0, words, 0, initial.length));
            VarHandle.fullFence();
        });
    }

    /** Its accesses alone, on words of the hardware machine. */
    static Batch onWords(Floor floor, int size) {
        HardwareMachine machine = HardwareMachine.rewindable();
        List<LongSupplier> copies = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            Word[] words = Arrays.stream(floor.initial())
                    .mapToObj(value -> machine.word("word", value))
                    .toArray(Word[]::new);
            copies.add(() -> floor.run(machine, words));
        }
        machine.mark();
        return new Batch(copies, machine::rewind);
    }

    /** Copies of nothing: what remains is the clock, and the way to the copies. */
    static Batch empty(int size) {
        List<LongSupplier> copies = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            copies.add(() -> 0);
        }
        return new Batch(copies, () -> {});
    }

    /** Sets all states back. */
    void rewind() {
        rewind.run();
    }

    /**
     * Runs all copies. Without the fences a short operation would run, in part, while the CPU still works on reading the clock
     * before it and already on reading it behind it, and so take less time than it takes.
     */
    long run() {
        VarHandle.fullFence();
        long sink = 0;
        for (LongSupplier copy : copies) {
            sink ^= copy.getAsLong();
        }
        VarHandle.fullFence();
        return sink;
    }
}
