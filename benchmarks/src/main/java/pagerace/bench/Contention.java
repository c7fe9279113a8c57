// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.ThreadParams;
import pagerace.machine.HardwareMachine;
import pagerace.mm.op.Reclaim;

/**
 * Pins among other pins, beside a thread that forks, and beside one that reclaims.
 *
 * <table>
 *   <caption>The groups</caption>
 *   <tr><td>{@code pinPin}</td><td>two threads pin and unpin</td></tr>
 *   <tr><td>{@code pinFork}</td><td>one does; the other forks, lets the child exit, and stores, which makes the page
 *     exclusive
 *     again</td></tr>
 *   <tr><td>{@code pinReclaim}</td><td>one does; the other reclaims and stores, which swaps the page in again</td></tr>
 * </table>
 *
 * <p>The first pinning thread uses the first page, all other threads the second. With {@link Pages#OTHER_STRIPE} nothing
 * but the address space is shared, with {@link Pages#SAME_STRIPE} the page-table lock as well, with {@link Pages#SAME_FOLIO}
 * everything. GUP-fast takes no page-table lock: only a fallback can meet one.
 *
 * <p>{@link PinCounts} tells how pins went. Read the counters as shares of {@code pins}: the time of an operation includes
 * its fallback.
 *
 * <p>Run: {@code java -jar benchmarks/target/benchmarks.jar jmh Contention}; {@code -tg 3,1} for more threads that pin. One
 * thread that forks or reclaims is all that there may be.
 */
@State(Scope.Group)
public class Contention extends TimedByHand {
    /** What the first page and the second have in common. */
    public enum Pages {
        /** They are one. */
        SAME_FOLIO,
        /** The lock of their entries. */
        SAME_STRIPE,
        /** The address space only. */
        OTHER_STRIPE
    }

    /** Which pages the threads use. */
    @Param
    public Pages pages = Pages.SAME_FOLIO;

    /** Whether the machine leaves fences beside locked instructions out; only on x86. */
    @Param({"false"})
    public boolean elision;

    private ContendedPages contended = new ContendedPages(new HardwareMachine(), pages, 1);

    /** Makes the pages. */
    @Setup
    public void setUp(BenchmarkParams params) {
        setUp(params.getThreads());
    }

    void setUp(int threads) {
        contended = new ContendedPages(FenceElision.machine(elision), pages, threads);
    }

    /** Fails the run if a pin, a reference or a child was left behind. */
    @TearDown(Level.Iteration)
    public void checkIdle() {
        contended.checkIdle();
    }

    /** One thread, and the page that it uses. */
    @State(Scope.Thread)
    public static class Actor {
        private ContendedPages.Actor self = new Contention().contended.actor(0);
        private int page;

        /** Gives the thread a number and a page. */
        @Setup
        public void setUp(Contention shared, BenchmarkParams params, ThreadParams thread) {
            boolean pinsFirst = thread.getSubgroupIndex() == 0 && thread.getSubgroupThreadIndex() == 0;
            setUp(shared, thread.getThreadIndex(), pinsFirst);
        }

        void setUp(Contention shared, int cpu, boolean onFirstPage) {
            self = shared.contended.actor(cpu);
            page = onFirstPage ? shared.contended.first() : shared.contended.second();
        }
    }

    /** How forks went, in events per iteration. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class ForkCounts {
        /** The child shared the page. */
        public long shared;
        /** The child got a copy, for the page seemed pinned. */
        public long copied;
    }

    /** How reclaim went, in events per iteration. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class ReclaimCounts {
        /** The page was freed. */
        public long reclaimed;
        /** It was unmapped, but somebody had a reference. */
        public long unmapped;
        /** It stayed mapped, for it seemed pinned. */
        public long kept;
    }

    /** GUP-fast among other GUP-fast. */
    @Benchmark
    @Group("pinPin")
    @GroupThreads(2)
    public boolean pin(Actor actor, PinCounts counts) {
        return actor.self.pin(actor.page, counts);
    }

    /** GUP-fast beside fork. */
    @Benchmark
    @Group("pinFork")
    @GroupThreads(1)
    public boolean aPinBesideFork(Actor actor, PinCounts counts) {
        return actor.self.pin(actor.page, counts);
    }

    /** Fork, the child's exit, and a store. */
    @Benchmark
    @Group("pinFork")
    @GroupThreads(1)
    public void fork(Actor actor, ForkCounts counts) {
        switch (actor.self.fork(actor.page)) {
            case SHARED -> counts.shared++;
            case COPIED -> counts.copied++;
            default -> throw new IllegalStateException("the page is always mapped");
        }
        actor.self.exitAndStore(actor.page);
    }

    /** GUP-fast beside reclaim. */
    @Benchmark
    @Group("pinReclaim")
    @GroupThreads(1)
    public boolean aPinBesideReclaim(Actor actor, PinCounts counts) {
        return actor.self.pin(actor.page, counts);
    }

    /** Reclaim, and a store. */
    @Benchmark
    @Group("pinReclaim")
    @GroupThreads(1)
    public void reclaim(Actor actor, ReclaimCounts counts) {
        Reclaim.End end = actor.self.reclaim(actor.page);
        if (end == Reclaim.End.RECLAIMED) {
            counts.reclaimed++;
        } else if (end.isUnmapped()) {
            counts.unmapped++;
        } else {
            counts.kept++;
        }
        actor.self.store(actor.page);
    }
}
