// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import pagerace.mm.Buffers;
import pagerace.mm.DiskFile;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Pte;
import pagerace.mm.op.StripBuffers.Step;

class StripBuffersTest {
    private static final String UNLOCK = "storeRelease inode.i_private_lock";
    private static final String CANCEL = "fetchAndNot folio.flags FULL";

    enum Release {
        V2_6_19(Linux.V2_6_19),
        V2_6_20_RC(Linux.V2_6_20.without(StripBuffers.Step.CANCEL_INSIDE).with(StripBuffers.Step.REFUSE_DIRTY)),
        MAINLINE(Linux.MAINLINE);

        final Kernel steps;

        Release(Kernel steps) {
            this.steps = steps;
        }
    }

    @ParameterizedTest
    @EnumSource
    void freesCleanBuffersOfACleanPage(Release release) {
        BufferScene scene = BufferScene.readOnly();
        assertThat(scene.strip(release.steps)).isTrue();
        assertThat(scene.buffers.state.readOnce()).isZero();
        assertThat(scene.isDirty()).isFalse();
        scene.assertConserved();
    }

    @ParameterizedTest
    @EnumSource
    void leavesDirtyBuffersAlone(Release release) {
        BufferScene scene = BufferScene.readOnly();
        scene.dirty();
        assertThat(scene.strip(release.steps)).isFalse();
        assertThat(scene.buffers.state.readOnce()).isEqualTo(Buffers.ATTACHED | Buffers.DIRTY);
        assertThat(scene.isDirty()).isTrue();
        scene.assertConserved();
    }

    @ParameterizedTest
    @EnumSource
    void cancelsTheMarkOfAPageWhoseBuffersTheFilesystemWroteExceptIn2620Rc(Release release) {
        BufferScene scene = BufferScene.readOnly();
        scene.folio.flags.or(Folio.DIRTY);
        boolean strips = release != Release.V2_6_20_RC;
        assertThat(scene.strip(release.steps)).isEqualTo(strips);
        assertThat(scene.buffers.isAttached()).isEqualTo(!strips);
        assertThat(scene.isDirty()).isEqualTo(!strips);
        scene.assertConserved();
    }

    @Test
    void cancelsUnderTheLockThatCoversTheLookSince2620() {
        BufferScene scene = BufferScene.readOnly();
        assertThat(scene.machine.logOf(() -> scene.strip(Linux.MAINLINE)))
                .containsExactly(
                        "lock inode.i_private_lock",
                        "readOnce folio.buffers",
                        "fetchAndNot folio.buffers RELAXED",
                        CANCEL,
                        UNLOCK);
    }

    @Test
    void cancelledAMarkThatCameAfterTheLookIn2619() {
        BufferScene scene = BufferScene.readOnly();
        scene.machine.before(CANCEL, 1, scene::dirty);
        assertThat(scene.strip(Linux.V2_6_19)).isTrue();
        assertThat(scene.isDirty()).as("the store is lost").isFalse();
        scene.assertConserved();
    }

    @Test
    void cancellingMayCleanTheEntries() {
        BufferScene scene = new BufferScene(Pte.WRITE | Pte.DIRTY);
        scene.folio.flags.or(Folio.DIRTY);
        StripBuffers strip = new StripBuffers(Linux.V2_6_19, scene.file, scene.clean(Linux.V2_6_19));
        assertThat(strip.strip(scene.folio)).isTrue();
        assertThat(scene.pte()).isEqualTo(Pte.present(1, 0));
        scene.assertConserved();
    }

    @Test
    void aMutantTakesNoLock() {
        BufferScene scene = BufferScene.readOnly();
        scene.machine.before("fetchAndNot folio.buffers RELAXED", 1, scene::dirty);
        assertThat(scene.strip(Linux.MAINLINE.without(Step.LOCK_PRIVATE))).isTrue();
        assertThat(scene.buffers.state.readOnce()).as("freed, and dirty").isEqualTo(Buffers.DIRTY);
        scene.assertConserved();
    }

    @Test
    void needsBuffers() {
        BufferScene scene = BufferScene.readOnly();
        DiskFile without = new DiskFile(scene.machine, scene.file.inode, 0, false, null, null);
        CleanFolio clean = scene.clean(Linux.MAINLINE);
        assertThatThrownBy(() -> new StripBuffers(Linux.MAINLINE, without, clean))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
