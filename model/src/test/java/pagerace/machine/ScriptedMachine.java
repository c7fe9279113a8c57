// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * A machine with one thread that writes down every access, fence and wait, in order. It shows where the fences of a lock
 * stand, which hardware as strong as x86 never would, and it lets a test act for the other actor exactly while one waits.
 */
final class ScriptedMachine extends Machine {
    private final List<String> log = new ArrayList<>();
    private final Deque<Runnable> whileWaiting = new ArrayDeque<>();

    /** What happened since the last call. */
    List<String> steps() {
        List<String> steps = List.copyOf(log);
        log.clear();
        return steps;
    }

    /** The next wait that is not satisfied at once runs {@code other}; a wait that has no more to run is {@link Stuck}. */
    void whileWaiting(Runnable other) {
        whileWaiting.add(other);
    }

    /** Whether every script was used. */
    boolean isScriptDone() {
        return whileWaiting.isEmpty();
    }

    @Override
    public Word word(String name, Format format, long initial) {
        return new ScriptedWord(name, initial);
    }

    @Override
    public Word word(String name, int index, Format format, long initial) {
        return new ScriptedWord(name + "[" + index + "]", initial);
    }

    @Override
    public void smpMb() {
        log.add("mb");
    }

    @Override
    public void smpRmb() {
        log.add("rmb");
    }

    @Override
    public void smpWmb() {
        log.add("wmb");
    }

    @Override
    public void smpMbBeforeAtomic() {
        log.add("mb before atomic");
    }

    @Override
    public void smpMbAfterAtomic() {
        log.add("mb after atomic");
    }

    @Override
    public void smpMbAfterSpinlock() {
        log.add("mb after spinlock");
    }

    private final class ScriptedWord extends Word {
        private final String name;
        private long value;

        ScriptedWord(String name, long initial) {
            this.name = name;
            this.value = initial;
        }

        private long step(String what, long next) {
            log.add(name + " " + what);
            long old = value;
            value = next;
            return old;
        }

        @Override
        public long readOnce() {
            return step("read", value);
        }

        @Override
        public long loadAcquire() {
            return step("load-acquire", value);
        }

        @Override
        public void writeOnce(long next) {
            step("write " + next, next);
        }

        @Override
        public void storeRelease(long next) {
            step("store-release " + next, next);
        }

        @Override
        public long xchg(long next, Order order) {
            return step("xchg " + order, next);
        }

        @Override
        public long cmpxchg(long expected, long next, Order order) {
            return step("cmpxchg " + order, value == expected ? next : value);
        }

        @Override
        public long fetchAdd(long delta, Order order) {
            return step("add " + delta + " " + order, value + delta);
        }

        @Override
        public long fetchOr(long mask, Order order) {
            return step("or " + mask + " " + order, value | mask);
        }

        @Override
        public long fetchAndNot(long mask, Order order) {
            return step("and-not " + mask + " " + order, value & ~mask);
        }

        @Override
        public boolean addUnless(long delta, long unless, Order order) {
            boolean adds = value != unless;
            step("add-unless " + order, adds ? value + delta : value);
            return adds;
        }

        @Override
        public long await(LongPredicate until) {
            log.add(name + " await");
            while (!until.test(value)) {
                letOtherAct();
            }
            return value;
        }

        @Override
        public void acquireWhenClear(long busy, long delta) {
            log.add(name + " acquire");
            while ((value & busy) != 0) {
                letOtherAct();
            }
            value += delta;
        }

        @Override
        public boolean tryAcquireWhenClear(long busy, long delta) {
            log.add(name + " try-acquire");
            if ((value & busy) != 0) {
                return false;
            }
            value += delta;
            return true;
        }

        private void letOtherAct() {
            Runnable other = whileWaiting.poll();
            if (other == null) {
                throw Stuck.STUCK;
            }
            other.run();
        }
    }
}
