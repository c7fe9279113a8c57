// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import static pagerace.bench.AnonPages.KERNEL;

import java.util.List;
import java.util.function.IntFunction;
import java.util.function.LongFunction;
import pagerace.machine.HardwareMachine;
import pagerace.machine.LockStripes;
import pagerace.machine.SpinLock;
import pagerace.machine.TlbProfile;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.FreeFolios;
import pagerace.mm.Inode;
import pagerace.mm.Mm;
import pagerace.mm.PageTable;
import pagerace.mm.Platform;
import pagerace.mm.Pte;
import pagerace.mm.Scene;
import pagerace.mm.Vma;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.ShmemFault;
import pagerace.mm.op.SlowGup;
import pagerace.mm.op.WriteFault;
import pagerace.mm.op.Zap;

/**
 * 512 pages of a shmem mapping, all of them in the page cache and none mapped, whose entries take their locks from a few:
 * entry by entry in one table, or table by table in 64.
 *
 * <p>A flush waits for nobody here, as where it is broadcast: else walkers and zaps would meet in the flush, whatever the
 * locks.
 */
final class StripedPages {
    private static final Platform PLATFORM = new Platform(Platform.PteUpdate.LOCKED, TlbProfile.BROADCAST);
    private static final Vma SHMEM = new Vma(Vma.Backing.SHMEM, true);
    private static final FreeFolios NONE = () -> {
        throw new IllegalStateException("every page is in the page cache, so nothing is allocated");
    };

    private final HardwareMachine machine = new HardwareMachine();
    private final List<Folio> folios;
    private final Area[] areas;
    private final int perTable;

    /**
     * The pages.
     *
     * @param tables 1, locked by entry, or more, locked by table
     * @param padded whether the locks are those of a {@link LockStripes}; else as many ordinary ones, chosen in the same way
     */
    StripedPages(int tables, int stripes, boolean padded) {
        perTable = PageTable.ENTRIES / tables;
        Scene scene = new Scene(machine, PLATFORM);
        folios = scene.shmem("folio").holding(0, PageTable.ENTRIES);
        LongFunction<SpinLock> ptls = locks(stripes, padded);
        IntFunction<SpinLock> ofFirst = tables == 1 ? ptls::apply : index -> ptls.apply(0);
        Mm mm = scene.mm("mm").walkers(0).hasPinned(true).mapping(new PageTable(machine, perTable, ofFirst));
        areas = new Area[tables];
        areas[0] = new Area(mm, 0);
        for (int i = 1; i < tables; i++) {
            SpinLock ptl = ptls.apply(i);
            areas[i] = new Area(new Mm(mm, new PageTable(machine, perTable, index -> ptl)), i);
        }
    }

    private LongFunction<SpinLock> locks(int count, boolean padded) {
        LockStripes stripes = new LockStripes(machine, "ptl", count);
        if (padded) {
            return stripes::of;
        }
        SpinLock[] ordinary = new SpinLock[count];
        for (int i = 0; i < count; i++) {
            ordinary[i] = new SpinLock(machine, "ptl", i);
        }
        return key -> ordinary[stripes.stripeOf(key)];
    }

    /** One table, the part of the file that it maps, and the operations on it. */
    private final class Area {
        final PageTable table;
        final ShmemFault fault;
        final GupFast gupFast;
        final SlowGup slowGup;
        final Zap zap;

        Area(Mm view, int number) {
            table = view.table;
            Folio[] mine =
                    folios.subList(number * perTable, (number + 1) * perTable).toArray(new Folio[0]);
            Inode file = new Inode(machine, Folio.SHMEM, mine);
            fault = new ShmemFault(KERNEL, view, file, NONE);
            gupFast = new GupFast(KERNEL, view);
            WriteFault writeFault = new WriteFault(KERNEL, view, null, NONE);
            slowGup = new SlowGup(KERNEL, view, writeFault, SHMEM);
            zap = new Zap(KERNEL, view);
        }
    }

    /** Maps the page {@code number}, if it is not. */
    void fault(int number) {
        area(number).fault.handle(index(number));
    }

    /** Pins and unpins it by GUP-fast; 1 if it was mapped, else 0. */
    int pinFast(int number) {
        Area area = area(number);
        return unpin(area, area.gupFast.grab(0, entry(number), AnonPages.FLAGS));
    }

    /** Pins and unpins it under {@code mmap_lock} and its page-table lock; 1 if it was mapped, else 0. */
    int pinSlowly(int number) {
        Area area = area(number);
        return unpin(area, area.slowGup.grab(entry(number), AnonPages.FLAGS));
    }

    /** Unmaps it, if it is mapped. */
    Zap.End zap(int number) {
        return area(number).zap.zap(entry(number));
    }

    /** The lock of its entry. */
    SpinLock ptl(int number) {
        return entry(number).lock;
    }

    boolean isMapped(int number) {
        return Pte.isPresent(entry(number).word.readOnce());
    }

    long refcount(int number) {
        return folios.get(number).refcount.readOnce();
    }

    /** Takes a reference that nobody will give back. */
    void leakReference(int number) {
        folios.get(number).refcount.add(1);
    }

    private static int unpin(Area area, GupFast.Grab grab) {
        if (!grab.isPinned()) {
            return 0;
        }
        area.gupFast.release(grab, AnonPages.FLAGS);
        return 1;
    }

    private Area area(int number) {
        return areas[number / perTable];
    }

    private Entry entry(int number) {
        return area(number).table.entry(index(number));
    }

    private int index(int number) {
        return number % perTable;
    }

    /**
     * Nobody is at work any more.
     *
     * @throws IllegalStateException if a folio's references are not the page cache's and its mapping's
     */
    void checkIdle() {
        for (int number = 0; number < PageTable.ENTRIES; number++) {
            long expected = isMapped(number) ? 2 : 1;
            if (refcount(number) != expected) {
                throw new IllegalStateException(
                        "page " + number + " has " + refcount(number) + " references, not " + expected);
            }
        }
    }
}
