// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import static pagerace.bench.AnonPages.KERNEL;

import pagerace.machine.HardwareMachine;
import pagerace.machine.LockStripes;
import pagerace.machine.SeqCount;
import pagerace.machine.SpinLock;
import pagerace.machine.Tlb;
import pagerace.machine.TlbProfile;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.FreeFolios;
import pagerace.mm.Mm;
import pagerace.mm.PageTable;
import pagerace.mm.Pte;
import pagerace.mm.SwapSpace;
import pagerace.mm.op.Fork;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.Reclaim;
import pagerace.mm.op.Share;
import pagerace.mm.op.SlowGup;
import pagerace.mm.op.SwapIn;
import pagerace.mm.op.WriteFault;
import pagerace.mm.op.Zap;

/**
 * Two pages, or one, of an address space in which some threads pin and one forks or reclaims, by the present kernel's
 * operations on bare-metal x86.
 */
final class ContendedPages {
    private static final int STRIPES = 2;
    /** Enough of them to find any pair of stripes. */
    private static final int PAGES = 16;
    /**
     * A thread's free folios. One is mapped, one is the child's still, one may be referenced by a walker who is about to
     * notice that it was too late; so one is free.
     */
    private static final int SPARES = 4;

    private final AnonPages pages;
    private final GupFast gupFast;
    private final PageTable child;
    private final Mm childMm;
    private final SwapSpace swap;
    private final int first;
    private final int second;

    /** Pages for {@code threads} threads. */
    ContendedPages(HardwareMachine machine, Contention.Pages which, int threads) {
        LockStripes ptls = new LockStripes(machine, "ptl", STRIPES);
        pages = new AnonPages(machine, TlbProfile.IPI, threads, PAGES, SPARES * threads, ptls::of);
        gupFast = pages.gupFast();
        SpinLock childPtl = new SpinLock(machine, "child", "ptl");
        child = new PageTable(machine, PAGES, index -> childPtl);
        Tlb childTlb = new Tlb(machine, TlbProfile.IPI, 0);
        childMm = new Mm(machine, "child", pages.mm.platform, pages.mm.memMap, child, childTlb, false);
        swap = new SwapSpace(machine, false);
        first = 0;
        second = other(ptls, which);
    }

    private static int other(LockStripes ptls, Contention.Pages which) {
        if (which == Contention.Pages.SAME_FOLIO) {
            return 0;
        }
        int index = 1;
        while ((ptls.stripeOf(index) == ptls.stripeOf(0)) != (which == Contention.Pages.SAME_STRIPE)) {
            index++;
        }
        return index;
    }

    /** The index of the page that the first pinning thread pins. */
    int first() {
        return first;
    }

    /** The index of the page that the other threads use: another one, unless all use the same. */
    int second() {
        return second;
    }

    /** The lock of the entry at {@code index}. */
    SpinLock ptl(int index) {
        return pages.mm.entry(index).lock;
    }

    /** Whether the entry at {@code index} permits a store. */
    boolean isWritable(int index) {
        return Pte.isWritable(pages.mm.entry(index).word.readOnce());
    }

    /** References to the page at {@code index}, a pin with its bias; 0 if none is mapped. */
    long refcount(int index) {
        return Pte.isPresent(pages.mm.entry(index).word.readOnce())
                ? pages.mapped(index).refcount.readOnce()
                : 0;
    }

    /** Thread number {@code cpu}, from zero. */
    Actor actor(int cpu) {
        return new Actor(cpu);
    }

    /** What one thread can do. */
    final class Actor {
        private final int cpu;
        private final SlowGup slowGup;
        private final WriteFault writeFault;
        private final Fork fork;
        private final Zap childExit;
        private final Reclaim reclaim;
        private final SwapIn swapIn;

        private Actor(int cpu) {
            this.cpu = cpu;
            Mm mm = pages.mm;
            FreeFolios spares = pages.pool(PAGES + 1 + SPARES * cpu, SPARES);
            writeFault = new WriteFault(KERNEL, mm, swap, spares);
            slowGup = new SlowGup(KERNEL, mm, writeFault);
            fork = new Fork(KERNEL, mm, child, spares);
            childExit = new Zap(KERNEL, childMm);
            swapIn = new SwapIn(KERNEL, mm, swap, spares);
            reclaim = new Reclaim(KERNEL, mm, swap, new Share(KERNEL, mm));
        }

        /** Pins the page at {@code index}, by the slow path if the fast one does not, and unpins it; whether it was pinned. */
        boolean pin(int index, PinCounts counts) {
            Entry entry = pages.mm.entry(index);
            GupFast.Grab grab = gupFast.grab(cpu, entry, AnonPages.FLAGS);
            counts.countFast(grab.end());
            if (!grab.isPinned()) {
                grab = slowGup.grab(entry, AnonPages.FLAGS);
                counts.countSlow(grab.end());
            }
            if (grab.isPinned()) {
                gupFast.release(grab, AnonPages.FLAGS);
            }
            return grab.isPinned();
        }

        /** Copies the entry at {@code index} to a child. */
        Fork.End fork(int index) {
            return fork.copy(pages.mm.entry(index), child.entry(index));
        }

        /** The child exits, and the parent stores to the page, so that its entry is writable and exclusive again. */
        void exitAndStore(int index) {
            childExit.zap(child.entry(index));
            store(index);
        }

        /** Isolates the page at {@code index} and tries to reclaim it. */
        Reclaim.End reclaim(int index) {
            Folio folio = pages.mapped(index);
            folio.refcount.add(1); // the isolation's
            Reclaim.End end = reclaim.shrink(folio, pages.mm.entry(index));
            if (end == Reclaim.End.SHARE_REFUSED) {
                folio.lock.lock();
                swap.tryFree(folio); // back to the LRU, and not in the swap cache when its next turn comes
                folio.lock.unlock();
            }
            if (end != Reclaim.End.RECLAIMED) {
                folio.put();
            }
            return end;
        }

        /**
         * Faults until the entry permits a store. An empty entry is one that somebody else is replacing by a copy right
         * now, and that may take longer than {@link pagerace.mm.op.UserAccess} is willing to try.
         */
        void store(int index) {
            Mm mm = pages.mm;
            Entry entry = mm.entry(index);
            long seen = entry.word.readOnce();
            while (!Pte.isWritable(seen)) {
                mm.mmapLock.readLock();
                if (Pte.isPresent(seen)) {
                    writeFault.handle(entry, seen, false);
                } else if (Pte.has(seen, Pte.SWAP)) {
                    swapIn.handle(entry, seen, true);
                }
                mm.mmapLock.readUnlock();
                seen = entry.word.await(pte -> !Pte.isNone(pte));
            }
        }
    }

    /**
     * Nobody is at work any more.
     *
     * @throws IllegalStateException unless every page is mapped, no pin and no other reference is left, nothing is in swap,
     *     and the sequence count is even
     */
    void checkIdle() {
        pages.checkIdle(PAGES);
        for (int index = 0; index < PAGES; index++) {
            if (!Pte.isNone(child.entry(index).word.readOnce())) {
                throw new IllegalStateException("the child still maps page " + index);
            }
        }
        if (swap.count.readOnce() != 0 || swap.cache.readOnce() != 0) {
            throw new IllegalStateException("the swap slot is still in use");
        }
        if (SeqCount.isOdd(pages.mm.writeProtectSeq.readBegin())) {
            throw new IllegalStateException("fork never ended");
        }
    }
}
