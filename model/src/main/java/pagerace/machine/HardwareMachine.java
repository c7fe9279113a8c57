// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The machine on real JVM threads: opaque accesses, explicit fences, bounded waits.
 *
 * <p>Guarantees: each primitive is at least as strong as the kernel documents it and, off x86, no stronger than Java can
 * say it. A wait that is not satisfied within a limit of reads, {@link #SPIN_LIMIT} unless told otherwise, poisons the
 * machine and throws {@link Stuck}; on a poisoned machine every wait that its first read does not satisfy throws at once, so
 * that the other actor stops as well instead of waiting for one that has gone.
 *
 * <p>Algorithm notes. A fully ordered read-modify-write is fence, operation, fence; a bare Java volatile one does not order
 * neighbouring opaque accesses on every architecture. On x86 the locked instruction alone is the fence, and the volatile
 * form keeps the compiler from moving accesses across it, so the two fences are left out there. A relaxed one is a loop of
 * {@code weakCompareAndSetPlain}, the only read-modify-write of Java that orders nothing.
 *
 * <p>The fence beside a locked instruction ({@link #smpMbAfterAtomic} and similar ones) is a full one here, although x86 does not
 * need it; {@link #withElidedFences} makes the machine that leaves it out, as Linux does there.
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

    @SuppressWarnings("UnusedVariable") // accessed through POISONED
    private boolean poisoned;

    /** All words; null if nobody wants to {@link #rewind}. */
    private final @Nullable List<HardwareWord> words;

    private final int spinLimit;
    private final boolean elidesFences;
    private final boolean checksCounters;
    private final List<CheckedCounter> counters = new ArrayList<>();

    private long[] marks = {};

    /** A machine whose waits give up after {@link #SPIN_LIMIT} reads. */
    public HardwareMachine() {
        this(false, SPIN_LIMIT, false, false);
    }

    private HardwareMachine(boolean remembersWords, int spinLimit, boolean elidesFences, boolean checksCounters) {
        words = remembersWords ? new ArrayList<>() : null;
        this.spinLimit = spinLimit;
        this.elidesFences = elidesFences;
        this.checksCounters = checksCounters;
    }

    /** A machine whose waits give up after {@code spinLimit} reads. */
    public static HardwareMachine withSpinLimit(int spinLimit) {
        return new HardwareMachine(false, spinLimit, false, false);
    }

    /**
     * The same, on which adding to a {@linkplain #counter counter} of zero throws {@link ReferenceFromZero}, and a write to a word that
     * such a counter {@linkplain #keptBy keeps} throws {@link TouchedWhenFree} if the counter is zero and another thread left it so.
     * Counters and what they keep cost more here, so it is for machines on which nothing is timed.
     */
    public static HardwareMachine checkingCounters(int spinLimit) {
        return new HardwareMachine(false, spinLimit, false, true);
    }

    /** A machine that remembers its words, for {@link #mark} and {@link #rewind}. */
    public static HardwareMachine rewindable() {
        return new HardwareMachine(true, SPIN_LIMIT, false, false);
    }

    /**
     * A machine on which {@link #smpMbBeforeAtomic}, {@link #smpMbAfterAtomic} and {@link #smpMbAfterSpinlock} are left to the
     * locked instruction beside them, so that only the compiler sees them. For measurements: what it saves is the price
     * of the second fence, and no verdict of this project rests on it.
     *
     * @throws IllegalStateException if this host is not x86
     */
    public static HardwareMachine withElidedFences() {
        return withElidedFences(System.getProperty("os.arch", ""));
    }

    static HardwareMachine withElidedFences(String arch) {
        if (!isX86(arch)) {
            throw new IllegalStateException(
                    "fences beside atomics can be elided on x86 only, where a locked instruction is a full fence, not on "
                            + arch);
        }
        return new HardwareMachine(false, SPIN_LIMIT, true, false);
    }

    /** Whether {@code arch}, as {@code os.arch} spells it, is x86: there a locked instruction is a full fence. */
    public static boolean isX86(String arch) {
        return switch (arch.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64", "x86", "i386", "i486", "i586", "i686" -> true;
            default -> false;
        };
    }

    @Override
    public Word word(String name, Format format, long initial) {
        return remember(new HardwareWord(this, initial));
    }

    @Override
    public Word word(String name, int index, Format format, long initial) {
        return remember(new HardwareWord(this, initial));
    }

    @Override
    public Word word(String owner, String field, Format format, long initial) {
        return remember(new HardwareWord(this, initial));
    }

    @Override
    public Word counter(String owner, String field, Format format, long initial) {
        if (!checksCounters) {
            return word(owner, field, format, initial);
        }
        CheckedCounter counter = new CheckedCounter(this, initial);
        counters.add(counter);
        return remember(counter);
    }

    @Override
    public Word keptBy(Word counter, String owner, String field, Format format, long initial) {
        if (!(counter instanceof CheckedCounter checked)) {
            return word(owner, field, format, initial);
        }
        KeptWord kept = new KeptWord(this, checked, initial);
        checked.kept.add(kept);
        return remember(kept);
    }

    /**
     * At least how often somebody has added to each counter without looking first, in the order in which they were made; nothing on a
     * machine that does not {@linkplain #checkingCounters check} them. Two threads that add at once may be counted as one: an exact count
     * would order their accesses, and so hide what the machine is there to show. No actor may run meanwhile.
     */
    public List<Long> additions() {
        return counters.stream().map(CheckedCounter::additions).toList();
    }

    /**
     * At least how often somebody has written to what each counter keeps, as {@link #additions}.
     */
    public List<Long> writesToKept() {
        return counters.stream().map(CheckedCounter::writesToKept).toList();
    }

    private Word remember(HardwareWord word) {
        if (words != null) {
            words.add(word);
        }
        return word;
    }

    /**
     * Remembers what every word holds now, for {@link #rewind}. No actor may run meanwhile.
     *
     * @throws IllegalStateException if this machine does not remember its words
     */
    public void mark() {
        marks = remembered().stream().mapToLong(Word::readOnce).toArray();
    }

    /**
     * Sets every word that was there at the {@link #mark} back to what it held then, so that the same operation can run
     * again: for timing one. No actor may run meanwhile.
     *
     * @throws IllegalStateException if this machine does not remember its words
     */
    public void rewind() {
        List<HardwareWord> all = remembered();
        for (int i = 0; i < marks.length; i++) {
            all.get(i).writeOnce(marks[i]);
        }
        VarHandle.fullFence();
    }

    private List<HardwareWord> remembered() {
        if (words == null) {
            throw new IllegalStateException("this machine does not remember its words");
        }
        return words;
    }

    @Override
    public Word paddedWord(String name, int index, Format format, long initial) {
        return remember(new PaddedWord(this, initial));
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
        fenceBesideLockedRmw();
    }

    @Override
    public void smpMbAfterAtomic() {
        fenceBesideLockedRmw();
    }

    @Override
    public void smpMbAfterSpinlock() {
        fenceBesideLockedRmw();
    }

    /**
     * Elided, it still has to keep the compiler from undoing in advance what the locked instruction does: no access may change
     * to that instruction's other side. For accesses on this side of it Java promises that. An acquire fence keeps later
     * loads and stores behind earlier loads, one of which is the instruction's own; a release fence keeps earlier loads and
     * stores before later stores, again with one of the instruction's own. Neither emits anything on x86. The only order that
     * the two together leave open, store before load, is what the locked instruction gives.
     *
     * <p>For accesses on the far side of a relaxed operation, {@code weakCompareAndSetPlain}, Java promises nothing. There this
     * relies on HotSpot, which takes no memory access across an atomic instruction of any mode: C2 puts barriers for
     * itself ({@code MemBarCPUOrder}) on both sides of each, C1 and the interpreter do not move accesses at all.
     */
    private void fenceBesideLockedRmw() {
        if (elidesFences) {
            VarHandle.acquireFence();
            VarHandle.releaseFence();
        } else {
            VarHandle.fullFence();
        }
    }

    /** Whether a wait on this machine has given up. */
    public boolean isPoisoned() {
        return (boolean) POISONED.getOpaque(this);
    }

    private Stuck poison() {
        POISONED.setOpaque(this, true);
        return Stuck.STUCK;
    }

    /**
     * One field, one static handle. Nobody overrides a method of it, but on a machine that checks counters, so class-hierarchy
     * analysis makes every call from model code direct.
     */
    private static class HardwareWord extends Word {
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
                if (seen != expected) {
                    return LOCKED_RMW_IS_FULL_FENCE ? (long) VALUE.compareAndExchange(this, expected, newValue) : seen;
                }
                if (swing(expected, newValue, order)) {
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
                if (acquireIfClear(busy, delta)) { // looks first: no locked instruction while somebody else holds it
                    return;
                }
                pause(spins);
            }
            throw machine.poison();
        }

        @Override
        public boolean tryAcquireWhenClear(long busy, long delta) {
            if (acquireIfClear(busy, delta)) {
                return true;
            }
            boolean isOneBit = busy == delta && Long.bitCount(busy) == 1;
            return isOneBit && LOCKED_RMW_IS_FULL_FENCE && isSetAnyway(busy);
        }

        private boolean acquireIfClear(long busy, long delta) {
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

        /** {@code lock bts}: x86 executes it without looking first, so that it is a full fence if the bit was set, too. */
        private boolean isSetAnyway(long bit) {
            return ((long) VALUE.getAndBitwiseOr(this, bit) & bit) == 0;
        }

        @SuppressWarnings("ThreadPriorityCheck") // a courtesy to the holder of the lock; nothing relies on it
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

    /**
     * A count of references that nobody may take from zero, and that keeps words. Loaded only where one is asked for, so that other
     * words stay alone.
     */
    private static final class CheckedCounter extends HardwareWord {
        private static final VarHandle LEFT_BY;

        static {
            try {
                LEFT_BY = MethodHandles.lookup().findVarHandle(CheckedCounter.class, "leftBy", Thread.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private final List<KeptWord> kept = new ArrayList<>();

        /** Beside the value, whose line the addition needs anyway. Plain, since an exact count would order what it counts. */
        private long additions;

        /** Who left the last zero, and so has what the counter keeps to itself until somebody adds; null if it began so. */
        @SuppressWarnings("UnusedVariable") // accessed through LEFT_BY
        private @Nullable Thread leftBy;

        CheckedCounter(HardwareMachine machine, long initial) {
            super(machine, initial);
        }

        long additions() {
            return additions;
        }

        long writesToKept() {
            return kept.stream().mapToLong(word -> word.writes).sum();
        }

        /**
         * Whether nobody has a reference, and the thread that left the zero is not this one. Never so for a thread that has a reference,
         * or that knows of one which nobody can give back yet: the read cannot be older than what it knows.
         */
        boolean isFreeTo(Thread thread) {
            return readOnce() <= 0 && LEFT_BY.getOpaque(this) != thread;
        }

        private void holds(long value) {
            if (value == 0) {
                LEFT_BY.setOpaque(this, Thread.currentThread());
            }
        }

        @Override
        public void writeOnce(long newValue) {
            super.writeOnce(newValue);
            holds(newValue);
        }

        @Override
        public void storeRelease(long newValue) {
            super.storeRelease(newValue);
            holds(newValue);
        }

        @Override
        public long xchg(long newValue, Order order) {
            long old = super.xchg(newValue, order);
            holds(newValue);
            return old;
        }

        @Override
        public long cmpxchg(long expected, long newValue, Order order) {
            long seen = super.cmpxchg(expected, newValue, order);
            if (seen == expected) {
                holds(newValue);
            }
            return seen;
        }

        @Override
        public long fetchAdd(long delta, Order order) {
            long old = super.fetchAdd(delta, order);
            if (delta > 0) {
                additions++;
                if (old <= 0) {
                    throw new ReferenceFromZero();
                }
            } else if (old <= 0) {
                throw new TouchedWhenFree();
            }
            holds(old + delta);
            return old;
        }
    }

    /**
     * A word that a {@link CheckedCounter} keeps. It looks at the counter before it writes, so a folio that is freed in between goes
     * unnoticed, and one that is freed just after the write raises no alarm. The look is one load: it orders nothing on x86.
     */
    private static final class KeptWord extends HardwareWord {
        private final CheckedCounter keeper;

        /** As {@link CheckedCounter#additions}. */
        private long writes;

        KeptWord(HardwareMachine machine, CheckedCounter keeper, long initial) {
            super(machine, initial);
            this.keeper = keeper;
        }

        private boolean isFree() {
            writes++;
            return keeper.isFreeTo(Thread.currentThread());
        }

        private static void check(boolean tookPlace, boolean wasFree) {
            if (tookPlace && wasFree) {
                throw new TouchedWhenFree();
            }
        }

        @Override
        public void writeOnce(long newValue) {
            check(true, isFree());
            super.writeOnce(newValue);
        }

        @Override
        public void storeRelease(long newValue) {
            check(true, isFree());
            super.storeRelease(newValue);
        }

        @Override
        public long xchg(long newValue, Order order) {
            check(true, isFree());
            return super.xchg(newValue, order);
        }

        @Override
        public long cmpxchg(long expected, long newValue, Order order) {
            boolean free = isFree();
            long seen = super.cmpxchg(expected, newValue, order);
            check(seen == expected, free);
            return seen;
        }

        @Override
        public long fetchAdd(long delta, Order order) {
            check(true, isFree());
            return super.fetchAdd(delta, order);
        }

        @Override
        public long fetchOr(long mask, Order order) {
            check(true, isFree());
            return super.fetchOr(mask, order);
        }

        @Override
        public long fetchAndNot(long mask, Order order) {
            check(true, isFree());
            return super.fetchAndNot(mask, order);
        }

        @Override
        public boolean addUnless(long delta, long unless, Order order) {
            boolean free = isFree();
            boolean added = super.addUnless(delta, unless, order);
            check(added, free);
            return added;
        }

        @Override
        public void acquireWhenClear(long busy, long delta) {
            check(true, isFree());
            super.acquireWhenClear(busy, delta);
        }

        @Override
        public boolean tryAcquireWhenClear(long busy, long delta) {
            boolean free = isFree();
            boolean acquired = super.tryAcquireWhenClear(busy, delta);
            check(acquired, free);
            return acquired;
        }
    }

    /**
     * A word with so much behind it that the values of two such words are 128 bytes or more apart, wherever the collector
     * moves them: two cache lines, since x86 fetches them in pairs. Nothing keeps other objects off the bytes before the value;
     * to pad there as well would take fields above {@code value}, and so in every word.
     */
    @SuppressWarnings("UnusedVariable") // they are there to take room
    private static final class PaddedWord extends HardwareWord {
        private long p01;
        private long p02;
        private long p03;
        private long p04;
        private long p05;
        private long p06;
        private long p07;
        private long p08;
        private long p09;
        private long p10;
        private long p11;
        private long p12;
        private long p13;
        private long p14;

        PaddedWord(HardwareMachine machine, long initial) {
            super(machine, initial);
        }
    }
}
