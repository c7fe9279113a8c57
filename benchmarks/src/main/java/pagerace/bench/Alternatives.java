// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import com.google.common.util.concurrent.Striped;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.concurrent.locks.StampedLock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.ThreadParams;
import pagerace.machine.HardwareMachine;
import pagerace.machine.SpinLock;
import pagerace.machine.TlbProfile;
import pagerace.mm.Entry;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.SlowGup;
import pagerace.mm.op.WriteFault;

/**
 * What a user would pick instead of GUP-fast: one page, which all threads share, pinned for writing and unpinned, by each
 * way to keep out those who change the entry.
 *
 * <table>
 *   <caption>What takes part in one operation</caption>
 *   <tr><td>{@link #gupFast}</td><td>the model; bare-metal x86, where entering the walk costs a fence of the model's
 *     own</td></tr>
 *   <tr><td>{@link #gupFastBroadcast}</td><td>the model where flushes are broadcast and a walk announces nothing</td></tr>
 *   <tr><td>{@link #slowGup}</td><td>the model: {@code mmap_lock} for reading and the page-table lock</td></tr>
 *   <tr><td>{@link #readWriteLock}</td><td>plain fields: read lock, atomic pin, read unlock; atomic unpin</td></tr>
 *   <tr><td>{@link #optimisticRead}</td><td>plain fields: optimistic stamp, atomic pin, validation; atomic unpin</td></tr>
 *   <tr><td>{@link #monitor}</td><td>plain fields: {@code synchronized}, twice, around plain additions</td></tr>
 *   <tr><td>{@link #striped}</td><td>plain fields: the page's lock of 64, twice, around plain additions</td></tr>
 * </table>
 *
 * <p>The model's rows carry the kernel's structures, about a dozen words with an object each; the others work on one
 * object. So a difference in favour of a plain-field row is not the lock's alone, while one in favour of the model is.
 *
 * <p>Run: {@code java -jar benchmarks/target/benchmarks.jar jmh Alternatives -t 2}. How the price grows from one thread to
 * two is what tells the ways apart.
 */
@State(Scope.Benchmark)
public class Alternatives extends TimedByHand {
    private static final Integer PAGE = 0;

    private Modelled ipi = new Modelled(TlbProfile.IPI, 1);
    private Modelled broadcast = new Modelled(TlbProfile.BROADCAST, 1);

    private final PlainPage page = new PlainPage();
    private final ReentrantReadWriteLock readWriteLock = new ReentrantReadWriteLock();
    private final StampedLock stampedLock = new StampedLock();
    private final Striped<Lock> striped = Striped.lock(64);

    /** The page in the model, and the two ways to pin it. */
    private static final class Modelled {
        final AnonPages pages;
        final Entry entry;
        final GupFast gupFast;
        final SlowGup slowGup;

        Modelled(TlbProfile flush, int cpus) {
            HardwareMachine machine = new HardwareMachine();
            SpinLock ptl = new SpinLock(machine, "mm", "ptl");
            pages = new AnonPages(machine, flush, cpus, 1, 1, index -> ptl);
            entry = pages.mm.entry(0);
            gupFast = pages.gupFast();
            WriteFault writeFault = new WriteFault(AnonPages.KERNEL, pages.mm, null, pages.pool(2, 1));
            slowGup = new SlowGup(AnonPages.KERNEL, pages.mm, writeFault);
        }

        int fast(int cpu) {
            GupFast.Grab grab = gupFast.grab(cpu, entry, AnonPages.FLAGS);
            if (grab.isPinned()) {
                gupFast.release(grab, AnonPages.FLAGS);
            }
            return grab.pfn();
        }

        int slow() {
            GupFast.Grab grab = slowGup.grab(entry, AnonPages.FLAGS);
            if (grab.isPinned()) {
                gupFast.release(grab, AnonPages.FLAGS);
            }
            return grab.pfn();
        }
    }

    /** Which CPU a thread is, for the walkers' flags. */
    @State(Scope.Thread)
    public static class Cpu {
        int number;

        /** Numbers the thread. */
        @Setup
        public void setUp(ThreadParams thread) {
            number = thread.getThreadIndex();
        }
    }

    /** Makes the page, walked by as many CPUs as there are threads. */
    @Setup
    public void setUp(BenchmarkParams params) {
        setUp(params.getThreads());
    }

    void setUp(int cpus) {
        ipi = new Modelled(TlbProfile.IPI, cpus);
        broadcast = new Modelled(TlbProfile.BROADCAST, cpus);
    }

    /** The model's GUP-fast, with walkers that a flush can wait for. */
    @Benchmark
    public int gupFast(Cpu cpu) {
        return ipi.fast(cpu.number);
    }

    /** The model's GUP-fast, without them. */
    @Benchmark
    public int gupFastBroadcast(Cpu cpu) {
        return broadcast.fast(cpu.number);
    }

    /** The model's slow GUP. */
    @Benchmark
    public int slowGup() {
        return ipi.slow();
    }

    /** Under the read lock of a {@link ReentrantReadWriteLock}. */
    @Benchmark
    public int readWriteLock() {
        int pfn = pinUnderShared(readWriteLock.readLock());
        if (pfn != 0) {
            page.unpinAtomically();
        }
        return pfn;
    }

    private int pinUnderShared(Lock lock) {
        lock.lock();
        try {
            return page.pinAtomically();
        } finally {
            lock.unlock();
        }
    }

    /** As a guess that a {@link StampedLock} confirms; under its read lock if it does not. */
    @Benchmark
    public int optimisticRead() {
        long stamp = stampedLock.tryOptimisticRead();
        int pfn = stamp == 0 ? 0 : page.pinAtomically();
        if (!stampedLock.validate(stamp)) { // zero is never valid
            if (pfn != 0) {
                page.unpinAtomically();
            }
            pfn = pinUnderShared(stampedLock.asReadLock());
        }
        if (pfn != 0) {
            page.unpinAtomically();
        }
        return pfn;
    }

    /** In the page's monitor. */
    @Benchmark
    public int monitor() {
        int pfn;
        synchronized (page) {
            pfn = page.pin();
        }
        if (pfn != 0) {
            synchronized (page) {
                page.unpin();
            }
        }
        return pfn;
    }

    /** Under the page's lock of Guava's {@link Striped}. */
    @Benchmark
    public int striped() {
        int pfn = pinUnder(striped.get(PAGE));
        if (pfn != 0) {
            unpinUnder(striped.get(PAGE));
        }
        return pfn;
    }

    private int pinUnder(Lock lock) {
        lock.lock();
        try {
            return page.pin();
        } finally {
            lock.unlock();
        }
    }

    private void unpinUnder(Lock lock) {
        lock.lock();
        try {
            page.unpin();
        } finally {
            lock.unlock();
        }
    }

    PlainPage page() {
        return page;
    }

    StampedLock stampedLock() {
        return stampedLock;
    }

    /** Fails unless every pin was given back. */
    void checkIdle() {
        ipi.pages.checkIdle(1);
        broadcast.pages.checkIdle(1);
    }
}
