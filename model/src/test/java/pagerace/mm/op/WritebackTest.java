// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.mm.Buffers;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Pte;
import pagerace.mm.op.Writeback.End;
import pagerace.mm.op.Writeback.Step;

class WritebackTest {
    private static final Kernel MAINLINE = Linux.MAINLINE;
    private static final String READ_CONTENT = "readOnce folio.data";
    private static final String LOOK_FOR_PINS = "readOnce folio.refcount";

    private static End write(DiskScene scene, Kernel clean, Kernel steps) {
        End end = new Writeback(steps, scene.file, scene.cleaner(clean)).write(scene.folio);
        scene.assertConserved();
        assertThat(scene.folio.test(Folio.WRITEBACK)).as("writing has ended").isFalse();
        return end;
    }

    private static End write(DiskScene scene, Kernel steps) {
        return write(scene, Linux.MAINLINE, steps);
    }

    /** A dirty page, mapped writable, within its writable epoch. */
    private static DiskScene scene() {
        DiskScene scene = DiskScene.plain().mapped(DiskScene.WRITABLE).reserved();
        scene.marker(MarkDirty.UNLOCKED).mark(scene.folio);
        return scene;
    }

    private static void assertOnDisk(DiskScene scene, long content) {
        assertThat(scene.file.disk.readOnce()).isEqualTo(content);
    }

    private static void assertUntouched(DiskScene scene, boolean writable) {
        assertThat(scene.isDirty()).isTrue();
        assertThat(scene.isTagged()).isTrue();
        assertThat(scene.file.isReserved()).isTrue();
        assertThat(Pte.isWritable(scene.pte())).isEqualTo(writable);
        assertOnDisk(scene, DiskScene.ON_DISK);
    }

    @Test
    void writesADirtyFolioAndEndsItsEpoch() {
        DiskScene scene = scene();
        assertThat(write(scene, MAINLINE)).isEqualTo(End.WRITTEN);
        assertOnDisk(scene, DiskScene.CONTENT);
        assertThat(scene.isDirty()).isFalse();
        assertThat(scene.isTagged()).isFalse();
        assertThat(scene.file.isReserved()).isFalse();
        assertThat(scene.pte()).isEqualTo(Pte.present(1, DiskScene.READ_ONLY));
    }

    @Test
    void reservationAndTagAreSpentUnderTheFolioLockAndTheContentIsReadWithout() {
        DiskScene scene = scene().expectLocked(true, "fetchOr folio.flags FULL", 2)
                .expectLocked(true, "writeOnce fs.reserved", 1)
                .expectLocked(true, "writeOnce page_cache.dirty-tag", 1)
                .expectLocked(false, READ_CONTENT, 1)
                .expectLocked(false, "writeOnce disk", 1);
        assertThat(scene.machine.logOf(() -> write(scene, MAINLINE)))
                .containsSubsequence(
                        DiskScene.LOCK_FOLIO,
                        "await folio.flags",
                        "readOnce folio.mapping",
                        DiskScene.CLEAR_ENTRY,
                        DiskScene.CLEAR_MARK,
                        "fetchOr folio.flags FULL",
                        "writeOnce fs.reserved",
                        "lock page_cache.xa_lock",
                        "writeOnce page_cache.dirty-tag",
                        "storeRelease page_cache.xa_lock",
                        DiskScene.UNLOCK_FOLIO,
                        READ_CONTENT,
                        READ_CONTENT,
                        "writeOnce disk",
                        "fetchAndNot folio.flags RELEASE");
    }

    @Test
    void aCleanFolioIsLeftAlone() {
        DiskScene scene = DiskScene.plain().mapped(DiskScene.READ_ONLY).reserved();
        assertThat(write(scene, MAINLINE)).isEqualTo(End.NOTHING_TO_DO);
        assertThat(scene.file.isReserved()).isTrue();
        assertOnDisk(scene, DiskScene.ON_DISK);
    }

    @Test
    void aFolioThatLeftTheFileIsNotWritten() {
        DiskScene scene = scene();
        scene.machine.before(DiskScene.LOCK_FOLIO, 1, scene::truncated);
        assertThat(write(scene, MAINLINE)).isEqualTo(End.NOTHING_TO_DO);
        assertThat(scene.isDirty()).isTrue();
        assertOnDisk(scene, DiskScene.ON_DISK);
    }

    @Test
    void waitsForTheWriteThatIsUnderWay() {
        DiskScene scene = scene().flagged(Folio.WRITEBACK).expectLocked(true, "await folio.flags", 1);
        scene.machine.before("await folio.flags", 1, () -> scene.cleared(Folio.WRITEBACK));
        assertThat(write(scene, MAINLINE)).isEqualTo(End.WRITTEN);
        assertOnDisk(scene, DiskScene.CONTENT);
    }

    @Test
    void whatChangesWhileItIsWrittenHasAWrongChecksum() {
        DiskScene scene = scene().pinned();
        scene.machine.before(READ_CONTENT, 2, () -> {
            assertThat(scene.folio.test(Folio.WRITEBACK)).isTrue();
            scene.folio.data.writeOnce(DiskScene.STORED);
        });
        assertThat(write(scene, MAINLINE)).isEqualTo(End.WRITTEN_UNSTABLE);
        assertOnDisk(scene, DiskScene.STORED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBounceBufferIsFilledOnceAndOnlyForPins(boolean pinned) {
        DiskScene scene = pinned ? scene().pinned() : scene();
        scene.machine.before("writeOnce disk", 1, () -> scene.folio.data.writeOnce(DiskScene.STORED));
        assertThat(scene
                        .machine
                        .logOf(() -> assertThat(write(scene, MAINLINE.with(Step.BOUNCE_PINNED)))
                                .isEqualTo(End.WRITTEN))
                        .stream()
                        .filter(READ_CONTENT::equals))
                .hasSize(pinned ? 1 : 2);
        assertOnDisk(scene, DiskScene.CONTENT);
    }

    @Test
    void thePresentKernelWritesAPinnedFolio() {
        assertThat(write(scene().pinned(), MAINLINE)).isEqualTo(End.WRITTEN);
    }

    @Test
    void skipsAFolioThatIsPinnedBeforeItIsCleaned() {
        DiskScene early = scene().pinned();
        assertThat(write(early, MAINLINE.with(Step.SKIP_PINNED))).isEqualTo(End.SKIPPED_PINNED);
        assertUntouched(early, true);
        DiskScene late = scene();
        late.machine.before(DiskScene.TAKE_PTL, 1, late::pinned);
        assertThat(late.machine.logOf(() -> assertThat(write(late, MAINLINE.with(Step.SKIP_PINNED)))
                        .as("nobody looks again")
                        .isEqualTo(End.WRITTEN)))
                .containsSubsequence(LOOK_FOR_PINS, DiskScene.CLEAR_ENTRY);
        assertOnDisk(late, DiskScene.CONTENT);
    }

    @ParameterizedTest
    @EnumSource(
            value = CleanFolio.Step.class,
            names = {"KEEP_PINNED_MAPPED", "KEEP_PINNED_DIRTY"})
    void skipsWhatTheCleanerKeeps(CleanFolio.Step keep) {
        DiskScene scene = scene();
        scene.machine.before(DiskScene.TAKE_PTL, 1, scene::pinned);
        assertThat(write(scene, Linux.MAINLINE.with(keep), MAINLINE)).isEqualTo(End.SKIPPED_PINNED);
        assertUntouched(scene, keep == CleanFolio.Step.KEEP_PINNED_MAPPED);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Buffers.ATTACHED, Buffers.ATTACHED | Buffers.DIRTY})
    void writesWhatTheBuffersSayAndGivesBuffersToAFolioWithout(long state) {
        DiskScene scene = DiskScene.buffered(state).dirty().reserved();
        boolean nothing = state == Buffers.ATTACHED;
        assertThat(write(scene, MAINLINE)).isEqualTo(nothing ? End.NO_DIRTY_BUFFER : End.WRITTEN);
        assertOnDisk(scene, nothing ? DiskScene.ON_DISK : DiskScene.CONTENT);
        assertThat(scene.buffers.state.readOnce()).isEqualTo(state & ~Buffers.DIRTY);
        assertThat(scene.file.isReserved()).isFalse();
        assertThat(scene.isDirty()).isFalse();
    }
}
