// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import java.util.List;
import pagerace.machine.HardwareMachine;
import pagerace.machine.Machine;
import pagerace.machine.Tlb;
import pagerace.machine.TlbProfile;
import pagerace.mm.Folio;
import pagerace.mm.MemMap;
import pagerace.mm.Mm;
import pagerace.mm.PageTable;
import pagerace.mm.Pte;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.Steps;

/** The model's GUP-fast on the hardware machine: the same bytes that stress runs and the explorer steps through. */
final class ModelPinner implements Pinner {
    private static final int FLAGS = GupFast.FOLL_PIN | GupFast.FOLL_WRITE;

    private final Folio folio;
    private final GupFast gupFast;

    /** A writable page of an address space that has pinned before, on bare-metal x86. */
    ModelPinner(Steps<GupFast.Step> steps, boolean large) {
        Machine machine = new HardwareMachine();
        folio = new Folio(
                machine,
                "folio",
                1,
                large,
                new Folio.Initially(1, 1, Folio.UPTODATE | Folio.ANON_EXCLUSIVE, Folio.ANON, 0));
        MemMap memMap = new MemMap(machine, List.of(folio));
        PageTable table = new PageTable(machine, "mm", Pte.present(1, Pte.ACCESSED | Pte.WRITE | Pte.DIRTY));
        Mm mm = new Mm(machine, "mm", table, new Tlb(machine, TlbProfile.IPI, 1), true);
        gupFast = new GupFast(machine, mm, memMap, steps);
    }

    /** As the model returns it, so that the benchmark shows what this object costs: nothing, if it never escapes. */
    GupFast.Grab grab() {
        return gupFast.grab(0, 0, FLAGS);
    }

    void release(GupFast.Grab grab) {
        gupFast.release(grab, FLAGS);
    }

    @Override
    public int pin() {
        return grab().pfn();
    }

    @Override
    public void unpin(int pfn) {
        release(new GupFast.Grab(GupFast.End.PINNED, pfn));
    }

    @Override
    public long refcount() {
        return folio.refcount.readOnce();
    }

    @Override
    public long pincount() {
        return folio.large ? folio.pincount().readOnce() : 0;
    }
}
