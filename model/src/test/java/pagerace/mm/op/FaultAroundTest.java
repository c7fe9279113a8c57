// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.machine.SpinLock;
import pagerace.machine.TlbProfile;
import pagerace.mm.Folio;
import pagerace.mm.Inode;
import pagerace.mm.InterposedMachine;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.PageTable;
import pagerace.mm.Platform;
import pagerace.mm.Pte;
import pagerace.mm.Scene;
import pagerace.mm.op.FaultAround.Step;

class FaultAroundTest {
    private static final Kernel MAINLINE = Linux.MAINLINE;
    private static final String TRYLOCK = "trylock folio.flags";

    private static FaultEnd mapPages(FileScene scene, Kernel steps) {
        return scene.faultAround(steps).mapPages(0);
    }

    private static void assertSkips(FaultEnd end, FileScene scene) {
        long before = scene.pte();
        assertThat(mapPages(scene, MAINLINE)).isEqualTo(end);
        assertThat(scene.pte()).isEqualTo(before);
        assertThat(scene.entry(1).word.readOnce()).as("the neighbour").isEqualTo(Pte.present(2, FileScene.MAPPED));
        scene.assertCounts(0);
    }

    @Test
    void mapsWhatIsThere() {
        FileScene scene = FileScene.unmapped();
        assertThat(mapPages(scene, MAINLINE)).isEqualTo(FaultEnd.MAPPED);
        assertThat(scene.pte()).isEqualTo(Pte.present(1, FileScene.MAPPED));
        assertThat(scene.entry(1).word.readOnce()).isEqualTo(Pte.present(2, FileScene.MAPPED));
        scene.assertConserved();
    }

    /** As many pages as mainline maps around a fault. */
    @Test
    void mapsAWindowOfSixteenUnderOneLock() {
        int pages = 16;
        int locked = 5;
        InterposedMachine machine = new InterposedMachine();
        Scene scene = new Scene(machine, new Platform(Platform.PteUpdate.LOCKED, TlbProfile.BROADCAST));
        List<Folio> folios = scene.shmem("folio").holding(0, pages);
        SpinLock ptl = new SpinLock(machine, "mm", "ptl");
        Mm mm = scene.mm("mm").mapping(new PageTable(machine, pages, i -> ptl));
        Inode file = new Inode(machine, Folio.SHMEM, folios.toArray(Folio[]::new));
        FaultAround around = new FaultAround(MAINLINE, mm, file);
        folios.get(locked).lock.lock();

        assertThat(machine.logOf(() -> assertThat(around.mapPages(pages - 1)).isEqualTo(FaultEnd.MAPPED)))
                .containsOnlyOnce("lock mm.ptl", "storeRelease mm.ptl");
        for (int i = 0; i < pages; i++) {
            boolean mapped = i != locked;
            assertThat(mm.entry(i).word.readOnce()).isEqualTo(mapped ? Pte.present(i + 1, FileScene.MAPPED) : Pte.NONE);
            assertThat(folios.get(i).refcount.readOnce()).isEqualTo(mapped ? 2 : 1);
            assertThat(folios.get(i).mapcount.readOnce()).isEqualTo(mapped ? 1 : 0);
        }
        folios.get(locked).lock.unlock();
        assertThat(around.mapPages(locked)).as("what was left out").isEqualTo(FaultEnd.MAPPED);
        AnonScene.assertIdle(machine);
    }

    @Test
    void returnsTheEndOfThePageThatIsAskedFor() {
        FileScene scene = FileScene.unmapped();
        scene.leaveFile();
        FaultAround around = scene.faultAround(MAINLINE);
        assertThat(around.mapPages(1)).isEqualTo(FaultEnd.MAPPED);
        assertThat(around.mapPages(1)).isEqualTo(FaultEnd.SKIPPED_PRESENT);
        assertThat(around.mapPages(0)).isEqualTo(FaultEnd.SKIPPED_EMPTY);
        scene.assertConserved();
    }

    @Test
    void skipsAnEmptySlot() {
        FileScene scene = FileScene.unmapped();
        scene.leaveFile();
        assertSkips(FaultEnd.SKIPPED_EMPTY, scene);
    }

    @Test
    void skipsALockedFolioWithoutTouchingIt() {
        FileScene scene = FileScene.unmapped();
        scene.folio.lock.lock();
        assertThat(scene.machine.logOf(() -> mapPages(scene, MAINLINE)))
                .doesNotContain("addUnless folio.refcount FULL", TRYLOCK);
        assertThat(mapPages(scene, MAINLINE)).isEqualTo(FaultEnd.SKIPPED_LOCKED);
        assertThat(scene.folio.lock.isLocked()).isTrue();
        scene.folio.lock.unlock();
        scene.assertConserved();
    }

    @Test
    void skipsAFolioThatIsLockedAtTheLastMoment() {
        FileScene scene = FileScene.unmapped();
        scene.machine.before(TRYLOCK, 1, scene.folio.lock::lock);
        assertThat(mapPages(scene, MAINLINE)).isEqualTo(FaultEnd.SKIPPED_LOCKED);
        assertThat(scene.folio.lock.isLocked()).isTrue();
        scene.folio.lock.unlock();
        scene.assertConserved();
    }

    @Test
    void skipsAFolioThatIsBeingFreed() {
        FileScene scene = FileScene.unmapped();
        assertThat(scene.folio.freeze(1)).isTrue();
        assertThat(mapPages(scene, MAINLINE)).isEqualTo(FaultEnd.SKIPPED_MOVED);
        assertThat(scene.folio.refcount.readOnce()).isZero();
    }

    @Test
    void skipsAFolioThatHasLeftItsSlot() {
        FileScene scene = FileScene.unmapped();
        scene.machine.before("readOnce page_cache[0]", 1, scene::leaveFile);
        assertSkips(FaultEnd.SKIPPED_MOVED, scene);
    }

    @Test
    void skipsAFolioThatHasLeftTheFile() {
        FileScene scene = FileScene.unmapped();
        scene.machine.before(TRYLOCK, 1, scene::leaveFile);
        assertSkips(FaultEnd.SKIPPED_TRUNCATED, scene);
    }

    @Test
    void skipsAFolioWithoutContent() {
        FileScene scene = FileScene.unmapped();
        scene.folio.flags.andNot(Folio.UPTODATE);
        assertSkips(FaultEnd.SKIPPED_TRUNCATED, scene);
    }

    @Test
    void skipsAFolioBehindTheEnd() {
        FileScene scene = FileScene.unmapped();
        scene.file.size.writeOnce(1);
        FaultAround around = scene.faultAround(MAINLINE);
        assertThat(around.mapPages(1)).isEqualTo(FaultEnd.SKIPPED_TRUNCATED);
        assertThat(scene.entry(1).word.readOnce()).isZero();
        assertThat(Pte.isPresent(scene.pte())).isTrue();
        scene.assertConserved();
    }

    @Test
    void leavesAnEntryAloneThatIsNotNone() {
        assertSkips(FaultEnd.SKIPPED_PRESENT, FileScene.unmapped().mapped(Pte.ACCESSED));
        FileScene marker = FileScene.unmapped();
        marker.entry(0).word.writeOnce(Pte.uffdWpMarker());
        assertSkips(FaultEnd.SKIPPED_PRESENT, marker);
    }

    @Test
    void heedsAPublishedPunchWhereProposed() {
        FileScene scene = FileScene.unmapped();
        scene.file.iPrivate.writeOnce(Inode.PUNCHING);
        assertThat(mapPages(scene, MAINLINE.with(Step.HEED_PUNCH))).isEqualTo(FaultEnd.SKIPPED_PUNCH);
        assertThat(scene.entry(1).word.readOnce()).isZero();
        assertThat(mapPages(scene, MAINLINE)).isEqualTo(FaultEnd.MAPPED);
        FileScene quiet = FileScene.unmapped();
        assertThat(mapPages(quiet, MAINLINE.with(Step.HEED_PUNCH))).isEqualTo(FaultEnd.MAPPED);
        quiet.assertConserved();
    }

    @Test
    void mapsReadOnlyWhereProposed() {
        FileScene scene = FileScene.unmapped();
        mapPages(scene, MAINLINE.with(Step.MAP_READ_ONLY));
        assertThat(scene.pte()).isEqualTo(Pte.present(1, Pte.ACCESSED));
        scene.assertConserved();
    }

    @Test
    void mapsALargeFolioByAPmd() {
        FileScene scene = FileScene.huge();
        assertThat(mapPages(scene, MAINLINE.with(Step.MAP_PMD))).isEqualTo(FaultEnd.MAPPED);
        assertThat(scene.mm.table.pmd().word.readOnce()).isEqualTo(Pte.present(1, FileScene.MAPPED));
        scene.assertConserved();
        assertThat(mapPages(scene, MAINLINE.with(Step.MAP_PMD))).isEqualTo(FaultEnd.SKIPPED_PRESENT);
        scene.assertConserved();
        FileScene split = FileScene.large();
        mapPages(split, MAINLINE);
        assertThat(split.pte()).as("not by default").isEqualTo(Pte.present(1, FileScene.MAPPED));
        FileScene small = FileScene.unmapped();
        mapPages(small, MAINLINE.with(Step.MAP_PMD));
        assertThat(small.pte()).as("a small folio needs a table").isEqualTo(Pte.present(1, FileScene.MAPPED));
        small.assertConserved();
    }

    @Test
    void mutantWithoutTheNoneCheckCountsTooManyMappings() {
        FileScene scene = FileScene.unmapped().mapped(Pte.ACCESSED);
        assertThat(mapPages(scene, MAINLINE.without(Step.CHECK_NONE))).isEqualTo(FaultEnd.MAPPED);
        assertThat(scene.folio.mapcount.readOnce()).isEqualTo(2);
    }

    @Test
    void mutantWithoutTheRecheckMapsWhatHasLeft() {
        FileScene scene = FileScene.unmapped();
        scene.machine.before(TRYLOCK, 1, scene::leaveFile);
        assertThat(mapPages(scene, MAINLINE.without(Step.RECHECK_MAPPING))).isEqualTo(FaultEnd.MAPPED);
        assertThat(scene.folio.mapping.readOnce()).isEqualTo(Folio.NO_MAPPING);
    }

    @Test
    void mutantWithoutTheFolioLockNeitherTakesNorGivesIt() {
        FileScene scene = FileScene.unmapped();
        assertThat(scene.machine.logOf(() -> mapPages(scene, MAINLINE.without(Step.TRYLOCK_FOLIO))))
                .doesNotContain(TRYLOCK, "fetchAndNot folio.flags RELEASE");
        scene.assertConserved();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void mutantWaitsForTheFolioLockUnderThePageTableLock(boolean first) {
        FileScene scene = FileScene.unmapped();
        Folio folio = first ? scene.folio : scene.second;
        folio.lock.lock();
        scene.machine.before("lock " + (first ? "folio" : "second") + ".flags", 1, () -> {
            assertThat(scene.mm.entry(0).lock.tryLock())
                    .as("page-table lock free")
                    .isEqualTo(first);
            if (first) {
                scene.mm.entry(0).lock.unlock();
            }
            folio.lock.unlock();
        });
        Kernel waits = MAINLINE.without(Step.TRYLOCK_FOLIO).with(Step.WAIT_FOR_FOLIO_LOCK);
        assertThat(mapPages(scene, waits)).isEqualTo(FaultEnd.MAPPED);
        scene.assertConserved();
    }

    @Test
    void orderOfMainline() {
        FileScene scene = FileScene.unmapped();
        assertThat(scene.machine.logOf(() -> mapPages(scene, MAINLINE)))
                .containsExactly(
                        "loadAcquire page_cache[0]",
                        "loadAcquire compound_head[1]",
                        "readOnce folio.flags",
                        "addUnless folio.refcount FULL",
                        "readOnce page_cache[0]",
                        TRYLOCK,
                        "readOnce folio.mapping",
                        "readOnce folio.flags",
                        "readOnce inode.i_size",
                        "lock mm.ptl",
                        "readOnce mm.pte",
                        "fetchAdd folio.mapcount RELAXED",
                        "writeOnce mm.pte",
                        "fetchAndNot folio.flags RELEASE",
                        "loadAcquire page_cache[1]",
                        "loadAcquire compound_head[2]",
                        "readOnce second.flags",
                        "addUnless second.refcount FULL",
                        "readOnce page_cache[1]",
                        "trylock second.flags",
                        "readOnce second.mapping",
                        "readOnce second.flags",
                        "readOnce inode.i_size",
                        "readOnce mm.pte1",
                        "fetchAdd second.mapcount RELAXED",
                        "writeOnce mm.pte1",
                        "fetchAndNot second.flags RELEASE",
                        "storeRelease mm.ptl");
    }
}
