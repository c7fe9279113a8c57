// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import java.util.ArrayList;
import java.util.List;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.Inode;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.op.FaultAround;
import pagerace.mm.op.FaultEnd;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.HolePunch;
import pagerace.mm.op.Lookup;
import pagerace.mm.op.ShmemFault;
import pagerace.mm.op.Zap;

/** What one thread does with mapped files that have no disk. */
final class ShmemActor {
    /** What a punch or a truncation came across. */
    enum Punch {
        /** The second zap found nothing, and no folio was locked. */
        PLAIN,
        /** The second zap found a mapping. */
        REZAPPED,
        /** The first pass skipped a locked folio. */
        SKIPPED_LOCKED,
        /** Both. */
        REZAPPED_AND_SKIPPED
    }

    private final World world;
    private final Cpu cpu;
    private final List<File> files = new ArrayList<>();
    private final Zap zap;

    /** The operations on one file. */
    private record File(
            int number,
            World.ShmemFile shared,
            ShmemFault fault,
            FaultAround around,
            HolePunch punch,
            HolePunch truncation,
            Lookup lookup,
            GupFast gupFast) {}

    ShmemActor(World world, Cpu cpu) {
        this.world = world;
        this.cpu = cpu;
        for (int i = 0; i < Shape.SHMEM_FILES; i++) {
            files.add(file(i));
        }
        zap = new Zap(world.kernel, world.parent.get(0));
    }

    private File file(int number) {
        World.ShmemFile shared = world.shmemFiles.get(number);
        Kernel kernel = world.kernel;
        Inode inode = shared.inode();
        Mm mm = shared.mm();
        return new File(
                number,
                shared,
                new ShmemFault(kernel, mm, inode, cpu),
                new FaultAround(kernel, mm, inode),
                new HolePunch(kernel, mm, inode),
                new HolePunch(kernel, mm, inode, null, HolePunch.truncation(kernel)),
                new Lookup(kernel, world.memMap, inode),
                new GupFast(kernel, mm));
    }

    /** Does {@code choice}; how it ended. */
    Enum<?> run(Choice choice) {
        File file = files.get(choice.page() / Shape.SHMEM_PAGES);
        int index = choice.page() % Shape.SHMEM_PAGES;
        return switch (choice.action()) {
            case SHMEM_FAULT -> fault(file, index);
            case SHMEM_AROUND -> around(file, index);
            case SHMEM_STORE -> store(file, index);
            case SHMEM_PIN -> pin(file, index, choice.page());
            case SHMEM_RELEASE -> cpu.release(world, choice.bits());
            case SHMEM_LOOKUP -> lookup(file, index);
            case SHMEM_PUNCH -> punch(file);
            case SHMEM_TRUNCATE -> truncate(file);
            case SHMEM_DISCARD -> discard(file, index);
            default -> throw new IllegalArgumentException(choice.action() + " is not for shmem");
        };
    }

    private FaultEnd fault(File file, int index) {
        file.shared.mm().mmapLock.readLock();
        FaultEnd end = file.fault.handle(index);
        file.shared.mm().mmapLock.readUnlock();
        return cpu.counters.count(Op.SHMEM_FAULT, end);
    }

    private FaultEnd around(File file, int index) {
        file.shared.mm().mmapLock.readLock();
        FaultEnd end = file.around.mapPages(index);
        file.shared.mm().mmapLock.readUnlock();
        Invariants.checkMappedPages(cpu.evaluations, world, file.number);
        return cpu.counters.count(Op.FAULT_AROUND, end);
    }

    private UserMemory.End store(File file, int index) {
        Entry entry = file.shared.mm().entry(index);
        long value = cpu.newValue();
        UserMemory.End end = UserMemory.access(
                entry,
                () -> UserMemory.store(file.shared.mm(), world.memMap, cpu, entry, value),
                seen -> fault(file, index) != FaultEnd.BEYOND_EOF);
        return cpu.counters.count(Op.SHMEM_STORE, end);
    }

    private Enum<?> pin(File file, int index, int page) {
        if (!cpu.mayHoldMore()) {
            return cpu.counters.count(Op.SKIPPED, Skipped.HOLDS_ENOUGH);
        }
        int flags = GupFast.FOLL_PIN | GupFast.FOLL_WRITE;
        GupFast.Grab grab = file.gupFast.grab(cpu.number, file.shared.mm().entry(index), flags);
        if (grab.isPinned()) {
            Folio folio = world.memMap.stableFolioOf(grab.pfn());
            cpu.touch(folio);
            cpu.held.add(new Held(Area.SHMEM, page, folio, flags, 0, 0));
        }
        return cpu.counters.count(Op.SHMEM_GUP_FAST, grab.end());
    }

    private Lookup.End lookup(File file, int index) {
        Lookup.Found found = file.lookup.get(index);
        if (found.isHeld()) {
            Folio folio = world.memMap.stableFolioOf(found.pfn());
            cpu.touch(folio);
            folio.put();
        }
        return cpu.counters.count(Op.LOOKUP, found.end());
    }

    private Punch punch(File file) {
        file.shared.inodeLock().lock();
        int[] before = cached(file);
        Punch end = endOf(file.punch.punch());
        Invariants.checkPunched(cpu.evaluations, Check.GONE_AFTER_PUNCH, file.number, before, cached(file));
        file.shared.inodeLock().unlock();
        return cpu.counters.count(Op.PUNCH, end);
    }

    /** {@code ftruncate} to nothing and back to where it was, in one section of the inode's lock. */
    private Punch truncate(File file) {
        file.shared.inodeLock().lock();
        int[] before = cached(file);
        Punch end = endOf(file.truncation.punch());
        Invariants.checkPunched(cpu.evaluations, Check.GONE_AFTER_TRUNCATION, file.number, before, cached(file));
        file.shared.inode().size.writeOnce(Shape.SHMEM_PAGES);
        file.shared.inodeLock().unlock();
        return cpu.counters.count(Op.TRUNCATE, end);
    }

    private static int[] cached(File file) {
        int[] pfns = new int[Shape.SHMEM_PAGES];
        for (int i = 0; i < pfns.length; i++) {
            pfns[i] = (int) file.shared.inode().slot(i).readOnce();
        }
        return pfns;
    }

    private static Punch endOf(HolePunch.Punched punched) {
        if (punched.rezapped()) {
            return punched.skipped() ? Punch.REZAPPED_AND_SKIPPED : Punch.REZAPPED;
        }
        return punched.skipped() ? Punch.SKIPPED_LOCKED : Punch.PLAIN;
    }

    private Zap.End discard(File file, int index) {
        file.shared.mm().mmapLock.readLock();
        Zap.End end = zap.zap(file.shared.mm().entry(index));
        file.shared.mm().mmapLock.readUnlock();
        return cpu.counters.count(Op.SHMEM_DISCARD, end);
    }
}
