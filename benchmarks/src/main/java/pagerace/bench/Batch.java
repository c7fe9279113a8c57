// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.function.Supplier;
import pagerace.bench.floor.Floor;
import pagerace.machine.HardwareMachine;
import pagerace.machine.Word;
import pagerace.price.Priced;

/**
 * Several copies of one operation, each on a state of its own, which run one after the other. So the clock is read once for all
 * of them, and setting the states back takes no part in it.
 */
abstract class Batch {
    /** Copies of a short operation: few enough that their states stay in the first-level cache. */
    private static final int MANY = 16;

    /** Accesses, of all copies together, beside which reading the clock does not matter. */
    private static final int ENOUGH = 500;

    /** How many copies of an operation of so many accesses make a batch. */
    static int copies(int accesses) {
        return Math.max(1, Math.min(MANY, ENOUGH / accesses));
    }

    /** Sets all states back. */
    abstract void rewind();

    /** Runs all copies. */
    abstract long run();

    /** The operation, as the model does it. */
    static Batch of(Priced priced, int size) {
        HardwareMachine machine = new HardwareMachine(true);
        Supplier<?>[] copies = new Supplier<?>[size];
        Arrays.setAll(copies, copy -> priced.setup().apply(machine));
        machine.mark();
        return new Batch() {
            @Override
            void rewind() {
                machine.rewind();
            }

            @Override
            long run() {
                long ended = 0;
                for (Supplier<?> copy : copies) {
                    // Accesses of words are opaque or stronger: nothing of the operation is dropped because nobody
                    // looks at
                    // the result, and if the operation is inlined, the result is never made.
                    ended += copy.get() == null ? 0 : 1;
                }
                return ended;
            }
        };
    }

    /** Its accesses alone. */
    static Batch of(Floor floor, int size) {
        long[] initial = floor.initial();
        long[][] copies = new long[size][];
        Arrays.setAll(copies, copy -> initial.clone());
        return new Batch() {
            @Override
            void rewind() {
                for (long[] words : copies) {
                    System.arraycopy(initial, 0, words, 0, initial.length);
                }
                VarHandle.fullFence();
            }

            @Override
            long run() {
                long sink = 0;
                for (long[] words : copies) {
                    sink ^= floor.run(words);
                }
                return sink;
            }
        };
    }

    /** Its accesses alone, on the hardware machine. */
    static Batch onWords(Floor floor, int size) {
        HardwareMachine machine = new HardwareMachine(true);
        Word[][] copies = new Word[size][];
        Arrays.setAll(
                copies,
                copy -> Arrays.stream(floor.initial())
                        .mapToObj(value -> machine.word("word", value))
                        .toArray(Word[]::new));
        machine.mark();
        return new Batch() {
            @Override
            void rewind() {
                machine.rewind();
            }

            @Override
            long run() {
                long sink = 0;
                for (Word[] words : copies) {
                    sink ^= floor.run(machine, words);
                }
                return sink;
            }
        };
    }

    /** Nothing: what remains is the clock. */
    static Batch empty() {
        return new Batch() {
            @Override
            void rewind() {}

            @Override
            long run() {
                return 0;
            }
        };
    }
}
