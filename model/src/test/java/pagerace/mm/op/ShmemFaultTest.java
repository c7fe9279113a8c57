// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.mm.Folio;
import pagerace.mm.Inode;
import pagerace.mm.Kernel;
import pagerace.mm.Pte;
import pagerace.mm.op.ShmemFault.Step;

class ShmemFaultTest {
    private static FaultEnd fault(FileScene scene) {
        return scene.fault(Linux.MAINLINE).handle(0);
    }

    @Test
    void mapsWhatIsThere() {
        FileScene scene = FileScene.unmapped();
        assertThat(fault(scene)).isEqualTo(FaultEnd.MAPPED);
        assertThat(scene.pte()).isEqualTo(Pte.present(1, FileScene.MAPPED));
        assertThat(scene.entry(1).word.readOnce()).as("the neighbour").isZero();
        scene.assertConserved();
    }

    @Test
    void hasNothingToDoWhereAPageIsMapped() {
        FileScene scene = FileScene.unmapped().mapped(Pte.ACCESSED);
        assertThat(fault(scene)).isEqualTo(FaultEnd.NO_FAULT);
        assertThat(scene.fault(Linux.MAINLINE).handleCow(0)).isEqualTo(FaultEnd.NO_FAULT);
        scene.assertConserved();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aMarkerKeepsTheWriteProtection(boolean restore) {
        FileScene scene = FileScene.unmapped();
        scene.entry(0).word.writeOnce(Pte.uffdWpMarker());
        Kernel steps = restore ? Linux.MAINLINE : Linux.MAINLINE.without(Step.RESTORE_UFFD_WP);
        assertThat(scene.fault(steps).handle(0)).isEqualTo(FaultEnd.MAPPED);
        assertThat(scene.pte()).isEqualTo(Pte.present(1, Pte.ACCESSED | (restore ? Pte.UFFD_WP : Pte.WRITE)));
        scene.assertConserved();
    }

    @Test
    void allocatesWhatIsNotThere() {
        FileScene scene = FileScene.unmapped();
        scene.leaveFile();
        assertThat(fault(scene)).isEqualTo(FaultEnd.MAPPED_NEW);
        assertThat(scene.pte()).isEqualTo(Pte.present(3, FileScene.MAPPED));
        assertThat(scene.file.slot(0).readOnce()).isEqualTo(3);
        assertThat(scene.spare.data.readOnce()).isZero();
        assertThat(scene.spare.mapping.readOnce()).isEqualTo(Folio.SHMEM);
        scene.assertConserved();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void neverFaultsBehindTheEnd(boolean cached) {
        FileScene scene = FileScene.unmapped();
        if (!cached) {
            scene.leaveFile();
        }
        scene.file.size.writeOnce(0);
        assertThat(fault(scene)).isEqualTo(FaultEnd.BEYOND_EOF);
        assertThat(scene.pte()).isZero();
        scene.assertConserved();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void leavesAnEntryAloneThatIsNotWhatTheFaultSaw(boolean cached) {
        FileScene scene = FileScene.unmapped();
        if (!cached) {
            scene.leaveFile();
        }
        scene.machine.before("lock mm.ptl", 1, () -> scene.entry(0).word.writeOnce(Pte.uffdWpMarker()));
        assertThat(fault(scene)).isEqualTo(FaultEnd.SKIPPED_PRESENT);
        assertThat(scene.pte()).isEqualTo(Pte.uffdWpMarker());
        scene.assertConserved();
    }

    @Test
    void startsAgainWhenTheFolioLeftItsSlotOrTheFile() {
        FileScene moved = FileScene.unmapped();
        moved.machine.before("readOnce page_cache[0]", 1, moved::leaveFile);
        assertThat(fault(moved)).isEqualTo(FaultEnd.MAPPED_NEW);
        moved.assertConserved();
        FileScene truncated = FileScene.unmapped();
        truncated.machine.before("lock folio.flags", 1, truncated::leaveFile);
        assertThat(fault(truncated)).isEqualTo(FaultEnd.MAPPED_NEW);
        truncated.assertConserved();
    }

    @Test
    void mapsThePageOfWhoeverFilledTheSlotFirst() {
        FileScene scene = FileScene.unmapped();
        scene.leaveFile();
        scene.machine.before("lock page_cache.xa_lock", 1, () -> {
            scene.folio.allocateShmem(FileScene.CONTENT, 0);
            scene.file.slot(0).storeRelease(scene.folio.pfn);
        });
        assertThat(fault(scene)).isEqualTo(FaultEnd.MAPPED);
        assertThat(scene.pte()).isEqualTo(Pte.present(1, FileScene.MAPPED));
        assertThat(scene.file.slot(0).readOnce()).isEqualTo(1);
        scene.assertConserved();
    }

    @Test
    void givesUpInTheEnd() {
        FileScene frozen = FileScene.unmapped();
        assertThat(frozen.folio.freeze(1)).isTrue();
        assertThat(frozen.machine.logOf(() -> assertThat(fault(frozen)).isEqualTo(FaultEnd.GAVE_UP)))
                .filteredOn("addUnless folio.refcount FULL"::equals)
                .hasSize(3);
        FileScene odd = FileScene.unmapped();
        odd.folio.mapping.writeOnce(Folio.NO_MAPPING);
        assertThat(fault(odd)).isEqualTo(FaultEnd.GAVE_UP);
        odd.assertConserved();
    }

    @Test
    void holdsTheFolioLockUntilTheEntryIsSet() {
        FileScene scene = FileScene.unmapped();
        assertThat(scene.machine.logOf(() -> fault(scene)))
                .containsSubsequence(
                        "readOnce inode.i_size",
                        "addUnless folio.refcount FULL",
                        "readOnce page_cache[0]",
                        "lock folio.flags",
                        "readOnce folio.mapping",
                        "lock mm.ptl",
                        "readOnce mm.pte",
                        "fetchAdd folio.mapcount RELAXED",
                        "writeOnce mm.pte",
                        "storeRelease mm.ptl",
                        "fetchAndNot folio.flags RELEASE");
    }

    @Test
    void copiesIntoAPrivateMapping() {
        FileScene scene = FileScene.unmapped();
        assertThat(scene.fault(Linux.MAINLINE).handleCow(0)).isEqualTo(FaultEnd.MAPPED_COPY);
        assertThat(scene.pte()).isEqualTo(Pte.present(3, Pte.WRITE | Pte.DIRTY | Pte.ACCESSED));
        assertThat(scene.spare.data.readOnce()).isEqualTo(FileScene.CONTENT);
        assertThat(scene.spare.mapping.readOnce()).isEqualTo(Folio.ANON);
        scene.assertConserved();
    }

    @Test
    void copiesNothingThatIsNotThere() {
        FileScene empty = FileScene.unmapped();
        empty.leaveFile();
        assertThat(empty.fault(Linux.MAINLINE).handleCow(0)).isEqualTo(FaultEnd.SKIPPED_EMPTY);
        empty.assertConserved();
        FileScene truncated = FileScene.unmapped();
        truncated.machine.before("lock folio.flags", 1, truncated::leaveFile);
        assertThat(truncated.fault(Linux.MAINLINE).handleCow(0)).isEqualTo(FaultEnd.SKIPPED_TRUNCATED);
        truncated.assertConserved();
        FileScene behind = FileScene.unmapped();
        behind.file.size.writeOnce(0);
        assertThat(behind.fault(Linux.MAINLINE).handleCow(0)).isEqualTo(FaultEnd.BEYOND_EOF);
        behind.leaveFile();
        assertThat(behind.fault(Linux.MAINLINE).handleCow(0)).isEqualTo(FaultEnd.BEYOND_EOF);
        behind.assertConserved();
    }

    @Test
    void makesNoCopyThatComesTooLate() {
        FileScene scene = FileScene.unmapped();
        scene.machine.before("lock mm.ptl", 1, () -> scene.entry(0).word.writeOnce(Pte.uffdWpMarker()));
        assertThat(scene.fault(Linux.MAINLINE).handleCow(0)).isEqualTo(FaultEnd.SKIPPED_PRESENT);
        assertThat(scene.pte()).isEqualTo(Pte.uffdWpMarker());
        scene.assertConserved();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void waitsForAPublishedPunch(boolean wait) {
        FileScene scene = FileScene.unmapped();
        scene.file.iPrivate.writeOnce(Inode.PUNCHING);
        Kernel steps = wait ? Linux.MAINLINE : Linux.MAINLINE.without(Step.WAIT_FOR_PUNCH);
        if (wait) {
            scene.machine.before("await inode.i_private", 1, () -> endPunchSoon(scene));
        }
        assertThat(scene.machine.logOf(() -> assertThat(scene.fault(steps).handle(0))
                        .isEqualTo(wait ? FaultEnd.WAITED_FOR_PUNCH : FaultEnd.MAPPED)))
                .filteredOn(access -> access.contains("inode.i_lock") || access.contains("inode.i_private"))
                .filteredOn(access -> !access.equals("storeRelease inode.i_private")) // the punch's
                .containsExactlyElementsOf(
                        wait
                                ? List.of(
                                        "readOnce inode.i_private",
                                        "lock inode.i_lock",
                                        "readOnce inode.i_private",
                                        "storeRelease inode.i_lock",
                                        "await inode.i_private",
                                        "lock inode.i_lock",
                                        "storeRelease inode.i_lock",
                                        "readOnce inode.i_private")
                                : List.of());
        assertThat(scene.pte()).isEqualTo(Pte.present(wait ? 3 : 1, FileScene.MAPPED));
        scene.assertConserved();
    }

    /** Another thread: removes the page and takes the record back while the fault waits. */
    private static void endPunchSoon(FileScene scene) {
        CompletableFuture.delayedExecutor(2, TimeUnit.MILLISECONDS).execute(() -> {
            scene.leaveFile();
            scene.file.iPrivate.storeRelease(Inode.NO_PUNCH);
        });
    }

    @Test
    void doesNotWaitForAPunchThatEndedBeforeItLookedAgain() {
        FileScene scene = FileScene.unmapped();
        scene.file.iPrivate.writeOnce(Inode.PUNCHING);
        scene.machine.before("lock inode.i_lock", 1, () -> scene.file.iPrivate.writeOnce(Inode.NO_PUNCH));
        assertThat(fault(scene)).isEqualTo(FaultEnd.MAPPED);
        scene.assertConserved();
    }

    @Test
    void realPunchAndRealFault() throws InterruptedException {
        for (int i = 0; i < 200; i++) {
            FileScene scene = FileScene.unmapped();
            Thread puncher = new Thread(() -> scene.punch(Linux.MAINLINE));
            puncher.start();
            FaultEnd end = fault(scene);
            puncher.join();
            assertThat(end).isIn(FaultEnd.MAPPED, FaultEnd.MAPPED_NEW, FaultEnd.WAITED_FOR_PUNCH, FaultEnd.GAVE_UP);
            scene.assertConserved();
        }
    }
}
