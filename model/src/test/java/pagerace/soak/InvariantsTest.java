// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pagerace.machine.Word;
import pagerace.mm.Folio;
import pagerace.mm.Pte;
import pagerace.mm.SwapSpace;

/** Each invariant finds a state that was broken by hand, and says what it found. */
class InvariantsTest {
    private static final int PAGE = 12;
    private static final int BITS = 1;

    private final World world = new World(new Shape(2, 64, 512), World.MAINLINE);
    private final Cpu cpu = new Cpu(0, new Evaluations());
    private final AnonActor actor = new AnonActor(world, cpu);
    private final Invariants invariants = new Invariants(world, List.of(cpu), actor);

    @BeforeEach
    void everythingIsInOrder() {
        world.folios.stream().filter(Folio::isFrozen).limit(32).forEach(cpu::addSpare);
        run(Action.STORE);
        assertThatCode(invariants::check).doesNotThrowAnyException();
        assertThatCode(() -> invariants.checkData(new int[] {PAGE})).doesNotThrowAnyException();
    }

    private void run(Action action) {
        actor.run(new Choice(action, PAGE, BITS));
    }

    private Word entry() {
        return World.entry(world.parent, PAGE).word;
    }

    private Word childEntry() {
        return World.entry(world.child, PAGE).word;
    }

    private Folio folio() {
        return world.memMap.stableFolioOf(Pte.pfn(entry().readOnce()));
    }

    private SwapSpace swap() {
        return world.anonPages.get(PAGE).swap();
    }

    private World.DiskPage disk(int number) {
        return world.diskPages.get(number);
    }

    private Folio diskFolio(int number) {
        return world.memMap.stableFolioOf(
                (int) disk(number).file().inode.slot(0).readOnce());
    }

    private void assertFound(String text) {
        assertFound(invariants::check, text);
    }

    private static void assertFound(ThrowingCallable check, String text) {
        assertThatThrownBy(check).isInstanceOf(Violation.Found.class).hasMessage(text);
    }

    @Test
    void coherentPinOfAPageThatIsGone() {
        run(Action.PIN_WRITE);
        Folio folio = folio();
        entry().writeOnce(Pte.NONE);
        folio.mapcount.add(-1);
        folio.refcount.add(-1);
        assertFound("coherent pins: a pin for writing taken at parent[12] is on folio " + folio.pfn
                + ", but the entry is none");
    }

    @Test
    void noCoherentPinIsPromisedOnceTheUserHasGivenUpThePage() {
        run(Action.PIN_WRITE);
        run(Action.DISCARD);
        assertThatCode(invariants::check).doesNotThrowAnyException();
    }

    @Test
    void ordinaryReferenceForWritingOnAPageThatIsGone() {
        run(Action.GET_WRITE);
        Folio folio = folio();
        entry().writeOnce(Pte.NONE);
        folio.mapcount.add(-1);
        folio.refcount.add(-1);
        assertFound("coherent pins: a reference for writing taken at parent[12] is on folio " + folio.pfn
                + ", but the entry is none");
    }

    @Test
    void deviceAndUserSeeDifferentPages() {
        run(Action.PIN_WRITE);
        Held held = cpu.held.remove(0);
        Folio other = world.ksmPages.get(0);
        cpu.held.add(new Held(Area.ANON, PAGE, other, held.flags(), held.discards(), held.forks()));
        assertThatThrownBy(() -> invariants.checkData(new int[0]))
                .hasMessageStartingWith("coherent pins: a pin for writing taken at parent[12] is on folio " + other.pfn
                        + "; not so that the device reads what the user wrote: ");
    }

    @Test
    void exclusiveAndMappedTwice() {
        childEntry().writeOnce(Pte.present(folio().pfn, Pte.ACCESSED));
        assertFound("exclusivity: folio " + folio().pfn + " is exclusive and mapped twice: parent[12], child[12]");
    }

    @Test
    void writableAndNotExclusive() {
        folio().flags.andNot(Folio.ANON_EXCLUSIVE);
        assertFound("exclusivity: parent[12] is writable, but folio " + folio().pfn + " is not exclusive");
    }

    @Test
    void pinnedAndNotExclusive() {
        run(Action.PIN_WRITE);
        entry().andNot(Pte.WRITE);
        folio().flags.andNot(Folio.ANON_EXCLUSIVE);
        String text = "exclusive pins: a pin for writing taken at parent[12] is on folio " + folio().pfn
                + ", which is not exclusive";
        assertFound(text);
        assertFound(() -> run(Action.RELEASE), text);
    }

    @Test
    void swappedAndExclusive() {
        run(Action.GET_WRITE); // keeps the folio from being freed
        run(Action.RECLAIM);
        Folio folio = world.memMap.stableFolioOf((int) swap().cache.readOnce());
        folio.flags.or(Folio.ANON_EXCLUSIVE);
        assertFound("shared when swapped: parent[12] is a swap entry, but folio " + folio.pfn + " is exclusive");
    }

    @Test
    void migrationEntryLeftOver() {
        int pfn = folio().pfn;
        entry().writeOnce(Pte.migration(pfn, true, true));
        assertFound("no migration left: a migration entry is left in parent[12] for folio " + pfn);
    }

    @Test
    void unknownReference() {
        folio().refcount.add(1);
        assertFound("counted references: folio " + folio().pfn
                + " has 2 references, but 1 are known; mapped by parent[12]");
    }

    @Test
    void uncountedMapping() {
        folio().mapcount.add(-1);
        assertFound("counted references: folio " + folio().pfn + " counts 0 mappings, but has 1; mapped by parent[12]");
    }

    @Test
    void slotThatCountsTooMuch() {
        swap().count.add(1);
        assertFound("swap bookkeeping: the slot of parent[12] counts 1 swap entries, but there is none");
    }

    @Test
    void swapCacheThatItsFolioDoesNotKnow() {
        swap().cache.writeOnce(folio().pfn);
        assertFound("swap bookkeeping: folio " + folio().pfn + " is cached for parent[12] and does not know it");
    }

    @Test
    void reclaimedAndNotOnTheDevice() {
        Folio folio = folio();
        folio.flags.andNot(Folio.ANON_EXCLUSIVE);
        folio.data.writeOnce(7);
        assertFound(
                () -> Invariants.checkReclaimed(cpu.evaluations, PAGE, folio, 6),
                "swap bookkeeping: reclaim freed folio " + folio.pfn
                        + " of parent[12] with content 7, but 6 is on the device");
    }

    @Test
    void parentAndChildShareAPageThatBothMayWrite() {
        childEntry().writeOnce(entry().readOnce());
        assertFound(
                () -> invariants.checkData(new int[] {PAGE}),
                "isolation: child[12] sees what the other process stored");
    }

    @Test
    void mappedAndNotInTheFile() {
        Word entry = world.shmemFiles.get(1).mm().entry(2).word;
        entry.writeOnce(Pte.present(folio().pfn, Pte.WRITE));
        int cached = (int) world.shmemFiles.get(1).inode().slot(2).readOnce();
        assertFound("mapped while in file: shmem[6] maps folio " + folio().pfn + ", but folio " + cached
                + " is in the file");
    }

    @Test
    void cleanAndNotOnTheDisk() {
        diskFolio(1).data.writeOnce(7);
        assertFound("clean pages on disk: folio " + diskFolio(1).pfn
                + " of disk[1] is clean with content 7, but 0 is on the disk");
    }

    @Test
    void evictedAndDirty() {
        Folio folio = diskFolio(1);
        folio.flags.or(Folio.DIRTY);
        assertFound(
                () -> Invariants.checkEvicted(cpu.evaluations, 1, folio),
                "clean pages on disk: reclaim freed folio " + folio.pfn + " of disk[1], which is dirty");
    }

    @Test
    void writableWithoutAgreement() {
        disk(1).mm().entry(0).word.writeOnce(Pte.present(diskFolio(1).pfn, Pte.WRITE));
        assertFound("writable by agreement: disk[1] is writable without the filesystem's agreement");
    }

    @Test
    void stillThereAfterAPunch() {
        assertFound(
                () -> Invariants.checkPunched(
                        cpu.evaluations, Check.GONE_AFTER_PUNCH, 1, new int[] {0, 3}, new int[] {0, 3}),
                "punched out: folio 3 is still in shmem[5] after a punch");
    }

    @Test
    void dirtyWithoutAgreement() {
        diskFolio(1).flags.or(Folio.DIRTY);
        assertFound("dirty by agreement: folio " + diskFolio(1).pfn
                + " of disk[1] is dirty without the filesystem's agreement");
    }

    @Test
    void dirtyWithoutAgreementIsNoWonderWhereReferencesWrite() {
        diskFolio(0).flags.or(Folio.DIRTY);
        assertThatCode(invariants::check).doesNotThrowAnyException();
    }

    @Test
    void longtermPinOnAFile() {
        World mutant = new World(new Shape(2, 64, 512), Mutant.DROP_ADMISSION.kernel());
        Cpu other = new Cpu(0, new Evaluations());
        mutant.folios.stream().filter(Folio::isFrozen).limit(32).forEach(other::addSpare);
        DiskActor disk = new DiskActor(mutant, other);
        disk.run(new Choice(Action.DISK_STORE, 1, BITS));
        int pfn = (int) mutant.diskPages.get(1).file().inode.slot(0).readOnce();
        assertFound(
                () -> disk.run(new Choice(Action.DISK_LONGTERM, 1, BITS)),
                "no longterm file pins: a long-term pin for writing was taken on folio " + pfn
                        + " of disk[1], whose filesystem tracks dirty pages");
    }

    @Test
    void lockedWhileNobodyRuns() {
        folio().lock.lock();
        assertFound("nothing locked: folio " + folio().pfn + " is locked, and nobody runs");
    }
}
