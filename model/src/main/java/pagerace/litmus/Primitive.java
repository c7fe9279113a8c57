// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import static pagerace.machine.Order.FULL;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagerace.machine.Machine;
import pagerace.machine.Order;
import pagerace.machine.SpinLock;
import pagerace.machine.Word;

/**
 * A kernel primitive that a litmus test may call, and what it is on the machine.
 *
 * @param parameters what each argument is, in the order in which C writes them
 * @param returns whether it has a value
 * @param effect the call: machine, the word its pointer names, and its other arguments in order
 */
record Primitive(List<Parameter> parameters, boolean returns, Effect effect) {
    enum Parameter {
        /** {@code *x}: what READ_ONCE and WRITE_ONCE take. */
        CELL,
        /** {@code x}, a pointer. */
        POINTER,
        /** A number. */
        VALUE
    }

    @FunctionalInterface
    interface Effect {
        long apply(Machine machine, @Nullable Word word, long[] values);
    }

    @FunctionalInterface
    private interface Access {
        long apply(Word word, long[] values);
    }

    @FunctionalInterface
    private interface VoidAccess {
        void apply(Word word, long[] values);
    }

    @FunctionalInterface
    private interface Fence {
        void apply(Machine machine);
    }

    private static final List<Parameter> ON_CELL = List.of(Parameter.CELL);
    private static final List<Parameter> ON_POINTER = List.of(Parameter.POINTER);
    private static final List<Parameter> CELL_THEN_VALUE = List.of(Parameter.CELL, Parameter.VALUE);
    private static final List<Parameter> POINTER_THEN_VALUE = List.of(Parameter.POINTER, Parameter.VALUE);
    private static final List<Parameter> POINTER_THEN_VALUES =
            List.of(Parameter.POINTER, Parameter.VALUE, Parameter.VALUE);
    private static final List<Parameter> VALUE_THEN_POINTER = List.of(Parameter.VALUE, Parameter.POINTER);

    private static final Map<String, Primitive> ALL = all();

    /** The primitive called {@code name}, or null. */
    static @Nullable Primitive named(String name) {
        return ALL.get(name);
    }

    /** Whether the primitive takes or gives back a spin lock. */
    static boolean isSpinLock(String name) {
        return name.startsWith("spin_");
    }

    private static Map<String, Primitive> all() {
        Map<String, Primitive> all = new HashMap<>();
        fence(all, "smp_mb", Machine::smpMb);
        fence(all, "smp_rmb", Machine::smpRmb);
        fence(all, "smp_wmb", Machine::smpWmb);
        fence(all, "smp_mb__before_atomic", Machine::smpMbBeforeAtomic);
        fence(all, "smp_mb__after_atomic", Machine::smpMbAfterAtomic);
        fence(all, "smp_mb__after_spinlock", Machine::smpMbAfterSpinlock);
        fence(all, "barrier", machine -> {}); // orders the compiler only, and nothing here reorders as a compiler would

        value(all, "READ_ONCE", ON_CELL, (word, v) -> word.readOnce());
        value(all, "atomic_read", ON_POINTER, (word, v) -> word.readOnce());
        value(all, "smp_load_acquire", ON_POINTER, (word, v) -> word.loadAcquire());
        value(all, "atomic_read_acquire", ON_POINTER, (word, v) -> word.loadAcquire());
        nothing(all, "WRITE_ONCE", CELL_THEN_VALUE, (word, v) -> word.writeOnce(v[0]));
        nothing(all, "atomic_set", POINTER_THEN_VALUE, (word, v) -> word.writeOnce(v[0]));
        nothing(all, "smp_store_release", POINTER_THEN_VALUE, (word, v) -> word.storeRelease(v[0]));
        nothing(all, "atomic_set_release", POINTER_THEN_VALUE, (word, v) -> word.storeRelease(v[0]));

        for (Order order : Order.values()) {
            String suffix = suffix(order);
            for (String prefix : List.of("", "atomic_")) {
                value(all, prefix + "xchg" + suffix, POINTER_THEN_VALUE, (word, v) -> word.xchg(v[0], order));
                value(
                        all,
                        prefix + "cmpxchg" + suffix,
                        POINTER_THEN_VALUES,
                        (word, v) -> word.cmpxchg(v[0], v[1], order));
            }
            arithmetic(all, "add", 1, suffix, order);
            arithmetic(all, "sub", -1, suffix, order);
            value(all, "atomic_fetch_or" + suffix, VALUE_THEN_POINTER, (word, v) -> word.fetchOr(v[0], order));
            value(all, "atomic_fetch_andnot" + suffix, VALUE_THEN_POINTER, (word, v) -> word.fetchAndNot(v[0], order));
            value(all, "atomic_fetch_and" + suffix, VALUE_THEN_POINTER, (word, v) -> word.fetchAndNot(~v[0], order));
            step(all, "inc", 1, suffix, order);
            step(all, "dec", -1, suffix, order);
        }
        nothing(all, "atomic_add", VALUE_THEN_POINTER, (word, v) -> word.add(v[0]));
        nothing(all, "atomic_sub", VALUE_THEN_POINTER, (word, v) -> word.add(-v[0]));
        nothing(all, "atomic_inc", ON_POINTER, (word, v) -> word.add(1));
        nothing(all, "atomic_dec", ON_POINTER, (word, v) -> word.add(-1));
        nothing(all, "atomic_or", VALUE_THEN_POINTER, (word, v) -> word.or(v[0]));
        nothing(all, "atomic_andnot", VALUE_THEN_POINTER, (word, v) -> word.andNot(v[0]));
        nothing(all, "atomic_and", VALUE_THEN_POINTER, (word, v) -> word.andNot(~v[0]));
        value(all, "atomic_sub_and_test", VALUE_THEN_POINTER, (word, v) -> truth(word.subAndTest(v[0])));
        value(all, "atomic_dec_and_test", ON_POINTER, (word, v) -> truth(word.subAndTest(1)));
        value(all, "atomic_inc_and_test", ON_POINTER, (word, v) -> truth(word.subAndTest(-1)));
        value(all, "atomic_add_negative", VALUE_THEN_POINTER, (word, v) -> truth(word.addReturn(v[0]) < 0));
        value(all, "atomic_add_unless", POINTER_THEN_VALUES, (word, v) -> truth(word.addUnless(v[0], v[1], FULL)));
        value(all, "atomic_inc_not_zero", ON_POINTER, (word, v) -> truth(word.addUnless(1, 0, FULL)));

        // The parameter is a pointer to a lock; these are the steps that pagerace.machine.SpinLock takes on its word.
        nothing(all, "spin_lock", ON_POINTER, (word, v) -> word.acquireWhenClear(SpinLock.ANY_BIT, SpinLock.HELD));
        value(
                all,
                "spin_trylock",
                ON_POINTER,
                (word, v) -> truth(word.tryAcquireWhenClear(SpinLock.ANY_BIT, SpinLock.HELD)));
        nothing(all, "spin_unlock", ON_POINTER, (word, v) -> word.storeRelease(0));
        return Map.copyOf(all);
    }

    private static String suffix(Order order) {
        return switch (order) {
            case RELAXED -> "_relaxed";
            case ACQUIRE -> "_acquire";
            case RELEASE -> "_release";
            case FULL -> "";
        };
    }

    private static void arithmetic(Map<String, Primitive> all, String name, int sign, String suffix, Order order) {
        value(
                all,
                "atomic_" + name + "_return" + suffix,
                VALUE_THEN_POINTER,
                (word, v) -> word.addReturn(sign * v[0], order));
        value(all, "atomic_fetch_" + name + suffix, VALUE_THEN_POINTER, (word, v) -> word.fetchAdd(sign * v[0], order));
    }

    private static void step(Map<String, Primitive> all, String name, int delta, String suffix, Order order) {
        value(all, "atomic_" + name + "_return" + suffix, ON_POINTER, (word, v) -> word.addReturn(delta, order));
        value(all, "atomic_fetch_" + name + suffix, ON_POINTER, (word, v) -> word.fetchAdd(delta, order));
    }

    private static void fence(Map<String, Primitive> all, String name, Fence fence) {
        all.put(name, new Primitive(List.of(), false, (machine, word, values) -> {
            fence.apply(machine);
            return 0;
        }));
    }

    private static void value(Map<String, Primitive> all, String name, List<Parameter> parameters, Access access) {
        all.put(name, new Primitive(parameters, true, (machine, word, values) -> access.apply(present(word), values)));
    }

    private static void nothing(
            Map<String, Primitive> all, String name, List<Parameter> parameters, VoidAccess access) {
        all.put(name, new Primitive(parameters, false, (machine, word, values) -> {
            access.apply(present(word), values);
            return 0;
        }));
    }

    private static Word present(@Nullable Word word) {
        if (word == null) {
            throw new IllegalStateException("a primitive with a pointer was called without one");
        }
        return word;
    }

    private static long truth(boolean holds) {
        return holds ? 1 : 0;
    }
}
