// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import pagerace.machine.BitLock;
import pagerace.machine.HardwareMachine;
import pagerace.machine.LockStripes;
import pagerace.machine.Order;
import pagerace.machine.RwSemaphore;
import pagerace.machine.TlbProfile;
import pagerace.machine.Word;
import pagerace.mm.DiskFile;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.Inode;
import pagerace.mm.Kernel;
import pagerace.mm.MemMap;
import pagerace.mm.Mm;
import pagerace.mm.PageTable;
import pagerace.mm.Platform;
import pagerace.mm.Scene;
import pagerace.mm.SwapSpace;
import pagerace.mm.op.Linux;
import pagerace.mm.op.MarkDirty;

/**
 * All that the threads share: one address space of several page tables whose locks are striped, a child of the same shape as far
 * as its memory is anonymous, files, swap slots, and hundreds of folios.
 *
 * <p>Guarantees: page {@code i} of anonymous memory is entry {@code i % 64} of table {@code i / 64}, in the parent and in the
 * child; each file has a table of its own, which it fills from the first entry on.
 */
final class World {
    /** Reads before a wait counts as stuck: some seconds, far beyond what a busy host keeps a lock holder from its CPU. */
    private static final int SPIN_LIMIT = 100_000_000;

    private static final long IN_FILE = 1;
    private static final Platform PLATFORM = new Platform(Platform.PteUpdate.LOCKED, TlbProfile.IPI);

    /**
     * The present kernel. Pins are given back by {@code set_page_dirty_lock}: {@code unpin_user_pages_dirty_lock} looks first, which
     * loses stores ({@link Mutant#UNPIN_PRECHECK}).
     */
    static final Kernel MAINLINE = Linux.MAINLINE.with(MarkDirty.Step.LOCK_FOLIO);

    final HardwareMachine machine;
    final Shape shape;
    final Kernel kernel;
    final List<Folio> folios = new ArrayList<>();
    final MemMap memMap;
    final List<Mm> parent = new ArrayList<>();
    final List<Mm> child = new ArrayList<>();
    final List<AnonPage> anonPages = new ArrayList<>();
    final List<ShmemFile> shmemFiles = new ArrayList<>();
    final List<DiskPage> diskPages = new ArrayList<>();
    final List<Folio> ksmPages = new ArrayList<>();

    private final List<Word> isolated = new ArrayList<>();

    /**
     * What belongs to a page of anonymous memory besides its entries.
     *
     * @param swap its slot
     * @param reclaimer held while the page is reclaimed: a slot has one user
     * @param swapIns accesses under way that may swap the page in; a slot is not given out again under them
     * @param discards the user gives the page up, on purpose
     * @param forks fork comes by
     */
    record AnonPage(SwapSpace swap, BitLock reclaimer, Word swapIns, Excuse discards, Excuse forks) {}

    /**
     * Something that excuses a page for no longer being where a reference to it was taken.
     *
     * @param begun how often it began
     * @param done how often it was done
     */
    record Excuse(Word begun, Word done) {
        void begin() {
            count(begun, 1);
        }

        void end() {
            count(done, 1);
        }

        /** Whether it has not happened, not even in part, since {@link #done} was {@code before}. */
        boolean isNone(long before) {
            return begun.readOnce() == before;
        }
    }

    /**
     * A file without a disk.
     *
     * @param mm the parent, through the table that maps it
     * @param inodeLock {@code i_rwsem}: held while a thread punches or truncates
     */
    record ShmemFile(Inode inode, Mm mm, BitLock inodeLock) {}

    /**
     * A file of one page on a disk.
     *
     * @param mm the parent, through the table that maps it
     * @param invalidateLock {@code invalidate_lock}: kept for writing while the page goes for good, for reading while it comes
     *     or is written
     * @param pinned whether references may write to it; if not, nobody dirties it without asking the filesystem
     */
    record DiskPage(DiskFile file, Mm mm, RwSemaphore invalidateLock, boolean pinned) {}

    World(Shape shape, Kernel kernel) {
        this(shape, kernel, HardwareMachine.checkingCounters(SPIN_LIMIT));
    }

    World(Shape shape, Kernel kernel, HardwareMachine machine) {
        this.machine = machine;
        this.shape = shape;
        this.kernel = kernel;
        Scene scene = new Scene(machine, PLATFORM);
        List<Folio> inShmem = scene.shmem("folio").holding(0, Shape.SHMEM_FILES * Shape.SHMEM_PAGES);
        List<Folio> onDisk = scene.file("folio").holding(0, Shape.DISK_FILES);
        for (int i = 0; i < Shape.KSM_PAGES; i++) {
            ksmPages.add(scene.anon("folio").held().holding(i)); // by KSM's tree
        }
        Stream.of(inShmem, onDisk, ksmPages).forEach(folios::addAll);
        folios.addAll(scene.free("folio", shape.folios() - folios.size()));
        folios.forEach(folio -> isolated.add(machine.word("isolated", folio.pfn, 0)));
        memMap = scene.memMap();
        LockStripes parentLocks = new LockStripes(machine, "parent.ptl", shape.stripes());
        LockStripes childLocks = new LockStripes(machine, "child.ptl", shape.stripes());
        addAnonymousMemory(scene, parentLocks, childLocks);
        for (int i = 0; i < Shape.SHMEM_FILES; i++) {
            Mm mm = fileTable(parentLocks, i, Shape.SHMEM_PAGES);
            shmemFiles.add(shmemFile(mm, inShmem.subList(i * Shape.SHMEM_PAGES, (i + 1) * Shape.SHMEM_PAGES)));
        }
        for (int i = 0; i < Shape.DISK_FILES; i++) {
            diskPages.add(diskPage(fileTable(parentLocks, Shape.SHMEM_FILES + i, 1), onDisk.get(i), i % 2 == 0));
        }
    }

    /** {@code folio_isolate_lru}'s half of the work: whether the caller is now the only one who reclaims or moves the folio. */
    boolean tryIsolate(Folio folio) {
        return !isolated.get(folio.pfn - 1).testAndSetBit(1);
    }

    /** {@code folio_putback_lru}'s. */
    void putBack(Folio folio) {
        isolated.get(folio.pfn - 1).clearBitUnlock(1);
    }

    /** The content that page {@code which} of KSM has for ever. */
    static long mergeable(int which) {
        return Math.floorMod(which, Shape.KSM_PAGES);
    }

    /** The address space through the table of an anonymous page. */
    static Mm of(List<Mm> mm, int page) {
        return mm.get(page / Shape.ENTRIES);
    }

    /** The entry of {@code page}, whichever of {@code mm} has it. */
    static Entry entry(List<Mm> mm, int page) {
        return of(mm, page).entry(page % Shape.ENTRIES);
    }

    private void addAnonymousMemory(Scene scene, LockStripes parentLocks, LockStripes childLocks) {
        Mm parentMm = scene.mm("parent").walkers(shape.threads()).mapping(anonTable(parentLocks, 0));
        Mm childMm = scene.mm("child").walkers(shape.threads()).mapping(anonTable(childLocks, 0));
        parent.add(parentMm);
        child.add(childMm);
        for (int i = 1; i < shape.anonTables(); i++) {
            parent.add(new Mm(parentMm, anonTable(parentLocks, i)));
            child.add(new Mm(childMm, anonTable(childLocks, i)));
        }
        for (int i = 0; i < shape.pages(Area.ANON); i++) {
            anonPages.add(new AnonPage(
                    new SwapSpace(machine, false),
                    new BitLock(machine.word("reclaimer", i, 0), 1),
                    machine.word("swap_ins", i, 0),
                    new Excuse(machine.word("discards_begun", i, 0), machine.word("discards_done", i, 0)),
                    new Excuse(machine.word("forks_begun", i, 0), machine.word("forks_done", i, 0))));
        }
    }

    /** A table whose entries are spread over the stripes. */
    private PageTable anonTable(LockStripes locks, int number) {
        return new PageTable(machine, Shape.ENTRIES, i -> locks.of((long) number * Shape.ENTRIES + i));
    }

    /** A table with one lock, which it may share with others. */
    private Mm fileTable(LockStripes locks, int number, int pages) {
        long key = (long) (shape.anonTables() + number) * Shape.ENTRIES;
        return new Mm(parent.get(0), new PageTable(machine, pages, i -> locks.of(key)));
    }

    private ShmemFile shmemFile(Mm mm, List<Folio> pages) {
        Inode inode = new Inode(machine, Folio.SHMEM, pages.toArray(new Folio[0]));
        return new ShmemFile(inode, mm, new BitLock(machine.word("inode", "i_rwsem", 0), IN_FILE));
    }

    private DiskPage diskPage(Mm mm, Folio page, boolean pinned) {
        DiskFile file = new DiskFile(machine, page, 0, false);
        return new DiskPage(file, mm, new RwSemaphore(machine, "inode", "invalidate_lock"), pinned);
    }

    /** Adds to a count that has no other order. */
    static void count(Word word, long delta) {
        word.fetchAdd(delta, Order.FULL);
    }
}
