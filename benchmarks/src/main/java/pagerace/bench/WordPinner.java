// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import pagerace.machine.HardwareMachine;
import pagerace.machine.Machine;
import pagerace.machine.Order;
import pagerace.machine.ReaderSections;
import pagerace.machine.SeqCount;
import pagerace.machine.Word;
import pagerace.mm.Folio;
import pagerace.mm.PageTable;
import pagerace.mm.Pte;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.Steps;

/**
 * The steps of {@link RawPinner}, line by line, on the hardware machine: what the machine costs, without the kernel's way
 * from structure to structure and without the model's choice of steps at run time.
 */
final class WordPinner implements Pinner {
    private final boolean hasPinned;
    private final boolean watchSeq;
    private final boolean inOne;
    private final boolean recheckHead;
    private final boolean fence;
    private final boolean recheckPmd;
    private final boolean recheckPte;
    private final boolean large;

    private final Machine machine;
    private final ReaderSections irqsOff;
    private final SeqCount seq;
    private final Word mmFlags;
    private final Word pmd;
    private final Word pte;
    private final Word head;
    private final Word refcount;
    private final Word pincount;

    WordPinner(Steps<GupFast.Step> steps, boolean large) {
        this.large = large;
        hasPinned = steps.has(GupFast.Step.SET_HAS_PINNED);
        watchSeq = steps.has(GupFast.Step.RECHECK_SEQ);
        inOne = steps.has(GupFast.Step.PIN_IN_ONE) && !large;
        recheckHead = steps.has(GupFast.Step.RECHECK_HEAD);
        fence = steps.has(GupFast.Step.FENCE_AFTER_PIN);
        recheckPmd = steps.has(GupFast.Step.RECHECK_PMD);
        recheckPte = steps.has(GupFast.Step.RECHECK_PTE);
        machine = new HardwareMachine();
        irqsOff = new ReaderSections(machine, "irqs-off", 1);
        seq = new SeqCount(machine, "mm", "write_protect_seq");
        mmFlags = machine.word("mm.flags", 1);
        pmd = machine.word("pmd", PageTable.TABLE);
        pte = machine.word("pte", Pte.present(1, Pte.ACCESSED | Pte.WRITE | Pte.DIRTY));
        head = machine.word("compound_head", 1);
        refcount = machine.word("refcount", 1);
        pincount = machine.word("pincount", 0);
    }

    @Override
    public int pin() {
        if (hasPinned && (mmFlags.readOnce() & 1) == 0) {
            return 0;
        }
        long start = 0;
        if (watchSeq) {
            start = seq.readBegin();
            if (SeqCount.isOdd(start)) {
                return 0;
            }
        }
        irqsOff.enter(0);
        int pfn = walk();
        irqsOff.leave(0);
        if (pfn != 0 && watchSeq && seq.readRetry(start)) {
            unpin(pfn);
            return 0;
        }
        return pfn;
    }

    private int walk() {
        long upper = pmd.readOnce();
        if (upper != PageTable.TABLE) {
            return 0;
        }
        long entry = pte.readOnce();
        if (!Pte.isPresent(entry) || Pte.has(entry, Pte.PROTNONE | Pte.SPECIAL) || !Pte.isWritable(entry)) {
            return 0;
        }
        int pfn = Pte.pfn(entry);
        if (head.readDependent() != pfn || !refcount.addUnless(inOne ? Folio.PIN_BIAS : 1, 0, Order.FULL)) {
            return 0;
        }
        if (recheckHead && head.readDependent() != pfn) {
            refcount.fetchAdd(inOne ? -Folio.PIN_BIAS : -1, Order.FULL);
            return 0;
        }
        if (large) {
            pincount.add(1);
        } else if (!inOne) {
            refcount.add(Folio.PIN_BIAS - 1);
        }
        if (fence) {
            machine.smpMbAfterAtomic();
        }
        if ((recheckPmd && pmd.readOnce() != upper) || (recheckPte && pte.readOnce() != entry)) {
            unpin(pfn);
            return 0;
        }
        return pfn;
    }

    @Override
    public void unpin(int pfn) {
        if (large) {
            pincount.add(-1);
        }
        refcount.subAndTest(large ? 1 : Folio.PIN_BIAS);
    }

    @Override
    public long refcount() {
        return refcount.readOnce();
    }

    @Override
    public long pincount() {
        return pincount.readOnce();
    }
}
