// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import pagerace.machine.SpinLock;
import pagerace.machine.TlbProfile;
import pagerace.mm.Folio;
import pagerace.mm.InterposedMachine;
import pagerace.mm.Mm;
import pagerace.mm.PageTable;
import pagerace.mm.Platform;
import pagerace.mm.Pte;
import pagerace.mm.Scene;

/**
 * Consecutive exclusive pages of one table of one address space ({@code parent}), a table for a child, and as many free pages;
 * and what must be true of their counts whatever an operation did.
 */
final class RangeScene {
    static final int PAGES = 4;
    static final int CPU = 0;
    static final long MAPPED = Pte.WRITE | Pte.DIRTY | Pte.ACCESSED;

    final InterposedMachine machine = new InterposedMachine();
    final Platform platform = new Platform(Platform.PteUpdate.LOCKED, TlbProfile.IPI);
    final Mm mm;
    final PageTable child;
    /** What fork has not taken yet. */
    final Deque<Folio> spares = new ArrayDeque<>();

    private final List<Folio> folios = new ArrayList<>();
    private final long[] held = new long[2 * PAGES];

    RangeScene() {
        Scene scene = new Scene(machine, platform);
        for (int i = 0; i < PAGES; i++) {
            folios.add(scene.anon("folio" + i).exclusive(true).mapped().holding(0));
        }
        for (int i = PAGES; i < 2 * PAGES; i++) {
            spares.add(scene.free("folio" + i));
        }
        List<Folio> pages = List.copyOf(folios);
        folios.addAll(spares);
        SpinLock childPtl = new SpinLock(machine, "child", "ptl");
        child = new PageTable(machine, PAGES, i -> childPtl);
        SpinLock ptl = new SpinLock(machine, "parent", "ptl"); // made last, so that traces mean this table by "pte[0]"
        mm = scene.mm("parent").hasPinned(true).mapping(pages, MAPPED, i -> ptl);
    }

    Folio folio(int index) {
        return folios.get(index);
    }

    long pte(int index) {
        return mm.entry(index).word.readOnce();
    }

    /** The test holds one more pin on the page at {@code index}. */
    void pinned(int index) {
        folio(index).refcount.add(Folio.PIN_BIAS);
        hold(index, Folio.PIN_BIAS);
    }

    /** The test holds {@code references} more, which somebody took for it. */
    void hold(int index, long references) {
        held[index] += references;
    }

    /** Nobody maps the page at {@code index} any more, and it is free. */
    void unmap(int index) {
        mm.entry(index).word.writeOnce(Pte.NONE);
        folio(index).mapcount.add(-1);
        folio(index).refcount.add(-1);
    }

    /** Fork begins and ends. */
    void moveSeq() {
        mm.writeProtectSeq.writeBegin();
        mm.writeProtectSeq.writeEnd();
    }

    /** Every reference and mapping is accounted for, and nobody holds a lock or is inside a walk. */
    void assertConserved() {
        for (Folio folio : folios) {
            long mapped = IntStream.range(0, PAGES)
                    .mapToLong(i -> maps(mm.table, i, folio) + maps(child, i, folio))
                    .sum();
            assertThat(folio.refcount.readOnce())
                    .as("references to page %d", folio.pfn)
                    .isEqualTo(mapped + held[folio.pfn - 1]);
            assertThat(folio.mapcount.readOnce())
                    .as("mappings of page %d", folio.pfn)
                    .isEqualTo(mapped);
        }
        AnonScene.assertIdle(machine);
    }

    private static long maps(PageTable table, int index, Folio folio) {
        long pte = table.entry(index).word.readOnce();
        return Pte.isPresent(pte) && Pte.pfn(pte) == folio.pfn ? 1 : 0;
    }
}
