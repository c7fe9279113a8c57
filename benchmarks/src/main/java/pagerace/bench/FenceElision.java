// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import pagerace.machine.HardwareMachine;
import pagerace.machine.SpinLock;
import pagerace.machine.TlbProfile;
import pagerace.machine.Word;
import pagerace.mm.Entry;
import pagerace.mm.op.GupFast;

/**
 * What the fence beside a locked instruction costs where the instruction is a fence already: each operation with that fence
 * and, elided, without.
 *
 * <p>{@link #atomic} is the instruction and its fence; {@link #lock} a spin lock and its fence; {@link #pin} a page pinned
 * and unpinned, which has one such fence. {@link #fence} is a full fence that nothing may elide: a control, in which the
 * option must make no difference.
 *
 * <p>Run: {@code java -jar benchmarks/target/benchmarks.jar jmh FenceElision}, on x86.
 */
@State(Scope.Thread)
public class FenceElision extends TimedByHand {
    /** Whether the machine leaves fences beside locked instructions out. */
    @Param({"false", "true"})
    public boolean elision;

    private Subject subject = new Subject(new HardwareMachine());

    private static final class Subject {
        final HardwareMachine machine;
        final Word word;
        final SpinLock lock;
        final AnonPages pages;
        final Entry entry;
        final GupFast gupFast;

        Subject(HardwareMachine machine) {
            this.machine = machine;
            word = machine.word("word", 0);
            lock = new SpinLock(machine, "lock");
            pages = new AnonPages(machine, TlbProfile.BROADCAST, 1, 1, 0, index -> lock);
            entry = pages.mm.entry(0);
            gupFast = pages.gupFast();
        }
    }

    /** The machine of a benchmark's parameter {@code elision}. */
    static HardwareMachine machine(boolean elision) {
        return elision ? HardwareMachine.withElidedFences() : new HardwareMachine();
    }

    /** Makes the machine. */
    @Setup
    public void setUp() {
        subject = new Subject(machine(elision));
    }

    /** An unordered addition, and the fence that orders it. */
    @Benchmark
    public long atomic() {
        subject.word.add(1);
        subject.machine.smpMbAfterAtomic();
        return subject.word.readOnce();
    }

    /** A spin lock, and the fence that makes taking it a full one. */
    @Benchmark
    public long lock() {
        subject.lock.lock();
        subject.machine.smpMbAfterSpinlock();
        long seen = subject.word.readOnce();
        subject.lock.unlock();
        return seen;
    }

    /** GUP-fast's pin, whose second half a fence follows, and unpin. */
    @Benchmark
    public int pin() {
        GupFast.Grab grab = subject.gupFast.grab(0, subject.entry, AnonPages.FLAGS);
        if (grab.isPinned()) {
            subject.gupFast.release(grab, AnonPages.FLAGS);
        }
        return grab.pfn();
    }

    /** A full fence beside no locked instruction. */
    @Benchmark
    public long fence() {
        subject.word.writeOnce(1);
        subject.machine.smpMb();
        return subject.word.readOnce();
    }

    void checkIdle() {
        subject.pages.checkIdle(1);
    }
}
