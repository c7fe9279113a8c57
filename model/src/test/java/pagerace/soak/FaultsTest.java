// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pagerace.machine.HardwareMachine;
import pagerace.machine.Word;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.Pte;
import pagerace.mm.SwapSpace;
import pagerace.mm.op.ReuseRule;

/** For each check a fault that nobody else notices, at least not before. */
class FaultsTest {
    private static final Shape SHAPE = new Shape(2, 64, 512);
    private static final int SEEDS = 5;
    private static final int SPIN_LIMIT = 1_000;
    /** Under which a fault copies a page that is pinned, or that the other process maps too. */
    private static final Kernel COPIES_REFERENCED_PAGES = World.MAINLINE.with(ReuseRule.REFCOUNT);

    /**
     * A fault.
     *
     * @param check what notices it
     * @param kernel where it happens
     * @param strike makes it happen
     */
    record Fault(Check check, Kernel kernel, Consumer<Scene> strike) {
        @Override
        public String toString() {
            return check.toString();
        }
    }

    private static Fault fault(Check check, Consumer<Scene> strike) {
        return new Fault(check, World.MAINLINE, strike);
    }

    private static Fault fault(Check check, Mutant mutant, Consumer<Scene> strike) {
        return new Fault(check, mutant.kernel(), strike);
    }

    static List<Fault> faults() {
        return List.of(
                fault(Check.PIN_MAPPED_AT_RELEASE, scene -> {
                    scene.run(Action.STORE, Action.PIN_WRITE);
                    scene.mapAnotherFolio();
                    scene.run(Action.RELEASE);
                }),
                fault(Check.REFERENCE_MAPPED_AT_RELEASE, scene -> {
                    scene.run(Action.STORE, Action.GET_WRITE);
                    scene.mapAnotherFolio();
                    scene.run(Action.RELEASE);
                }),
                fault(Check.PIN_MAPPED, scene -> {
                    scene.run(Action.STORE, Action.PIN_WRITE);
                    scene.mapAnotherFolio();
                }),
                fault(Check.REFERENCE_MAPPED, scene -> {
                    scene.run(Action.STORE, Action.GET_WRITE);
                    scene.mapAnotherFolio();
                }),
                new Fault(Check.SEEN_BY_WRITING_DEVICE, COPIES_REFERENCED_PAGES, scene -> {
                    scene.run(Action.STORE, Action.PIN_WRITE);
                    scene.entry().andNot(Pte.WRITE);
                }),
                new Fault(Check.SEEN_BY_READING_DEVICE, COPIES_REFERENCED_PAGES, scene -> {
                    scene.run(Action.STORE, Action.PIN_READ);
                    scene.entry().andNot(Pte.WRITE);
                }),
                fault(Check.REFERENCE_MAPPED_AFTER_DATA, scene -> {
                    scene.run(Action.STORE, Action.FORK, Action.STORE, Action.GET_WRITE);
                    scene.heldFolio().flags.andNot(Folio.ANON_EXCLUSIVE); // so the parent's next store gets a copy
                    scene.entry().andNot(Pte.WRITE);
                }),
                fault(Check.MAPPED_ONCE, scene -> {
                    scene.run(Action.STORE);
                    scene.map(scene.childEntry(), scene.folio());
                }),
                fault(Check.PARENT_WRITES_EXCLUSIVE, scene -> {
                    scene.run(Action.STORE);
                    scene.folio().flags.andNot(Folio.ANON_EXCLUSIVE);
                }),
                fault(Check.CHILD_WRITES_EXCLUSIVE, scene -> {
                    scene.run(Action.STORE, Action.FORK, Action.CHILD_STORE);
                    scene.folioOf(scene.childEntry()).flags.andNot(Folio.ANON_EXCLUSIVE);
                }),
                fault(Check.PIN_EXCLUSIVE_AT_RELEASE, scene -> {
                    scene.run(Action.STORE, Action.PIN_WRITE, Action.DISCARD);
                    scene.heldFolio().flags.andNot(Folio.ANON_EXCLUSIVE);
                    scene.run(Action.RELEASE);
                }),
                fault(Check.PIN_EXCLUSIVE, scene -> {
                    scene.run(Action.STORE, Action.PIN_WRITE, Action.DISCARD);
                    scene.heldFolio().flags.andNot(Folio.ANON_EXCLUSIVE);
                }),
                fault(Check.SWAPPED_SHARED, scene -> {
                    scene.run(Action.STORE, Action.GET_WRITE, Action.RECLAIM);
                    scene.heldFolio().flags.or(Folio.ANON_EXCLUSIVE);
                }),
                fault(Check.PARENT_MIGRATED, scene -> {
                    scene.run(Action.STORE);
                    scene.leaveMigration(scene.entry());
                }),
                fault(Check.CHILD_MIGRATED, scene -> {
                    scene.run(Action.STORE, Action.FORK);
                    scene.leaveMigration(scene.childEntry());
                }),
                fault(Check.REFERENCES_WHEN_MAPPED, scene -> {
                    scene.run(Action.STORE);
                    scene.folio().refcount.add(1);
                }),
                fault(Check.REFERENCES_WHEN_UNMAPPED, scene -> {
                    scene.run(Action.STORE, Action.GET_WRITE, Action.DISCARD);
                    scene.heldFolio().refcount.add(1);
                }),
                fault(Check.MAPCOUNT_WHEN_MAPPED, scene -> {
                    scene.run(Action.STORE);
                    scene.folio().mapcount.add(1);
                }),
                fault(Check.MAPCOUNT_WHEN_UNMAPPED, scene -> {
                    scene.run(Action.STORE, Action.GET_WRITE, Action.DISCARD);
                    scene.heldFolio().mapcount.add(1);
                }),
                fault(Check.RECLAIMED_SHARED, Mutant.DROP_SHARE, scene -> {
                    scene.run(Action.STORE, Action.RECLAIM);
                }),
                fault(Check.RECLAIMED_WRITTEN, scene -> {
                    Folio reclaimed = scene.freeFolio(); // no thread alone can change what is being written
                    Invariants.checkReclaimed(
                            scene.cpu.evaluations, scene.page, reclaimed, reclaimed.data.readOnce() + 1);
                }),
                fault(Check.SLOT_NAMED, scene -> {
                    scene.run(Action.STORE, Action.RECLAIM);
                    scene.swap().count.add(1);
                }),
                fault(Check.SLOT_NO_LONGER_NAMED, scene -> {
                    scene.run(Action.STORE, Action.RECLAIM, Action.LOAD);
                    scene.swap().count.add(1);
                }),
                fault(Check.CACHED_FOR_SLOT, scene -> {
                    scene.run(Action.STORE, Action.GET_WRITE, Action.RECLAIM);
                    scene.heldFolio().flags.andNot(Folio.SWAPCACHE);
                }),
                new Fault(Check.UNSEEN_BY_CHILD, COPIES_REFERENCED_PAGES, scene -> {
                    scene.shareWithWriter(scene.world.parent, scene.page);
                }),
                new Fault(Check.UNSEEN_BY_PARENT, COPIES_REFERENCED_PAGES, scene -> {
                    scene.shareWithWriter(scene.world.child, scene.page + 1);
                }),
                fault(Check.SHMEM_MAPPED_AFTER_FAULT, scene -> {
                    scene.run(Action.SHMEM_FAULT);
                    scene.shmemFolio().mapping.writeOnce(Folio.NO_MAPPING);
                    scene.run(Action.SHMEM_AROUND);
                }),
                fault(Check.SHMEM_MAPPED, scene -> {
                    scene.run(Action.SHMEM_FAULT);
                    scene.shmemFolio().refcount.add(-1);
                    scene.shmemSlot().writeOnce(0);
                }),
                fault(Check.DISK_MAPPED, scene -> {
                    scene.run(Action.DISK_STORE);
                    scene.diskFolio(scene.pinnedFile).refcount.add(-1);
                    scene.diskSlot(scene.pinnedFile).writeOnce(0);
                }),
                fault(Check.EVICTED_CLEAN, scene -> {
                    Folio evicted = scene.freeFolio(); // no thread alone can make reclaim overlook a dirty page
                    evicted.refcount.writeOnce(0); // it is this thread that freed it
                    evicted.flags.or(Folio.DIRTY);
                    Invariants.checkEvicted(scene.cpu.evaluations, scene.pinnedFile, evicted);
                }),
                fault(Check.CLEAN_ON_DISK, Scene::loseStore),
                fault(Check.CLEAN_AFTER_DISK_ROUND, Scene::loseStore),
                fault(Check.WRITABLE_AGREED, scene -> {
                    scene.run(Action.DISK_STORE);
                    scene.world.diskPages.get(scene.pinnedFile).file().reserved.writeOnce(0);
                }),
                fault(Check.GONE_AFTER_PUNCH, Mutant.FIRST_PASS_ONLY, scene -> scene.runPastLock(Action.SHMEM_PUNCH)),
                fault(
                        Check.GONE_AFTER_TRUNCATION,
                        Mutant.FIRST_PASS_ONLY,
                        scene -> scene.runPastLock(Action.SHMEM_TRUNCATE)),
                fault(Check.DIRTY_AGREED, scene -> {
                    scene.diskFolio(scene.pinnedFile + 1).flags.or(Folio.DIRTY);
                }),
                fault(Check.LONGTERM_REFUSED, Mutant.DROP_ADMISSION, scene -> {
                    scene.run(Action.DISK_STORE, Action.DISK_LONGTERM);
                }),
                fault(Check.UNLOCKED, scene -> {
                    scene.run(Action.STORE);
                    scene.folio().lock.lock();
                }),
                fault(Check.NOT_UNDER_WRITEBACK, scene -> {
                    scene.run(Action.DISK_STORE);
                    scene.diskFolio(scene.pinnedFile).flags.or(Folio.WRITEBACK);
                }),
                fault(Check.ADDED_TO_HELD, scene -> {
                    Folio free = scene.freeFolio();
                    free.refcount.add(1);
                    free.refcount.add(-1);
                }),
                fault(Check.WROTE_TO_HELD, scene -> {
                    scene.freeFolio().flags.or(Folio.DIRTY);
                }));
    }

    private static void uncount(Folio folio) {
        folio.mapcount.add(-1);
        folio.refcount.add(-1);
    }

    /** A world with one thread, which does to some page and some files what a fault takes. */
    private static final class Scene {
        final World world;
        final Cpu cpu;
        /** Where isolation is checked, the parent stores to it, and the child to the next. */
        final int page;

        final int shmemPage;
        /** A file through whose references devices write; they do not through those of the next. */
        final int pinnedFile;

        private final AnonActor anon;
        private final ShmemActor shmem;
        private final DiskActor disk;

        Scene(long seed, Kernel kernel, Evaluations evaluations, HardwareMachine machine) {
            SplittableRandom random = new SplittableRandom(seed);
            page = 2 * random.nextInt(SHAPE.pages(Area.ANON) / 2);
            shmemPage = random.nextInt(SHAPE.pages(Area.SHMEM));
            pinnedFile = 2 * random.nextInt(SHAPE.pages(Area.DISK) / 2);
            world = new World(SHAPE, kernel, machine);
            cpu = new Cpu(0, evaluations);
            world.folios.stream().filter(Folio::isFrozen).limit(32).forEach(cpu::addSpare);
            anon = new AnonActor(world, cpu);
            shmem = new ShmemActor(world, cpu);
            disk = new DiskActor(world, cpu);
        }

        void run(Action... actions) {
            for (Action action : actions) {
                switch (action.area) {
                    case ANON -> anon.run(new Choice(action, page, 1));
                    case SHMEM -> shmem.run(new Choice(action, shmemPage, 1));
                    case DISK -> disk.run(new Choice(action, pinnedFile, 1));
                }
            }
        }

        /** What comes after a round, as far as {@code moment}. */
        void check(Moment moment) {
            Invariants invariants = new Invariants(world, List.of(cpu), anon);
            int[] pages = {page, page + 1};
            switch (moment) {
                case AFTER_DISK_ROUNDS -> invariants.checkDiskOnly();
                case BETWEEN_ROUNDS -> invariants.check();
                case BY_DATA -> {
                    invariants.check();
                    invariants.checkData(pages);
                }
                case WHILE_RUNNING, AFTER_DATA -> invariants.checkWithData(pages);
            }
        }

        Word entry() {
            return World.entry(world.parent, page).word;
        }

        Word childEntry() {
            return World.entry(world.child, page).word;
        }

        Folio folio() {
            return folioOf(entry());
        }

        Folio folioOf(Word entry) {
            return world.memMap.stableFolioOf(Pte.pfn(entry.readOnce()));
        }

        SwapSpace swap() {
            return world.anonPages.get(page).swap();
        }

        Folio heldFolio() {
            return cpu.held.get(0).folio();
        }

        Word shmemSlot() {
            return world.shmemFiles.get(shmemPage / Shape.SHMEM_PAGES).inode().slot(shmemPage % Shape.SHMEM_PAGES);
        }

        Folio shmemFolio() {
            return world.memMap.stableFolioOf((int) shmemSlot().readOnce());
        }

        Word diskSlot(int file) {
            return world.diskPages.get(file).file().inode.slot(0);
        }

        Folio diskFolio(int file) {
            return world.memMap.stableFolioOf((int) diskSlot(file).readOnce());
        }

        Folio freeFolio() {
            return world.folios.get(world.folios.size() - 1);
        }

        /** Maps {@code folio} for writing, and counts that. */
        void map(Word entry, Folio folio) {
            entry.writeOnce(Pte.present(folio.pfn, Pte.WRITE | Pte.DIRTY | Pte.ACCESSED));
            folio.mapcount.add(1);
            folio.refcount.add(1);
        }

        /** As if the page had been copied, references or not. */
        void mapAnotherFolio() {
            Folio before = folio();
            Folio other = cpu.take();
            other.allocateAnon(0, true);
            map(entry(), other);
            other.refcount.add(-1); // the allocation's
            uncount(before);
        }

        /** As if nobody had put the page back. */
        void leaveMigration(Word entry) {
            Folio folio = folioOf(entry);
            entry.writeOnce(Pte.migration(folio.pfn, true, true));
            uncount(folio);
        }

        /** As if the page had been marked clean while a store was under way. */
        void loseStore() {
            run(Action.DISK_STORE, Action.DISK_WRITEBACK);
            diskFolio(pinnedFile).data.writeOnce(7);
        }

        /** While somebody has a page of the file locked, who then unlocks it. */
        void runPastLock(Action action) {
            Folio locked = shmemFolio();
            locked.lock.lock();
            run(action);
            locked.lock.unlock();
        }

        /** Parent and child map a page of a file as if it were their own, and only {@code writer} may write to it. */
        void shareWithWriter(List<Mm> writer, int number) {
            Folio ofFile = shmemFolio();
            ofFile.flags.or(Folio.ANON_EXCLUSIVE);
            map(World.entry(world.parent, number).word, ofFile);
            map(World.entry(world.child, number).word, ofFile);
            List<Mm> reader = writer == world.parent ? world.child : world.parent;
            World.entry(reader, number).word.andNot(Pte.WRITE);
        }
    }

    /** The evaluations of a run in which one check is switched off. */
    private static final class Without extends Evaluations {
        private final Check check;

        Without(Check check) {
            this.check = check;
        }

        @Override
        boolean holds(Check evaluated, int object, boolean holds) {
            return super.holds(evaluated, object, holds) || evaluated == check;
        }
    }

    private static @Nullable Violation violation(
            Fault fault, long seed, Evaluations evaluations, HardwareMachine machine) {
        Scene scene = new Scene(seed, fault.kernel, evaluations, machine);
        try {
            fault.strike.accept(scene);
            scene.check(fault.check.moment);
            return null;
        } catch (RuntimeException e) {
            return Violation.of(e, 0);
        }
    }

    @ParameterizedTest
    @MethodSource("faults")
    void thisOneIsNoticed(Fault fault) {
        for (int seed = 0; seed < SEEDS; seed++) {
            Violation found = violation(fault, seed, new Evaluations(), HardwareMachine.checkingCounters(SPIN_LIMIT));
            assertThat(found).extracting(Violation::text).asString().startsWith(fault.check.invariant + ": ");
        }
    }

    @ParameterizedTest
    @MethodSource("faults")
    void nobodyElseNoticesIt(Fault fault) {
        boolean byCounters = fault.check == Check.ADDED_TO_HELD || fault.check == Check.WROTE_TO_HELD;
        for (int seed = 0; seed < SEEDS; seed++) {
            HardwareMachine machine = byCounters
                    ? HardwareMachine.withSpinLimit(SPIN_LIMIT)
                    : HardwareMachine.checkingCounters(SPIN_LIMIT);
            assertThat(violation(fault, seed, new Without(fault.check), machine))
                    .isNull();
        }
    }

    @Test
    void eachCheckHasItsFault() {
        assertThat(faults()).extracting(Fault::check).containsExactlyInAnyOrder(Check.values());
    }
}
