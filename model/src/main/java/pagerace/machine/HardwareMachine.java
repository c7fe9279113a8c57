// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Locale;
import java.util.function.LongPredicate;

/**
 * The machine on real JVM threads: opaque accesses, explicit fences, bounded waits.
 *
 * <p>Guarantees: each primitive is at least as strong as {@code machine.md} asks and, off x86, no stronger than Java can
 * say it. A wait that is not satisfied within a limit of reads, {@link #SPIN_LIMIT} unless told otherwise, poisons the machine and throws {@link Stuck}; on
 * a poisoned machine every wait that its first read does not satisfy throws at once, so that the other actor stops as well
 * instead of waiting for one that has gone.
 *
 * <p>Algorithm notes. A fully ordered read-modify-write is fence, operation, fence; a bare Java volatile one does not order
 * neighbouring opaque accesses on every architecture. On x86 the locked instruction alone is the fence, and the volatile
 * form keeps the compiler from moving accesses across it, so the two fences are left out there. A relaxed one is a loop of
 * {@code weakCompareAndSetPlain}, the only read-modify-write of Java that orders nothing.
 */
public final class HardwareMachine extends Machine {
    /**
     * Reads before a wait gives up. A thousand gives false alarms on an idle host; a million, about 25 ms, gives a few on one
     * with five times as many busy threads as CPUs, so a waiter also offers its CPU now and then.
     */
    public static final int SPIN_LIMIT = 1_000_000;

    /** Reads between two such offers, less one: a mask. Long enough that no wait between running actors ever gets there. */
    private static final int YIELD_MASK = (1 << 14) - 1;

    private static final boolean LOCKED_RMW_IS_FULL_FENCE = isX86(System.getProperty("os.arch", ""));

    private static final VarHandle POISONED;

    static {
        try {
            POISONED = MethodHandles.lookup().findVarHandle(HardwareMachine.class, "poisoned", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int spinLimit;

    @SuppressWarnings("UnusedVariable") // accessed through POISONED
    private boolean poisoned;

    /** A machine whose waits give up after {@link #SPIN_LIMIT} reads. */
    public HardwareMachine() {
        this(SPIN_LIMIT);
    }

    /** A machine whose waits give up after {@code spinLimit} reads. */
    public HardwareMachine(int spinLimit) {
        this.spinLimit = spinLimit;
    }

    /** Whether {@code arch}, as {@code os.arch} spells it, is x86: there a locked instruction is a full fence. */
    public static boolean isX86(String arch) {
        return switch (arch.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64", "x86", "i386", "i486", "i586", "i686" -> true;
            default -> false;
        };
    }

    @Override
    public Word word(String name, long initial) {
        return new HardwareWord(this, initial);
    }

    @Override
    public Word word(String name, int index, long initial) {
        return new HardwareWord(this, initial);
    }

    @Override
    public Word word(String owner, String field, long initial) {
        return new HardwareWord(this, initial);
    }

    @Override
    public void smpMb() {
        VarHandle.fullFence();
    }

    @Override
    public void smpRmb() {
        VarHandle.loadLoadFence();
    }

    @Override
    public void smpWmb() {
        VarHandle.storeStoreFence();
    }

    @Override
    public void smpMbBeforeAtomic() {
        VarHandle.fullFence();
    }

    @Override
    public void smpMbAfterAtomic() {
        VarHandle.fullFence();
    }

    @Override
    public void smpMbAfterSpinlock() {
        VarHandle.fullFence();
    }

    /** Whether a wait on this machine has given up. */
    public boolean isPoisoned() {
        return (boolean) POISONED.getOpaque(this);
    }

    private Stuck poison() {
        POISONED.setOpaque(this, true);
        return Stuck.STUCK;
    }

    /** One field, one static handle; class-hierarchy analysis makes every call from model code direct. */
    private static final class HardwareWord extends Word {
        private static final VarHandle VALUE;

        static {
            try {
                VALUE = MethodHandles.lookup().findVarHandle(HardwareWord.class, "value", long.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private final HardwareMachine machine;

        @SuppressWarnings("UnusedVariable") // accessed through VALUE
        private long value;

        HardwareWord(HardwareMachine machine, long initial) {
            this.machine = machine;
            this.value = initial;
        }

        private static void fenceAroundFullRmw() {
            if (!LOCKED_RMW_IS_FULL_FENCE) {
                VarHandle.fullFence();
            }
        }

        @Override
        public long readOnce() {
            return (long) VALUE.getOpaque(this);
        }

        @Override
        public long loadAcquire() {
            return (long) VALUE.getAcquire(this);
        }

        @Override
        public void writeOnce(long newValue) {
            VALUE.setOpaque(this, newValue);
        }

        @Override
        public void storeRelease(long newValue) {
            VALUE.setRelease(this, newValue);
        }

        @Override
        public long xchg(long newValue, Order order) {
            if (order == Order.FULL) {
                fenceAroundFullRmw();
                long old = (long) VALUE.getAndSet(this, newValue);
                fenceAroundFullRmw();
                return old;
            }
            if (order == Order.ACQUIRE) {
                return (long) VALUE.getAndSetAcquire(this, newValue);
            }
            if (order == Order.RELEASE) {
                return (long) VALUE.getAndSetRelease(this, newValue);
            }
            while (true) {
                long old = readOnce();
                if (VALUE.weakCompareAndSetPlain(this, old, newValue)) {
                    return old;
                }
            }
        }

        @Override
        public long cmpxchg(long expected, long newValue, Order order) {
            while (true) {
                long seen = readOnce();
                if (seen != expected || swing(expected, newValue, order)) {
                    return seen;
                }
            }
        }

        @Override
        public long fetchAdd(long delta, Order order) {
            if (order == Order.FULL) {
                fenceAroundFullRmw();
                long old = (long) VALUE.getAndAdd(this, delta);
                fenceAroundFullRmw();
                return old;
            }
            if (order == Order.ACQUIRE) {
                return (long) VALUE.getAndAddAcquire(this, delta);
            }
            if (order == Order.RELEASE) {
                return (long) VALUE.getAndAddRelease(this, delta);
            }
            while (true) {
                long old = readOnce();
                if (VALUE.weakCompareAndSetPlain(this, old, old + delta)) {
                    return old;
                }
            }
        }

        @Override
        public long fetchOr(long mask, Order order) {
            while (true) {
                long old = readOnce();
                if (swing(old, old | mask, order)) {
                    return old;
                }
            }
        }

        @Override
        public long fetchAndNot(long mask, Order order) {
            while (true) {
                long old = readOnce();
                if (swing(old, old & ~mask, order)) {
                    return old;
                }
            }
        }

        @Override
        public boolean addUnless(long delta, long unless, Order order) {
            while (true) {
                long old = readOnce();
                if (old == unless) {
                    return false;
                }
                if (swing(old, old + delta, order)) {
                    return true;
                }
            }
        }

        /**
         * Replaces {@code expected}, just read without order, in the given order. May fail spuriously. The fences stand here
         * and not before the read, because a conditional operation that does not take place must order nothing.
         */
        private boolean swing(long expected, long newValue, Order order) {
            if (order == Order.FULL) {
                fenceAroundFullRmw();
                boolean swung = VALUE.compareAndSet(this, expected, newValue);
                fenceAroundFullRmw();
                return swung;
            }
            if (order == Order.ACQUIRE) {
                return VALUE.weakCompareAndSetAcquire(this, expected, newValue);
            }
            if (order == Order.RELEASE) {
                return VALUE.weakCompareAndSetRelease(this, expected, newValue);
            }
            return VALUE.weakCompareAndSetPlain(this, expected, newValue);
        }

        @Override
        public long await(LongPredicate until) {
            for (int spins = 0; spins < machine.spinLimit; spins++) {
                long seen = readOnce();
                if (until.test(seen)) {
                    return seen;
                }
                pause(spins);
            }
            throw machine.poison();
        }

        @Override
        public void acquireWhenClear(long busy, long delta) {
            for (int spins = 0; spins < machine.spinLimit; spins++) {
                if (tryAcquireWhenClear(busy, delta)) {
                    return;
                }
                pause(spins);
            }
            throw machine.poison();
        }

        @Override
        public boolean tryAcquireWhenClear(long busy, long delta) {
            while (true) {
                long seen = readOnce();
                if ((seen & busy) != 0) {
                    return false;
                }
                if (VALUE.weakCompareAndSetAcquire(this, seen, seen + delta)) {
                    return true;
                }
            }
        }

        @SuppressWarnings("ThreadPriorityCheck") // a courtesy to whoever holds the lock; nothing relies on it
        private void pause(int spins) {
            if (machine.isPoisoned()) {
                throw Stuck.STUCK;
            }
            if ((spins & YIELD_MASK) == YIELD_MASK) {
                Thread.yield();
            } else {
                Thread.onSpinWait();
            }
        }
    }
}
