// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pagerace.machine.HardwareMachine;
import pagerace.machine.Word;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Pte;
import pagerace.mm.op.ReuseRule;

/** For each invariant, and each moment at which it is evaluated, a fault that nobody else notices. */
class FaultsTest {
    private static final Shape SHAPE = new Shape(2, 64, 512);
    private static final int SEEDS = 5;
    private static final int SPIN_LIMIT = 1_000;

    /**
     * A fault.
     *
     * @param invariant what it violates
     * @param moment when that is noticed
     * @param kernel where it happens
     * @param strike makes it happen
     */
    record Fault(Invariant invariant, Moment moment, Kernel kernel, Consumer<Scene> strike) {
        @Override
        public String toString() {
            return invariant + " " + moment;
        }
    }

    private static Fault fault(Invariant invariant, Moment moment, Consumer<Scene> strike) {
        return new Fault(invariant, moment, World.MAINLINE, strike);
    }

    private static Fault fault(Invariant invariant, Moment moment, Mutant mutant, Consumer<Scene> strike) {
        return new Fault(invariant, moment, mutant.kernel(), strike);
    }

    static List<Fault> faults() {
        return List.of(
                fault(Invariant.COHERENT_PINS, Moment.WHILE_RUNNING, scene -> {
                    scene.run(Action.STORE, Action.PIN_WRITE);
                    scene.mapAnotherFolio();
                    scene.run(Action.RELEASE);
                }),
                fault(Invariant.COHERENT_PINS, Moment.BETWEEN_ROUNDS, scene -> {
                    scene.run(Action.STORE, Action.GET_WRITE);
                    scene.mapAnotherFolio();
                }),
                new Fault(Invariant.COHERENT_PINS, Moment.BY_DATA, World.MAINLINE.with(ReuseRule.REFCOUNT), scene -> {
                    scene.run(Action.STORE, Action.PIN_WRITE);
                    scene.entry().andNot(Pte.WRITE); // the user's next store copies a page that is pinned
                }),
                fault(Invariant.EXCLUSIVITY, Moment.BETWEEN_ROUNDS, scene -> {
                    scene.run(Action.STORE);
                    scene.folio().flags.andNot(Folio.ANON_EXCLUSIVE);
                }),
                fault(Invariant.EXCLUSIVE_PINS, Moment.WHILE_RUNNING, scene -> {
                    scene.run(Action.STORE, Action.PIN_WRITE, Action.DISCARD);
                    scene.heldFolio().flags.andNot(Folio.ANON_EXCLUSIVE);
                    scene.run(Action.RELEASE);
                }),
                fault(Invariant.EXCLUSIVE_PINS, Moment.BETWEEN_ROUNDS, scene -> {
                    scene.run(Action.STORE, Action.PIN_WRITE, Action.DISCARD);
                    scene.heldFolio().flags.andNot(Folio.ANON_EXCLUSIVE);
                }),
                fault(Invariant.SHARED_WHEN_SWAPPED, Moment.BETWEEN_ROUNDS, scene -> {
                    scene.run(Action.STORE, Action.GET_WRITE, Action.RECLAIM);
                    scene.heldFolio().flags.or(Folio.ANON_EXCLUSIVE);
                }),
                fault(Invariant.NO_MIGRATION_LEFT, Moment.BETWEEN_ROUNDS, scene -> {
                    scene.run(Action.STORE);
                    Folio folio = scene.folio();
                    scene.entry().writeOnce(Pte.migration(folio.pfn, true, true));
                    uncount(folio);
                }),
                fault(Invariant.COUNTED_REFERENCES, Moment.BETWEEN_ROUNDS, scene -> {
                    scene.run(Action.STORE);
                    scene.folio().refcount.add(1);
                }),
                fault(Invariant.SWAP_BOOKKEEPING, Moment.WHILE_RUNNING, Mutant.DROP_SHARE, scene -> {
                    scene.run(Action.STORE, Action.RECLAIM);
                }),
                fault(Invariant.SWAP_BOOKKEEPING, Moment.BETWEEN_ROUNDS, scene -> {
                    scene.world.anonPages.get(scene.page).swap().count.add(1);
                }),
                fault(Invariant.ISOLATION, Moment.BY_DATA, scene -> {
                    Folio ofFile = scene.shmemFolio(); // parent and child map it as if it were their own
                    ofFile.flags.or(Folio.ANON_EXCLUSIVE);
                    scene.map(scene.entry(), ofFile);
                    scene.map(World.entry(scene.world.child, scene.page).word, ofFile);
                }),
                fault(Invariant.MAPPED_WHILE_IN_FILE, Moment.WHILE_RUNNING, scene -> {
                    scene.run(Action.SHMEM_FAULT);
                    scene.shmemFolio().mapping.writeOnce(Folio.NO_MAPPING);
                    scene.run(Action.SHMEM_AROUND);
                }),
                fault(Invariant.MAPPED_WHILE_IN_FILE, Moment.BETWEEN_ROUNDS, scene -> {
                    scene.run(Action.SHMEM_FAULT);
                    scene.shmemFolio().refcount.add(-1);
                    scene.shmemSlot().writeOnce(0);
                }),
                fault(Invariant.CLEAN_PAGES_ON_DISK, Moment.WHILE_RUNNING, scene -> {
                    Folio evicted = scene.freeFolio(); // no thread alone can make reclaim overlook a dirty page
                    evicted.refcount.writeOnce(0); // it is this thread that freed it
                    evicted.flags.or(Folio.DIRTY);
                    Invariants.checkEvicted(scene.cpu.evaluations, scene.pinnedFile, evicted);
                }),
                fault(Invariant.CLEAN_PAGES_ON_DISK, Moment.BETWEEN_ROUNDS, scene -> {
                    scene.run(Action.DISK_STORE, Action.DISK_WRITEBACK);
                    scene.diskFolio(scene.pinnedFile).data.writeOnce(7);
                }),
                fault(Invariant.WRITABLE_BY_AGREEMENT, Moment.BETWEEN_ROUNDS, scene -> {
                    scene.run(Action.DISK_STORE);
                    scene.world.diskPages.get(scene.pinnedFile).file().reserved.writeOnce(0);
                }),
                fault(Invariant.PUNCHED_OUT, Moment.WHILE_RUNNING, Mutant.FIRST_PASS_ONLY, scene -> {
                    Folio locked = scene.shmemFolio();
                    locked.lock.lock();
                    scene.run(Action.SHMEM_PUNCH);
                    locked.lock.unlock();
                }),
                fault(Invariant.DIRTY_BY_AGREEMENT, Moment.BETWEEN_ROUNDS, scene -> {
                    scene.diskFolio(scene.pinnedFile + 1).flags.or(Folio.DIRTY);
                }),
                fault(Invariant.NO_LONGTERM_FILE_PINS, Moment.WHILE_RUNNING, Mutant.DROP_ADMISSION, scene -> {
                    scene.run(Action.DISK_STORE, Action.DISK_LONGTERM);
                }),
                fault(Invariant.NOTHING_LOCKED, Moment.BETWEEN_ROUNDS, scene -> {
                    scene.run(Action.STORE);
                    scene.folio().lock.lock();
                }),
                fault(Invariant.NO_REFERENCE_FROM_ZERO, Moment.WHILE_RUNNING, scene -> {
                    Folio free = scene.freeFolio();
                    free.refcount.add(1);
                    free.refcount.add(-1);
                }),
                fault(Invariant.NOT_TOUCHED_WHEN_FREE, Moment.WHILE_RUNNING, scene -> {
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
        final int page;
        final int shmemPage;
        /** A file through whose references devices write; they do not through those of the next. */
        final int pinnedFile;

        private final AnonActor anon;
        private final ShmemActor shmem;
        private final DiskActor disk;

        Scene(long seed, Kernel kernel, Evaluations evaluations, HardwareMachine machine) {
            SplittableRandom random = new SplittableRandom(seed);
            page = random.nextInt(SHAPE.pages(Area.ANON));
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

        void check() {
            Invariants invariants = new Invariants(world, List.of(cpu), anon);
            invariants.check();
            invariants.checkData(new int[] {page});
        }

        Word entry() {
            return World.entry(world.parent, page).word;
        }

        Folio folio() {
            return world.memMap.stableFolioOf(Pte.pfn(entry().readOnce()));
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

        Folio diskFolio(int file) {
            return world.memMap.stableFolioOf(
                    (int) world.diskPages.get(file).file().inode.slot(0).readOnce());
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
    }

    /** The evaluations of a run in which one check is switched off. */
    private static final class Without extends Evaluations {
        private final Fault fault;

        Without(Fault fault) {
            this.fault = fault;
        }

        @Override
        boolean holds(Invariant invariant, Moment moment, int object, boolean holds) {
            return super.holds(invariant, moment, object, holds)
                    || (invariant == fault.invariant && moment == fault.moment);
        }
    }

    private static @Nullable Violation violation(
            Fault fault, long seed, Evaluations evaluations, HardwareMachine machine) {
        Scene scene = new Scene(seed, fault.kernel, evaluations, machine);
        try {
            fault.strike.accept(scene);
            scene.check();
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
            assertThat(found).extracting(Violation::text).asString().startsWith(fault.invariant + ": ");
        }
    }

    @ParameterizedTest
    @MethodSource("faults")
    void nobodyElseNoticesIt(Fault fault) {
        boolean byCounters = fault.invariant == Invariant.NO_REFERENCE_FROM_ZERO
                || fault.invariant == Invariant.NOT_TOUCHED_WHEN_FREE;
        for (int seed = 0; seed < SEEDS; seed++) {
            HardwareMachine machine = byCounters
                    ? HardwareMachine.withSpinLimit(SPIN_LIMIT)
                    : HardwareMachine.checkingCounters(SPIN_LIMIT);
            assertThat(violation(fault, seed, new Without(fault), machine)).isNull();
        }
    }

    @Test
    void eachCheckHasItsFault() {
        List<String> checks = new ArrayList<>();
        for (Invariant invariant : Invariant.values()) {
            invariant.moments.forEach(moment -> checks.add(invariant + " " + moment));
        }
        assertThat(Stream.of(faults().toArray())).map(Object::toString).containsExactlyInAnyOrderElementsOf(checks);
    }
}
