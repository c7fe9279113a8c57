// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import pagerace.machine.Format;
import pagerace.machine.HardwareMachine;
import pagerace.machine.Machine;
import pagerace.machine.Order;
import pagerace.machine.Word;

/**
 * A hardware machine that logs accesses in the order of execution, and can put somebody else's steps in front of one of them,
 * so that the ends that need an opponent are reached by one thread and always.
 *
 * <p>An access is logged as primitive, word and, for a read-modify-write, order: {@code fetchAdd folio.refcount RELAXED}.
 */
public final class InterposedMachine extends Machine {
    private final HardwareMachine hardware = new HardwareMachine();
    private final Map<String, Word> words = new HashMap<>();
    private final List<String> log = Collections.synchronizedList(new ArrayList<>());
    private final List<Interposition> interpositions = Collections.synchronizedList(new ArrayList<>());

    private record Interposition(String access, int nth, Runnable action) {}

    /** Runs {@code action} just before the {@code nth} access from now that is logged as {@code access}, once. */
    public void before(String access, int nth, Runnable action) {
        interpositions.add(new Interposition(access, nth, action));
    }

    /** What {@code operation} does, in order. */
    public List<String> logOf(Runnable operation) {
        log.clear();
        operation.run();
        return List.copyOf(log);
    }

    /** The words whose names end with {@code suffix}, by name. */
    public Map<String, Word> wordsEndingWith(String suffix) {
        Map<String, Word> found = new HashMap<>(words);
        found.keySet().removeIf(name -> !name.endsWith(suffix));
        return found;
    }

    /** The word called {@code name}, for changes that no operation makes. */
    public Word named(String name) {
        return requireNonNull(words.get(name), name);
    }

    /** Whether every interposed action has run. */
    public boolean hasNothingPending() {
        return interpositions.isEmpty();
    }

    private void access(String access) {
        log.add(access);
        for (Interposition one : List.copyOf(interpositions)) {
            if (one.access.equals(access)) {
                interpositions.remove(one);
                if (one.nth > 1) {
                    interpositions.add(new Interposition(access, one.nth - 1, one.action));
                } else {
                    one.action.run();
                }
            }
        }
    }

    @Override
    public Word word(String name, Format format, long initial) {
        Word inner = hardware.word(name, format, initial);
        words.put(name, inner);
        return new InterposedWord(name, inner);
    }

    @Override
    public Word word(String name, int index, Format format, long initial) {
        return word(name + "[" + index + "]", format, initial);
    }

    @Override
    public void smpMb() {
        access("smpMb");
        hardware.smpMb();
    }

    @Override
    public void smpRmb() {
        access("smpRmb");
        hardware.smpRmb();
    }

    @Override
    public void smpWmb() {
        access("smpWmb");
        hardware.smpWmb();
    }

    @Override
    public void smpMbBeforeAtomic() {
        access("smpMbBeforeAtomic");
        hardware.smpMbBeforeAtomic();
    }

    @Override
    public void smpMbAfterAtomic() {
        access("smpMbAfterAtomic");
        hardware.smpMbAfterAtomic();
    }

    @Override
    public void smpMbAfterSpinlock() {
        access("smpMbAfterSpinlock");
        hardware.smpMbAfterSpinlock();
    }

    private final class InterposedWord extends Word {
        private final String name;
        private final Word inner;

        InterposedWord(String name, Word inner) {
            this.name = name;
            this.inner = inner;
        }

        private Word access(String primitive, @Nullable Order order) {
            InterposedMachine.this.access(primitive + " " + name + (order == null ? "" : " " + order));
            return inner;
        }

        @Override
        public long readOnce() {
            return access("readOnce", null).readOnce();
        }

        @Override
        public long loadAcquire() {
            return access("loadAcquire", null).loadAcquire();
        }

        @Override
        public void writeOnce(long value) {
            access("writeOnce", null).writeOnce(value);
        }

        @Override
        public void storeRelease(long value) {
            access("storeRelease", null).storeRelease(value);
        }

        @Override
        public long xchg(long value, Order order) {
            return access("xchg", order).xchg(value, order);
        }

        @Override
        public long cmpxchg(long expected, long value, Order order) {
            return access("cmpxchg", order).cmpxchg(expected, value, order);
        }

        @Override
        public long fetchAdd(long delta, Order order) {
            return access("fetchAdd", order).fetchAdd(delta, order);
        }

        @Override
        public long fetchOr(long mask, Order order) {
            return access("fetchOr", order).fetchOr(mask, order);
        }

        @Override
        public long fetchAndNot(long mask, Order order) {
            return access("fetchAndNot", order).fetchAndNot(mask, order);
        }

        @Override
        public boolean addUnless(long delta, long unless, Order order) {
            return access("addUnless", order).addUnless(delta, unless, order);
        }

        @Override
        public long await(LongPredicate until) {
            return access("await", null).await(until);
        }

        @Override
        public void acquireWhenClear(long busy, long delta) {
            access("lock", null).acquireWhenClear(busy, delta);
        }

        @Override
        public boolean tryAcquireWhenClear(long busy, long delta) {
            return access("trylock", null).tryAcquireWhenClear(busy, delta);
        }
    }
}
