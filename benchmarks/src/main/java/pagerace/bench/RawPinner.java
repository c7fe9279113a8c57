// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import pagerace.machine.HardwareMachine;
import pagerace.mm.Folio;
import pagerace.mm.PageTable;
import pagerace.mm.Pte;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.Steps;

/**
 * The floor: the atomic operations of a successful GUP-fast written out on fields of one object, with no machine and no
 * words in between.
 */
@SuppressWarnings("UnusedVariable") // the fields are accessed through their handles
final class RawPinner implements Pinner {
    private static final boolean X86 = HardwareMachine.isX86(System.getProperty("os.arch", ""));

    private static final VarHandle MM_FLAGS = handle("mmFlags");
    private static final VarHandle SEQ = handle("seq");
    private static final VarHandle WALKER = handle("walker");
    private static final VarHandle PMD = handle("pmd");
    private static final VarHandle PTE = handle("pte");
    private static final VarHandle HEAD = handle("head");
    private static final VarHandle REFCOUNT = handle("refcount");
    private static final VarHandle PINCOUNT = handle("pincount");

    private final boolean hasPinned;
    private final boolean watchSeq;
    private final boolean inOne;
    private final boolean recheckHead;
    private final boolean fence;
    private final boolean recheckPmd;
    private final boolean recheckPte;
    private final boolean large;

    private long mmFlags = 1;
    private long seq;
    private long walker;
    private long pmd = PageTable.TABLE;
    private long pte = Pte.present(1, Pte.ACCESSED | Pte.WRITE | Pte.DIRTY);
    private long head = 1;
    private long refcount = 1;
    private long pincount;

    RawPinner(Steps<GupFast.Step> steps, boolean large) {
        this.large = large;
        hasPinned = steps.has(GupFast.Step.SET_HAS_PINNED);
        watchSeq = steps.has(GupFast.Step.RECHECK_SEQ);
        inOne = steps.has(GupFast.Step.PIN_IN_ONE) && !large;
        recheckHead = steps.has(GupFast.Step.RECHECK_HEAD);
        fence = steps.has(GupFast.Step.FENCE_AFTER_PIN);
        recheckPmd = steps.has(GupFast.Step.RECHECK_PMD);
        recheckPte = steps.has(GupFast.Step.RECHECK_PTE);
    }

    private static VarHandle handle(String field) {
        try {
            return MethodHandles.lookup().findVarHandle(RawPinner.class, field, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @Override
    public int pin() {
        if (hasPinned && ((long) MM_FLAGS.getOpaque(this) & 1) == 0) {
            return 0;
        }
        long start = 0;
        if (watchSeq) {
            start = (long) SEQ.getAcquire(this);
            if ((start & 1) != 0) {
                return 0;
            }
        }
        WALKER.setRelease(this, (long) WALKER.getOpaque(this) + 1);
        VarHandle.fullFence();
        int pfn = walk();
        WALKER.setRelease(this, (long) WALKER.getOpaque(this) + 1);
        if (pfn != 0 && watchSeq) {
            VarHandle.loadLoadFence();
            if ((long) SEQ.getOpaque(this) != start) {
                unpin(pfn);
                return 0;
            }
        }
        return pfn;
    }

    private int walk() {
        long upper = (long) PMD.getOpaque(this);
        if (upper != PageTable.TABLE) {
            return 0;
        }
        long entry = (long) PTE.getOpaque(this);
        if ((entry & Pte.PRESENT) == 0 || (entry & (Pte.PROTNONE | Pte.SPECIAL)) != 0 || (entry & Pte.WRITE) == 0) {
            return 0;
        }
        int pfn = Pte.pfn(entry);
        if ((long) HEAD.getAcquire(this) != pfn || !addUnlessZero(inOne ? Folio.PIN_BIAS : 1)) {
            return 0;
        }
        if (recheckHead && (long) HEAD.getAcquire(this) != pfn) {
            addFull(inOne ? -Folio.PIN_BIAS : -1);
            return 0;
        }
        if (large) {
            addRelaxed(PINCOUNT, 1);
        } else if (!inOne) {
            addRelaxed(REFCOUNT, Folio.PIN_BIAS - 1);
        }
        if (fence) {
            VarHandle.fullFence();
        }
        if ((recheckPmd && (long) PMD.getOpaque(this) != upper)
                || (recheckPte && (long) PTE.getOpaque(this) != entry)) {
            unpin(pfn);
            return 0;
        }
        return pfn;
    }

    @Override
    public void unpin(int pfn) {
        if (large) {
            addRelaxed(PINCOUNT, -1);
        }
        addFull(large ? -1 : -Folio.PIN_BIAS);
    }

    private boolean addUnlessZero(long delta) {
        while (true) {
            long old = (long) REFCOUNT.getOpaque(this);
            if (old == 0) {
                return false;
            }
            fenceOffX86();
            boolean swung = REFCOUNT.compareAndSet(this, old, old + delta);
            fenceOffX86();
            if (swung) {
                return true;
            }
        }
    }

    private void addFull(long delta) {
        fenceOffX86();
        REFCOUNT.getAndAdd(this, delta);
        fenceOffX86();
    }

    private void addRelaxed(VarHandle count, long delta) {
        while (true) {
            long old = (long) count.getOpaque(this);
            if (count.weakCompareAndSetPlain(this, old, old + delta)) {
                return;
            }
        }
    }

    private static void fenceOffX86() {
        if (!X86) {
            VarHandle.fullFence();
        }
    }

    @Override
    public long refcount() {
        return (long) REFCOUNT.getOpaque(this);
    }

    @Override
    public long pincount() {
        return (long) PINCOUNT.getOpaque(this);
    }
}
