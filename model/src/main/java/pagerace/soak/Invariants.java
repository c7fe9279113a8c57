// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import pagerace.mm.DiskFile;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.Inode;
import pagerace.mm.Mm;
import pagerace.mm.Pte;
import pagerace.mm.SwapSpace;
import pagerace.mm.op.UserAccess;

/**
 * Checks every {@link Invariant} over the whole model while no operation is under way, and a few of single folios before. Each check
 * says what it looked at to the {@link Evaluations} of the thread that runs it.
 */
final class Invariants {
    private final World world;
    private final List<Cpu> cpus;
    private final AnonActor judge;
    private final Evaluations evaluations;
    private final int[] mappings;
    private final long[] references;
    /** By page frame number: folios that somebody had mapped when they were checked. Before that they are as they were made. */
    private final BitSet used = new BitSet();
    /** By page of anonymous memory: slots that an entry named when they were checked. */
    private final BitSet usedSlots = new BitSet();

    /**
     * Of {@code world}, whose threads hold what {@code cpus} say; accesses that a check needs are {@code judge}'s. What is checked
     * while nobody runs counts as the first thread's.
     */
    Invariants(World world, List<Cpu> cpus, AnonActor judge) {
        this.world = world;
        this.cpus = cpus;
        this.judge = judge;
        this.evaluations = cpus.get(0).evaluations;
        this.mappings = new int[world.shape.folios() + 1];
        this.references = new long[world.shape.folios() + 1];
    }

    /**
     * {@link Invariant#EXCLUSIVE_PINS}, and coherence as far as the entry is present, of a reference that is about to be given
     * back, while others run.
     */
    static void checkHeld(Evaluations evaluations, World world, Held held) {
        checkPin(evaluations, Check.PIN_EXCLUSIVE_AT_RELEASE, held.folio().pfn, held);
        if (held.area() != Area.ANON) {
            return;
        }
        long pte = entryOf(world, held);
        world.machine
                .smpRmb(); // pairs with the full order of the excuse's beginning: it began before the entry changed
        Check check = held.isPin() ? Check.PIN_MAPPED_AT_RELEASE : Check.REFERENCE_MAPPED_AT_RELEASE;
        if (Pte.isPresent(pte)
                && isPromised(world, held)
                && !evaluations.holds(check, held.page(), Pte.pfn(pte) == held.folio().pfn)) {
            throw notMapped(held, pte);
        }
    }

    private static void checkPin(Evaluations evaluations, Check check, int object, Held held) {
        Folio folio = held.folio();
        if (held.isPin()
                && held.area() == Area.ANON
                && !evaluations.holds(check, object, folio.test(Folio.ANON_EXCLUSIVE))) {
            throw Invariant.EXCLUSIVE_PINS.violated(
                    describe(held) + ", which is not exclusive", held.area(), held.page(), folio.pfn);
        }
    }

    private static long entryOf(World world, Held held) {
        return World.entry(world.parent, held.page()).word.readOnce();
    }

    private static Violation.Found notMapped(Held held, long pte) {
        return Invariant.COHERENT_PINS.violated(
                describe(held) + ", but the entry is " + Pte.describe(pte), held.area(), held.page(), held.folio().pfn);
    }

    /** {@link Invariant#SWAP_BOOKKEEPING} of a folio that reclaim has just freed and nobody can reach any more. */
    static void checkReclaimed(Evaluations evaluations, int page, Folio folio, long onDevice) {
        long content = folio.data.readOnce();
        boolean shared = !folio.test(Folio.ANON_EXCLUSIVE);
        if (!evaluations.holds(Check.RECLAIMED_SHARED, page, shared)) {
            throw Invariant.SWAP_BOOKKEEPING.violated(
                    "reclaim freed folio " + folio.pfn + " of " + Area.ANON.page(page) + ", which is exclusive",
                    Area.ANON,
                    page,
                    folio.pfn);
        }
        boolean written = content == onDevice;
        if (!evaluations.holds(Check.RECLAIMED_WRITTEN, page, written)) {
            throw Invariant.SWAP_BOOKKEEPING.violated(
                    "reclaim freed folio " + folio.pfn + " of " + Area.ANON.page(page) + " with content " + content
                            + ", but " + onDevice + " is on the device",
                    Area.ANON,
                    page,
                    folio.pfn);
        }
    }

    /** {@link Invariant#CLEAN_PAGES_ON_DISK} of a folio that reclaim has just freed and nobody can reach any more. */
    static void checkEvicted(Evaluations evaluations, int page, Folio folio) {
        boolean clean = !folio.test(Folio.DIRTY);
        if (!evaluations.holds(Check.EVICTED_CLEAN, page, clean)) {
            throw Invariant.CLEAN_PAGES_ON_DISK.violated(
                    "reclaim freed folio " + folio.pfn + " of " + Area.DISK.page(page) + ", which is dirty",
                    Area.DISK,
                    page,
                    folio.pfn);
        }
    }

    /** {@link Invariant#PUNCHED_OUT}: within a round no folio comes back to the file, so what is there still was never out. */
    static void checkPunched(Evaluations evaluations, Check check, int file, int[] before, int[] after) {
        for (int i = 0; i < before.length; i++) {
            int page = file * Shape.SHMEM_PAGES + i;
            if (before[i] != 0 && !evaluations.holds(check, page, before[i] != after[i])) {
                throw Invariant.PUNCHED_OUT.violated(
                        "folio " + before[i] + " is still in " + Area.SHMEM.page(page) + " after a punch",
                        Area.SHMEM,
                        page,
                        before[i]);
            }
        }
    }

    /**
     * {@link Invariant#MAPPED_WHILE_IN_FILE}, while others run: whoever takes a page out of the file unmaps it first, and within
     * a round it does not come back.
     */
    static void checkMappedPages(Evaluations evaluations, World world, int number) {
        World.ShmemFile file = world.shmemFiles.get(number);
        for (int i = 0; i < Shape.SHMEM_PAGES; i++) {
            int page = number * Shape.SHMEM_PAGES + i;
            long pte = file.mm().entry(i).word.readOnce();
            if (Pte.isPresent(pte)
                    && !evaluations.holds(
                            Check.SHMEM_MAPPED_AFTER_FAULT,
                            page,
                            file.inode().owns(world.memMap.stableFolioOf(Pte.pfn(pte)))
                                    || !isStill(world, file.mm(), i, pte))) {
                throw Invariant.MAPPED_WHILE_IN_FILE.violated(
                        Area.SHMEM.page(page) + " maps folio " + Pte.pfn(pte) + ", which has left the file",
                        Area.SHMEM,
                        page,
                        Pte.pfn(pte));
            }
        }
    }

    private static boolean isStill(World world, Mm mm, int index, long pte) {
        world.machine.smpRmb(); // pairs with the zap's locked instruction, which comes before the folio leaves the file
        long now = mm.entry(index).word.readOnce();
        return Pte.isPresent(now) && Pte.pfn(now) == Pte.pfn(pte);
    }

    /** All that needs no access to memory. */
    void check() {
        checkState(Check.REFERENCE_MAPPED);
    }

    /** The same, then what {@link #checkData} of {@code pages} finds, then what its faults and copies have left. */
    void checkWithData(int[] pages) {
        check();
        checkData(pages);
        checkState(Check.REFERENCE_MAPPED_AFTER_DATA);
    }

    /** What there is to check after a round on the disk alone. */
    void checkDiskOnly() {
        checkDisk(Check.CLEAN_AFTER_DISK_ROUND);
    }

    private void checkState(Check ofReferences) {
        collect();
        checkAnonEntries();
        for (int i = 0; i < world.shape.pages(Area.ANON); i++) {
            checkSlot(i);
        }
        for (int i = 0; i < world.shmemFiles.size(); i++) {
            checkShmemFile(i);
        }
        checkDisk(Check.CLEAN_ON_DISK);
        for (Folio folio : world.folios) {
            checkFolio(folio);
        }
        for (Cpu cpu : cpus) {
            for (Held held : cpu.held) {
                checkPin(evaluations, Check.PIN_EXCLUSIVE, cpu.number, held);
                checkMapped(held.isPin() ? Check.PIN_MAPPED : ofReferences, cpu.number, held);
            }
        }
    }

    private void checkDisk(Check ofCleanPages) {
        for (int i = 0; i < world.diskPages.size(); i++) {
            checkDiskPage(i, ofCleanPages);
        }
    }

    /** Coherence and isolation by data: stores and loads through page tables and pins, which may cost faults and copies. */
    void checkData(int[] pages) {
        for (Cpu cpu : cpus) {
            for (Held held : cpu.held) {
                if (held.isPin() && isPromised(world, held)) {
                    checkCoherent(cpu.number, held);
                }
            }
        }
        for (int page : pages) {
            checkIsolated(page);
        }
    }

    /** Counts who maps and who references each folio. */
    private void collect() {
        Arrays.fill(mappings, 0);
        Arrays.fill(references, 0);
        eachEntry((owner, index, pte) -> {
            if (Pte.isPresent(pte)) {
                mappings[Pte.pfn(pte)]++;
                references[Pte.pfn(pte)]++;
            }
        });
        for (World.AnonPage page : world.anonPages) {
            references[(int) page.swap().cache.readOnce()]++;
        }
        for (World.ShmemFile file : world.shmemFiles) {
            for (int i = 0; i < file.inode().pages(); i++) {
                references[(int) file.inode().slot(i).readOnce()]++;
            }
        }
        for (World.DiskPage page : world.diskPages) {
            references[(int) page.file().inode.slot(0).readOnce()]++;
        }
        for (Folio folio : world.ksmPages) {
            references[folio.pfn]++;
        }
        for (Cpu cpu : cpus) {
            for (Held held : cpu.held) {
                references[held.folio().pfn] += held.references();
            }
        }
    }

    private void checkFolio(Folio folio) {
        int mapped = mappings[folio.pfn];
        if (mapped > 0) {
            used.set(folio.pfn);
        }
        boolean mayFail = used.get(folio.pfn);
        if (mapped > 0
                && folio.test(Folio.ANON_EXCLUSIVE)
                && folio.mapping.readOnce() == Folio.ANON
                && !holds(Check.MAPPED_ONCE, folio.pfn, mapped == 1)) {
            throw violated(
                    Invariant.EXCLUSIVITY,
                    "folio " + folio.pfn + " is exclusive and mapped " + (mapped == 2 ? "twice" : mapped + " times")
                            + ": " + whoMaps(folio.pfn),
                    folio);
        }
        Check ofReferences = mapped > 0 ? Check.REFERENCES_WHEN_MAPPED : Check.REFERENCES_WHEN_UNMAPPED;
        if (!holds(ofReferences, folio.pfn, mayFail, folio.refcount.readOnce() == references[folio.pfn])) {
            throw violated(
                    Invariant.COUNTED_REFERENCES,
                    "folio " + folio.pfn + " has " + folio.refcount.readOnce() + " references, but "
                            + references[folio.pfn] + " are known" + mappedBy(folio.pfn),
                    folio);
        }
        Check ofMappings = mapped > 0 ? Check.MAPCOUNT_WHEN_MAPPED : Check.MAPCOUNT_WHEN_UNMAPPED;
        if (!holds(ofMappings, folio.pfn, mayFail, folio.mapcount.readOnce() == mapped)) {
            throw violated(
                    Invariant.COUNTED_REFERENCES,
                    "folio " + folio.pfn + " counts " + folio.mapcount.readOnce() + " mappings, but has " + mapped
                            + mappedBy(folio.pfn),
                    folio);
        }
        if (!folio.isFrozen()) {
            checkUnlocked(folio, mayFail);
        }
    }

    private void checkUnlocked(Folio folio, boolean mayFail) {
        if (!holds(Check.UNLOCKED, folio.pfn, mayFail, !folio.test(Folio.LOCKED))) {
            throw violated(Invariant.NOTHING_LOCKED, "folio " + folio.pfn + " is locked, and nobody runs", folio);
        }
        boolean mayBeWritten = mayFail && folio.mapping.readOnce() == Folio.FILE;
        if (!holds(Check.NOT_UNDER_WRITEBACK, folio.pfn, mayBeWritten, !folio.test(Folio.WRITEBACK))) {
            throw violated(
                    Invariant.NOTHING_LOCKED, "folio " + folio.pfn + " is being written, and nobody runs", folio);
        }
    }

    private String mappedBy(int pfn) {
        return mappings[pfn] == 0 ? "" : "; mapped by " + whoMaps(pfn);
    }

    private void checkAnonEntries() {
        for (int i = 0; i < world.shape.pages(Area.ANON); i++) {
            checkAnonEntry(Owner.PARENT, i, world.parent);
            checkAnonEntry(Owner.CHILD, i, world.child);
        }
    }

    private void checkAnonEntry(Owner owner, int page, List<Mm> mm) {
        long pte = World.entry(mm, page).word.readOnce();
        String entry = owner.entry(page);
        boolean parent = owner == Owner.PARENT;
        Check migrated = parent ? Check.PARENT_MIGRATED : Check.CHILD_MIGRATED;
        if (!Pte.isNone(pte) && !holds(migrated, page, !Pte.has(pte, Pte.MIGRATION))) {
            throw Invariant.NO_MIGRATION_LEFT.violated(
                    "a migration entry is left in " + entry + " for folio " + Pte.pfn(pte),
                    Area.ANON,
                    page,
                    Pte.pfn(pte));
        }
        if (Pte.isWritable(pte)
                && !holds(
                        parent ? Check.PARENT_WRITES_EXCLUSIVE : Check.CHILD_WRITES_EXCLUSIVE,
                        Pte.pfn(pte),
                        world.memMap.stableFolioOf(Pte.pfn(pte)).test(Folio.ANON_EXCLUSIVE))) {
            throw Invariant.EXCLUSIVITY.violated(
                    entry + " is writable, but folio " + Pte.pfn(pte) + " is not exclusive",
                    Area.ANON,
                    page,
                    Pte.pfn(pte));
        }
    }

    private void checkSlot(int page) {
        SwapSpace swap = world.anonPages.get(page).swap();
        boolean swapped = Pte.has(World.entry(world.parent, page).word.readOnce(), Pte.SWAP);
        if (swapped) {
            usedSlots.set(page);
        }
        long count = swap.count.readOnce();
        Check ofCount = swapped ? Check.SLOT_NAMED : Check.SLOT_NO_LONGER_NAMED;
        if (!holds(ofCount, page, usedSlots.get(page), count == (swapped ? 1 : 0))) {
            throw Invariant.SWAP_BOOKKEEPING.violated(
                    "the slot of " + Area.ANON.page(page) + " counts " + count + " swap entries, but there "
                            + (swapped ? "is one" : "is none"),
                    Area.ANON,
                    page,
                    0);
        }
        long cached = swap.cache.readOnce();
        if (cached == 0) {
            return;
        }
        Folio folio = world.memMap.stableFolioOf((int) cached);
        if (!holds(Check.CACHED_FOR_SLOT, page, folio.test(Folio.SWAPCACHE))) {
            throw Invariant.SWAP_BOOKKEEPING.violated(
                    "folio " + folio.pfn + " is cached for " + Area.ANON.page(page) + " and does not know it",
                    Area.ANON,
                    page,
                    folio.pfn);
        }
        if (swapped && !holds(Check.SWAPPED_SHARED, folio.pfn, !folio.test(Folio.ANON_EXCLUSIVE))) {
            throw Invariant.SHARED_WHEN_SWAPPED.violated(
                    Area.ANON.page(page) + " is a swap entry, but folio " + folio.pfn + " is exclusive",
                    Area.ANON,
                    page,
                    folio.pfn);
        }
    }

    private void checkShmemFile(int number) {
        World.ShmemFile file = world.shmemFiles.get(number);
        for (int i = 0; i < file.inode().pages(); i++) {
            checkInFile(Check.SHMEM_MAPPED, file.inode(), i, file.mm(), Area.SHMEM, number * Shape.SHMEM_PAGES + i);
        }
    }

    private void checkDiskPage(int number, Check ofCleanPages) {
        World.DiskPage page = world.diskPages.get(number);
        DiskFile file = page.file();
        checkInFile(Check.DISK_MAPPED, file.inode, 0, page.mm(), Area.DISK, number);
        boolean writable = Pte.isWritable(page.mm().entry(0).word.readOnce());
        int pfn = (int) file.inode.slot(0).readOnce();
        if (writable && !holds(Check.WRITABLE_AGREED, number, file.isReserved())) {
            throw Invariant.WRITABLE_BY_AGREEMENT.violated(
                    Area.DISK.page(number) + " is writable without the filesystem's agreement", Area.DISK, number, pfn);
        }
        if (pfn == 0) {
            return;
        }
        Folio folio = world.memMap.stableFolioOf(pfn);
        boolean dirty = folio.test(Folio.DIRTY);
        long onDisk = file.disk.readOnce(); // 0 until somebody writes: what users and devices store is never 0
        if (!dirty && !holds(ofCleanPages, number, onDisk != 0, folio.data.readOnce() == onDisk)) {
            throw Invariant.CLEAN_PAGES_ON_DISK.violated(
                    "folio " + pfn + " of " + Area.DISK.page(number) + " is clean with content " + folio.data.readOnce()
                            + ", but " + onDisk + " is on the disk",
                    Area.DISK,
                    number,
                    pfn);
        }
        if (dirty && !page.pinned() && !holds(Check.DIRTY_AGREED, number, file.isReserved())) {
            throw Invariant.DIRTY_BY_AGREEMENT.violated(
                    "folio " + pfn + " of " + Area.DISK.page(number) + " is dirty without the filesystem's agreement",
                    Area.DISK,
                    number,
                    pfn);
        }
    }

    /** {@link Invariant#MAPPED_WHILE_IN_FILE} of one entry. */
    private void checkInFile(Check check, Inode inode, int index, Mm mm, Area area, int page) {
        long pte = mm.entry(index).word.readOnce();
        long cached = inode.slot(index).readOnce();
        if (Pte.isPresent(pte) && !holds(check, page, Pte.pfn(pte) == cached)) {
            throw Invariant.MAPPED_WHILE_IN_FILE.violated(
                    area.page(page) + " maps folio " + Pte.pfn(pte) + ", but "
                            + (cached == 0 ? "no page" : "folio " + cached) + " is in the file",
                    area,
                    page,
                    Pte.pfn(pte));
        }
    }

    /** Whether the entry must still map what is held: nothing has happened to it that may take it away. */
    private static boolean isPromised(World world, Held held) {
        if (held.area() != Area.ANON) {
            return false; // a file may be truncated under any reference
        }
        World.AnonPage page = world.anonPages.get(held.page());
        boolean kept = page.discards().isNone(held.discards());
        return held.isPin() ? kept : kept && held.isForWriting() && page.forks().isNone(held.forks());
    }

    /** Coherence of the entry. An ordinary reference does not keep the page from being swapped, but must find it again. */
    private void checkMapped(Check check, int thread, Held held) {
        if (!isPromised(world, held)) {
            return;
        }
        long pte = entryOf(world, held);
        boolean mapped =
                Pte.isPresent(pte) ? Pte.pfn(pte) == held.folio().pfn : !held.isPin() && Pte.has(pte, Pte.SWAP);
        if (!evaluations.holds(check, thread, mapped)) {
            throw notMapped(held, pte);
        }
    }

    /** Coherence by data. What the device stores the user reads as long as the entry maps the folio, which it does by now. */
    private void checkCoherent(int thread, Held held) {
        Cpu cpu = cpus.get(0);
        long stored = cpu.newValue();
        judge.parentAccess(held.page()).store(cpu.number, World.entry(world.parent, held.page()), stored);
        long seen = held.folio().data.readOnce();
        Check check = held.isForWriting() ? Check.SEEN_BY_WRITING_DEVICE : Check.SEEN_BY_READING_DEVICE;
        if (!evaluations.holds(check, thread, seen == stored)) {
            throw Invariant.COHERENT_PINS.violated(
                    describe(held) + "; not so that the device reads what the user wrote: " + seen + " instead of "
                            + stored,
                    held.area(),
                    held.page(),
                    held.folio().pfn);
        }
    }

    /**
     * {@link Invariant#ISOLATION}, where parent and child both map something: of even pages what the parent stores, of odd ones what
     * the child stores. To check the other after the one is pointless: whose store was unseen has a page of its own.
     */
    private void checkIsolated(int page) {
        Side parent = new Side(Owner.PARENT, World.entry(world.parent, page), judge.parentAccess(page));
        Side child = new Side(Owner.CHILD, World.entry(world.child, page), judge.childAccess(page));
        if (!Pte.isPresent(parent.entry.word.readOnce()) || !Pte.isPresent(child.entry.word.readOnce())) {
            return;
        }
        if (page % 2 == 0) {
            checkUnseen(Check.UNSEEN_BY_CHILD, parent, child, page);
        } else {
            checkUnseen(Check.UNSEEN_BY_PARENT, child, parent, page);
        }
    }

    /** A process that has a page of anonymous memory. */
    private record Side(Owner owner, Entry entry, UserAccess access) {}

    private void checkUnseen(Check check, Side writer, Side reader, int page) {
        Cpu cpu = cpus.get(0);
        long before = reader.access.load(cpu.number, reader.entry);
        writer.access.store(cpu.number, writer.entry, cpu.newValue());
        boolean unseen = reader.access.load(cpu.number, reader.entry) == before;
        if (!evaluations.holds(check, page, unseen)) {
            throw Invariant.ISOLATION.violated(
                    reader.owner.entry(page) + " sees what the other process stored", Area.ANON, page, 0);
        }
    }

    private static String describe(Held held) {
        String kind = held.isPin() ? "a pin" : "a reference";
        String purpose = held.isForWriting() ? " for writing" : " for reading";
        return kind + purpose + " taken at " + held.area().page(held.page()) + " is on folio " + held.folio().pfn;
    }

    private boolean holds(Check check, int object, boolean holds) {
        return evaluations.holds(check, object, holds);
    }

    /** The same, but that nobody counts what holds because nothing has happened yet that could have broken it. */
    private boolean holds(Check check, int object, boolean mayFail, boolean holds) {
        return (holds && !mayFail) || evaluations.holds(check, object, holds);
    }

    private Violation.Found violated(Invariant invariant, String text, Folio folio) {
        Mapping first = mappingsOf(folio.pfn).stream().findFirst().orElse(null);
        return first == null
                ? invariant.violated(text, null, -1, folio.pfn)
                : invariant.violated(text, first.owner.area, first.page, folio.pfn);
    }

    private String whoMaps(int pfn) {
        return mappingsOf(pfn).stream()
                .map(mapping -> mapping.owner.entry(mapping.page))
                .collect(Collectors.joining(", "));
    }

    private record Mapping(Owner owner, int page) {}

    private List<Mapping> mappingsOf(int pfn) {
        List<Mapping> all = new ArrayList<>();
        eachEntry((owner, page, pte) -> {
            if (Pte.isPresent(pte) && Pte.pfn(pte) == pfn) {
                all.add(new Mapping(owner, page));
            }
        });
        return all;
    }

    /** Whose page table an entry is in. */
    private enum Owner {
        PARENT(Area.ANON),
        CHILD(Area.ANON),
        SHMEM(Area.SHMEM),
        DISK(Area.DISK);

        private final Area area;

        Owner(Area area) {
            this.area = area;
        }

        /** The entry as reports call it: {@code child[12]}. */
        private String entry(int page) {
            return name().toLowerCase(Locale.ROOT) + "[" + page + "]";
        }
    }

    private interface Visitor {
        void visit(Owner owner, int page, long pte);
    }

    private void eachEntry(Visitor visitor) {
        for (int i = 0; i < world.shape.pages(Area.ANON); i++) {
            visitor.visit(Owner.PARENT, i, World.entry(world.parent, i).word.readOnce());
            visitor.visit(Owner.CHILD, i, World.entry(world.child, i).word.readOnce());
        }
        for (int i = 0; i < world.shape.pages(Area.SHMEM); i++) {
            Mm mm = world.shmemFiles.get(i / Shape.SHMEM_PAGES).mm();
            visitor.visit(Owner.SHMEM, i, mm.entry(i % Shape.SHMEM_PAGES).word.readOnce());
        }
        for (int i = 0; i < world.shape.pages(Area.DISK); i++) {
            visitor.visit(
                    Owner.DISK, i, world.diskPages.get(i).mm().entry(0).word.readOnce());
        }
    }
}
