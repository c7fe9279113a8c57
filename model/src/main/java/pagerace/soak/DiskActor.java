// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagerace.mm.DiskFile;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.op.CleanFolio;
import pagerace.mm.op.DropDirty;
import pagerace.mm.op.Evict;
import pagerace.mm.op.Freeze;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.HolePunch;
import pagerace.mm.op.Lookup;
import pagerace.mm.op.MarkDirty;
import pagerace.mm.op.ReclaimFile;
import pagerace.mm.op.SharedWriteFault;
import pagerace.mm.op.Writeback;
import pagerace.mm.op.Zap;

/** What one thread does with mapped files on a disk. */
final class DiskActor {
    /** How a page came into the page cache. */
    enum ReadIn {
        /** This thread read it. */
        READ,
        /** Somebody else did. */
        THERE_ALREADY
    }

    /** What became of a store through an ordinary reference. */
    enum DropEnd {
        /** Somebody else has the folio still. */
        DROPPED,
        /** Nobody has: the page had been truncated. */
        FREED
    }

    /** What became of a truncation. */
    enum Truncate {
        /** A page went. */
        TRUNCATED,
        /** There was none. */
        EMPTY
    }

    private final World world;
    private final Cpu cpu;
    private final List<File> files = new ArrayList<>();

    /** The operations on one file. */
    private record File(
            int number,
            World.DiskPage shared,
            Entry entry,
            SharedWriteFault fault,
            Writeback writeback,
            MarkDirty unpinDirty,
            DropDirty dropDirty,
            ReclaimFile reclaim,
            HolePunch truncation,
            Lookup lookup,
            GupFast gupFast,
            Zap zap) {}

    DiskActor(World world, Cpu cpu) {
        this.world = world;
        this.cpu = cpu;
        for (int i = 0; i < Shape.DISK_FILES; i++) {
            files.add(file(i));
        }
    }

    private File file(int number) {
        World.DiskPage shared = world.diskPages.get(number);
        Kernel kernel = world.kernel;
        DiskFile disk = shared.file();
        Mm mm = shared.mm();
        CleanFolio clean = new CleanFolio(kernel, disk, List.of(mm));
        return new File(
                number,
                shared,
                mm.entry(0),
                new SharedWriteFault(kernel, mm, disk),
                new Writeback(kernel, disk, clean),
                new MarkDirty(kernel, disk),
                new DropDirty(kernel),
                new ReclaimFile(kernel, mm, disk, new Evict(disk, null, new Freeze(kernel))),
                new HolePunch(kernel, mm, disk.inode, disk, HolePunch.truncation(kernel)),
                new Lookup(kernel, world.memMap, disk.inode),
                new GupFast(kernel, mm),
                new Zap(kernel, mm));
    }

    /** Does {@code choice}; how it ended. Who may not write through references stores through the page table instead. */
    Enum<?> run(Choice choice) {
        File file = files.get(choice.page());
        boolean pinned = file.shared.pinned();
        return switch (choice.action()) {
            case DISK_STORE -> store(file);
            case DISK_WRITEBACK -> writeback(file);
            case DISK_UNPIN_DIRTY -> pinned ? unpinDirty(file) : store(file);
            case DISK_DROP_DIRTY -> pinned ? dropDirty(file, choice.bits() % 2 == 0) : store(file);
            case DISK_LONGTERM -> longterm(file);
            case DISK_RECLAIM -> reclaim(file);
            case DISK_TRUNCATE -> truncate(file);
            case DISK_DISCARD -> discard(file);
            default -> throw new IllegalArgumentException(choice.action() + " is not for files on disk");
        };
    }

    private UserMemory.End store(File file) {
        long value = cpu.newValue();
        UserMemory.End end = UserMemory.access(
                file.entry, () -> UserMemory.store(file.shared.mm(), world.memMap, cpu, file.entry, value), seen -> {
                    fault(file);
                    return true;
                });
        return cpu.counters.count(Op.DISK_STORE, end);
    }

    private void fault(File file) {
        file.shared.mm().mmapLock.readLock();
        SharedWriteFault.End end = cpu.counters.count(Op.SHARED_WRITE_FAULT, file.fault.handle());
        file.shared.mm().mmapLock.readUnlock();
        if (end == SharedWriteFault.End.SIGBUS) {
            readIn(file);
        }
    }

    /** The part of {@code filemap_fault} that reads a page which is not in the page cache. */
    private void readIn(File file) {
        file.shared.invalidateLock().readLock();
        Folio fresh = cpu.take();
        fresh.allocateFile(0, Folio.LOCKED);
        boolean added = file.shared.file().inode.add(0, fresh);
        if (added) {
            // Once it can be found, so that nobody has it written, reclaimed and read back while we hold what was there
            // before.
            fresh.data.writeOnce(file.shared.file().disk.readOnce());
        }
        fresh.lock.unlock();
        if (!added) {
            fresh.put();
        }
        file.shared.invalidateLock().readUnlock();
        cpu.counters.count(Op.READ_IN, added ? ReadIn.READ : ReadIn.THERE_ALREADY);
    }

    /** The flusher. It shuts truncation out, which in the kernel waits for what is being written. */
    private Enum<?> writeback(File file) {
        file.shared.invalidateLock().readLock();
        Enum<?> end = Lookup.End.EMPTY;
        Folio folio = lookup(file);
        if (folio != null) {
            end = cpu.counters.count(Op.WRITEBACK, file.writeback.write(folio));
            folio.put();
        }
        file.shared.invalidateLock().readUnlock();
        return end;
    }

    private Enum<?> unpinDirty(File file) {
        GupFast.Grab grab = gup(file, GupFast.FOLL_PIN | GupFast.FOLL_WRITE);
        if (!grab.isPinned()) {
            return grab.end();
        }
        Folio folio = world.memMap.stableFolioOf(grab.pfn());
        folio.data.writeOnce(cpu.newValue());
        MarkDirty.End end = file.unpinDirty.mark(folio);
        folio.unpin();
        return cpu.counters.count(Op.UNPIN_DIRTY, end);
    }

    /**
     * A device writes through an ordinary reference: one that GUP has just taken, or one that is older than the last writeback,
     * for which a lookup in the page cache stands.
     */
    private Enum<?> dropDirty(File file, boolean old) {
        if (old) {
            Folio folio = lookup(file);
            return folio == null ? Lookup.End.EMPTY : dropDirty(file, folio);
        }
        GupFast.Grab grab = gup(file, GupFast.FOLL_WRITE);
        return grab.isPinned() ? dropDirty(file, world.memMap.stableFolioOf(grab.pfn())) : grab.end();
    }

    private DropEnd dropDirty(File file, Folio folio) {
        boolean freed = file.dropDirty.write(folio, cpu.newValue());
        return cpu.counters.count(Op.DROP_DIRTY, freed ? DropEnd.FREED : DropEnd.DROPPED);
    }

    /** GUP-fast, and a fault instead of its slow path where that fails. */
    private GupFast.Grab gup(File file, int flags) {
        GupFast.Grab grab = file.gupFast.grab(cpu.number, file.entry, flags);
        cpu.counters.count(Op.DISK_GUP_FAST, grab.end());
        if (grab.isPinned()) {
            cpu.touch(world.memMap.stableFolioOf(grab.pfn()));
        } else {
            fault(file);
        }
        return grab;
    }

    private GupFast.End longterm(File file) {
        int flags = GupFast.FOLL_PIN | GupFast.FOLL_WRITE | GupFast.FOLL_LONGTERM;
        GupFast.Grab grab = file.gupFast.grab(cpu.number, file.entry, flags);
        if (grab.isPinned()) {
            world.memMap.stableFolioOf(grab.pfn()).unpin(); // admitted at all: that is what must not be
        }
        boolean asked = grab.isPinned() || grab.end() == GupFast.End.UNDONE_ADMISSION;
        if (asked && !cpu.evaluations.holds(Check.LONGTERM_REFUSED, file.number, !grab.isPinned())) {
            throw Invariant.NO_LONGTERM_FILE_PINS.violated(
                    "a long-term pin for writing was taken on folio " + grab.pfn() + " of "
                            + Area.DISK.page(file.number) + ", whose filesystem tracks dirty pages",
                    Area.DISK,
                    file.number,
                    grab.pfn());
        }
        return cpu.counters.count(Op.LONGTERM, grab.end());
    }

    private Enum<?> reclaim(File file) {
        Folio folio = lookup(file);
        if (folio == null) {
            return Lookup.End.EMPTY;
        }
        if (!world.tryIsolate(folio)) {
            folio.put();
            return cpu.counters.count(Op.ISOLATE, AnonActor.Isolate.ISOLATED_BY_OTHERS);
        }
        ReclaimFile.End end = file.reclaim.shrink(folio);
        world.putBack(folio);
        if (end == ReclaimFile.End.RECLAIMED) {
            Invariants.checkEvicted(cpu.evaluations, file.number, folio);
        } else {
            folio.put();
        }
        return cpu.counters.count(Op.RECLAIM_FILE, end);
    }

    /** Truncation to nothing and back: the disk has a hole there now. */
    private Truncate truncate(File file) {
        file.shared.invalidateLock().writeLock();
        int pfn = (int) file.shared.file().inode.slot(0).readOnce();
        if (pfn != 0) {
            cpu.touch(world.memMap.stableFolioOf(pfn));
        }
        file.truncation.punch();
        file.shared.file().disk.writeOnce(0);
        file.shared.file().reserved.writeOnce(0);
        file.shared.file().inode.size.writeOnce(1);
        file.shared.invalidateLock().writeUnlock();
        return cpu.counters.count(Op.DISK_TRUNCATE, pfn != 0 ? Truncate.TRUNCATED : Truncate.EMPTY);
    }

    private Zap.End discard(File file) {
        file.shared.mm().mmapLock.readLock();
        Zap.End end = file.zap.zap(file.entry);
        file.shared.mm().mmapLock.readUnlock();
        return cpu.counters.count(Op.DISK_DISCARD, end);
    }

    private @Nullable Folio lookup(File file) {
        Lookup.Found found = file.lookup.get(0);
        cpu.counters.count(Op.DISK_LOOKUP, found.end());
        if (!found.isHeld()) {
            return null;
        }
        Folio folio = world.memMap.stableFolioOf(found.pfn());
        cpu.touch(folio);
        return folio;
    }
}
