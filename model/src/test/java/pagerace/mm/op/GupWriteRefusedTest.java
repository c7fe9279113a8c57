// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.mm.Kernel;
import pagerace.mm.Pte;

class GupWriteRefusedTest {
    private static GupWrite.Written write(BufferScene scene, Admission admission, Kernel steps) {
        return new GupWrite(
                        steps.with(admission),
                        scene.mm,
                        scene.file,
                        new GupFast(Linux.V6_5.with(admission), scene.mm),
                        new SharedWriteFault(Linux.MAINLINE, scene.mm, scene.file),
                        new MarkDirty(Linux.MAINLINE, scene.file, MarkDirty.UNPIN))
                .write(0, scene.folio, BufferScene.NEW_CONTENT);
    }

    private static void assertStored(BufferScene scene, boolean stored) {
        assertThat(scene.folio.data.readOnce()).isEqualTo(stored ? BufferScene.NEW_CONTENT : BufferScene.CONTENT);
        assertThat(scene.folio.refcount.readOnce())
                .as("page cache, entry, and no pin")
                .isEqualTo(2);
        assertThat(scene.folio.lock.isLocked()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {Pte.WRITE | Pte.DIRTY, 0})
    void aLongtermPinIsRefusedWhereThePolicyRefusesIt(long entry) {
        BufferScene scene = new BufferScene(entry);
        assertThat(write(scene, Admission.V6_10, Linux.MAINLINE.with(GupWrite.Step.class, GupWrite.LONGTERM))
                        .stored())
                .isFalse();
        assertThat(scene.pte()).as("nobody faults for it").isEqualTo(Pte.present(1, entry));
        assertStored(scene, false);
    }

    @ParameterizedTest
    @ValueSource(longs = {Pte.WRITE | Pte.DIRTY, 0})
    void aLongtermPinIsStoredThroughWhereItIsAdmitted(long entry) {
        BufferScene scene = new BufferScene(entry);
        assertThat(write(scene, Admission.NONE, Linux.MAINLINE.with(GupWrite.Step.class, GupWrite.LONGTERM))
                        .stored())
                .isTrue();
        assertStored(scene, true);
    }

    @Test
    void aShortTermPinIsAdmittedByThatPolicyToo() {
        BufferScene scene = new BufferScene(Pte.WRITE | Pte.DIRTY);
        assertThat(write(scene, Admission.V6_10, Linux.MAINLINE).stored()).isTrue();
        assertThat(scene.isDirty()).isTrue();
        assertStored(scene, true);
    }
}
