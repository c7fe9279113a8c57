// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;
import java.util.function.ToLongFunction;
import pagerace.explore.Access.Kind;
import pagerace.machine.Machine;
import pagerace.machine.Order;
import pagerace.machine.SpinLock;
import pagerace.machine.Word;

/**
 * A step that a word or a machine offers, in one of the orders in which it does. Not all of them can be written in C.
 *
 * @param name tells apart those of the same kind and order: which lock it is
 * @param unready a value of its word with which it waits, or does nothing
 * @param ready one with which it takes place
 */
record Offer(Kind kind, Order order, String name, Primitive primitive, long unready, long ready) {
    private static final long BIT = 4;
    private static final long WRITER = 1;
    private static final long READER = 2;
    private static final long ANYBODY = -1;

    private static final String OF_NO_LOCK = "";
    private static final String SPIN_LOCK = "spin lock";

    /** Every one. */
    static List<Offer> all() {
        List<Offer> all = new ArrayList<>();
        all.add(value(Kind.READ, Order.RELAXED, Word::readOnce));
        all.add(value(Kind.READ, Order.ACQUIRE, Word::loadAcquire));
        all.add(store(Order.RELAXED, Word::writeOnce));
        all.add(store(Order.RELEASE, Word::storeRelease));
        all.add(nothing(Kind.ADD, Order.RELAXED, word -> word.add(1)));
        all.add(nothing(Kind.OR, Order.RELAXED, word -> word.or(2)));
        all.add(nothing(Kind.AND_NOT, Order.RELAXED, word -> word.andNot(1)));
        all.add(nothing(Kind.AND_NOT, Order.RELEASE, word -> word.clearBitUnlock(1)));
        all.add(value(Kind.AWAIT, Order.RELAXED, word -> word.await(seen -> seen == 1)));
        for (Order order : Order.values()) {
            all.add(value(Kind.XCHG, order, word -> word.xchg(2, order)));
            all.add(value(Kind.CMPXCHG, order, word -> word.cmpxchg(1, 2, order)));
            all.add(value(Kind.FETCH_ADD, order, word -> word.fetchAdd(1, order)));
            all.add(value(Kind.FETCH_OR, order, word -> word.fetchOr(2, order)));
            all.add(value(Kind.FETCH_AND_NOT, order, word -> word.fetchAndNot(1, order)));
            all.add(value(Kind.ADD_UNLESS, order, word -> truth(word.addUnless(1, 0, order))));
        }
        lock(all, SPIN_LOCK, SpinLock.ANY_BIT, SpinLock.HELD, SpinLock.HELD);
        lock(all, "bit lock", BIT, BIT, BIT);
        lock(all, "semaphore, read", WRITER, READER, WRITER);
        lock(all, "semaphore, write", ANYBODY, WRITER, READER);
        all.add(fence(Kind.MB, Machine::smpMb));
        all.add(fence(Kind.RMB, Machine::smpRmb));
        all.add(fence(Kind.WMB, Machine::smpWmb));
        all.add(fence(Kind.MB_BEFORE_ATOMIC, Machine::smpMbBeforeAtomic));
        all.add(fence(Kind.MB_AFTER_ATOMIC, Machine::smpMbAfterAtomic));
        all.add(fence(Kind.MB_AFTER_SPINLOCK, Machine::smpMbAfterSpinlock));
        return all;
    }

    /** The steps that {@link SpinLock} and its like take on their words; {@code held} is what somebody else leaves there. */
    private static void lock(List<Offer> all, String name, long busy, long delta, long held) {
        Primitive lock = primitive(false, word -> {
            word.acquireWhenClear(busy, delta);
            return 0;
        });
        Primitive tryLock = primitive(true, word -> truth(word.tryAcquireWhenClear(busy, delta)));
        all.add(new Offer(Kind.ACQUIRE_WHEN_CLEAR, Order.ACQUIRE, name, lock, held, 0));
        all.add(new Offer(Kind.TRY_ACQUIRE_WHEN_CLEAR, Order.ACQUIRE, name, tryLock, held, 0));
    }

    boolean isOfSpinLock() {
        return name.equals(SPIN_LOCK);
    }

    private static Offer value(Kind kind, Order order, ToLongFunction<Word> access) {
        return new Offer(kind, order, OF_NO_LOCK, primitive(true, access), 0, 1);
    }

    private static Offer nothing(Kind kind, Order order, Consumer<Word> access) {
        Primitive primitive = primitive(false, word -> {
            access.accept(word);
            return 0;
        });
        return new Offer(kind, order, OF_NO_LOCK, primitive, 0, 1);
    }

    private static Offer store(Order order, ObjLongConsumer<Word> access) {
        Primitive primitive = new Primitive(List.of(Primitive.Parameter.VALUE), false, (machine, word, values) -> {
            access.accept(Objects.requireNonNull(word), values[0]);
            return 0;
        });
        return new Offer(Kind.WRITE, order, OF_NO_LOCK, primitive, 0, 1);
    }

    private static Offer fence(Kind kind, Consumer<Machine> fence) {
        Primitive primitive = new Primitive(List.of(), false, (machine, word, values) -> {
            fence.accept(machine);
            return 0;
        });
        return new Offer(kind, Order.FULL, OF_NO_LOCK, primitive, 0, 0);
    }

    private static Primitive primitive(boolean returns, ToLongFunction<Word> access) {
        return new Primitive(
                List.of(), returns, (machine, word, values) -> access.applyAsLong(Objects.requireNonNull(word)));
    }

    private static long truth(boolean holds) {
        return holds ? 1 : 0;
    }

    @Override
    public String toString() {
        return kind + (kind.isFence() ? "" : " " + order) + (name.equals(OF_NO_LOCK) ? "" : " (" + name + ")");
    }
}
