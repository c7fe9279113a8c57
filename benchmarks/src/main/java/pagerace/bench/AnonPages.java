// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import pagerace.machine.HardwareMachine;
import pagerace.machine.SpinLock;
import pagerace.machine.TlbProfile;
import pagerace.mm.Folio;
import pagerace.mm.FreeFolios;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.Platform;
import pagerace.mm.Pte;
import pagerace.mm.Scene;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.Linux;

/**
 * Small anonymous pages of one address space that has pinned before, each mapped once, writable and exclusive; and free folios
 * for those who copy.
 */
final class AnonPages {
    /** How every benchmark here pins: to write. */
    static final int FLAGS = GupFast.FOLL_PIN | GupFast.FOLL_WRITE;

    /** The present kernel, but for the question whether a page may be pinned for long. */
    static final Kernel KERNEL = Linux.V6_4;

    final HardwareMachine machine;
    final Mm mm;

    private final List<Folio> folios = new ArrayList<>();

    /**
     * Pages at the indices {@code 0..pages-1}, and {@code spares} free folios.
     *
     * @param flush what a flush waits for; under {@link TlbProfile#IPI} entering a walk costs a fence that the kernel has not
     * @param cpus how many threads walk
     * @param ptlOf the lock of the entry at an index
     */
    AnonPages(HardwareMachine machine, TlbProfile flush, int cpus, int pages, int spares, IntFunction<SpinLock> ptlOf) {
        this.machine = machine;
        Scene scene = new Scene(machine, new Platform(Platform.PteUpdate.LOCKED, flush));
        List<Folio> mapped = scene.anon("folio").exclusive(true).mapped().holding(0, pages);
        folios.addAll(mapped);
        folios.addAll(scene.free("folio", spares));
        mm = scene.mm("mm").walkers(cpus).hasPinned(true).mapping(mapped, Pte.ACCESSED | Pte.WRITE | Pte.DIRTY, ptlOf);
    }

    /** GUP-fast of {@link #KERNEL}. */
    GupFast gupFast() {
        return new GupFast(KERNEL, mm);
    }

    /** The folio that the entry at {@code index} maps. */
    Folio mapped(int index) {
        return mm.memMap.stableFolioOf(Pte.pfn(mm.entry(index).word.readOnce()));
    }

    /**
     * Whichever of {@code count} folios from page frame {@code first} on is free. They belong to one thread: others may give
     * them back, but never take them.
     */
    FreeFolios pool(int first, int count) {
        List<Folio> pool = List.copyOf(folios.subList(first - 1, first - 1 + count));
        return () -> {
            for (Folio folio : pool) {
                if (folio.refcount.loadAcquire() == 0) {
                    return folio;
                }
            }
            throw new IllegalStateException("all " + count + " folios of this thread are in use");
        };
    }

    /**
     * Nobody is at work any more, so every reference must be a mapping's.
     *
     * @throws IllegalStateException if a page is not mapped, or a folio's references are not those of its mapping
     */
    void checkIdle(int pages) {
        long[] mappings = new long[folios.size()];
        for (int index = 0; index < pages; index++) {
            long entry = mm.entry(index).word.readOnce();
            if (!Pte.isPresent(entry)) {
                throw new IllegalStateException("entry " + index + " is " + Pte.describe(entry));
            }
            mappings[Pte.pfn(entry) - 1]++;
        }
        for (Folio folio : folios) {
            long references = folio.refcount.readOnce();
            if (references != mappings[folio.pfn - 1]) {
                throw new IllegalStateException("page " + folio.pfn + " has " + references + " references and "
                        + mappings[folio.pfn - 1] + " mappings");
            }
        }
    }
}
