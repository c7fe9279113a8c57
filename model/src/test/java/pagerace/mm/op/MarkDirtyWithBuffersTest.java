// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.mm.Buffers;
import pagerace.mm.Folio;
import pagerace.mm.Steps;
import pagerace.mm.op.MarkDirty.End;
import pagerace.mm.op.MarkDirty.Step;

/** Marking pages that have buffers, had some, or ask for some. */
class MarkDirtyWithBuffersTest {
    private static final Steps<Step> NOTIFYING = MarkDirty.LOCKED.with(Step.NOTIFY);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void marksTheBuffersThatThereAre(boolean attached) {
        BufferScene scene = BufferScene.readOnly();
        if (!attached) {
            scene.strip(Linux.MAINLINE);
        }
        assertThat(scene.mark(MarkDirty.UNLOCKED)).isEqualTo(End.DIRTIED);
        assertThat(scene.buffers.state.readOnce()).isEqualTo(attached ? Buffers.ATTACHED | Buffers.DIRTY : 0);
        assertThat(scene.isDirty()).isTrue();
        assertThat(scene.tag.readOnce()).isEqualTo(1);
        assertThat(scene.mark(MarkDirty.UNLOCKED)).isEqualTo(End.WAS_DIRTY);
        scene.assertConserved();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void marksNothingButThePageOnceItIsOfNoFile(boolean dirty) {
        BufferScene scene = BufferScene.readOnly().held(1);
        scene.truncate();
        if (dirty) {
            scene.folio.flags.or(Folio.DIRTY);
        }
        assertThat(scene.mark(MarkDirty.UNLOCKED)).isEqualTo(dirty ? End.WAS_DIRTY : End.IN_NO_FILE);
        assertThat(scene.isDirty()).isTrue();
        assertThat(scene.tag.readOnce()).isZero();
        scene.assertConserved();
    }

    @Test
    void looksAgainUnderTheLock() {
        BufferScene scene = BufferScene.readOnly().held(1);
        scene.machine.before("lock inode.i_private_lock", 1, scene::truncate);
        assertThat(scene.mark(MarkDirty.UNLOCKED)).isEqualTo(End.NOT_IN_FILE);
        assertThat(scene.tag.readOnce()).isZero();
        scene.assertConserved();
        BufferScene mutant = BufferScene.readOnly().held(1);
        mutant.machine.before("lock inode.i_private_lock", 1, mutant::truncate);
        assertThat(mutant.mark(MarkDirty.UNLOCKED.without(Step.CHECK_MAPPING))).isEqualTo(End.DIRTIED);
        assertThat(mutant.tag.readOnce()).as("of a page that is gone").isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theFilesystemAttachesBuffersWhenItIsAsked(boolean attached) {
        BufferScene scene = BufferScene.readOnly();
        if (!attached) {
            scene.strip(Linux.MAINLINE);
        }
        assertThat(scene.mark(NOTIFYING)).isEqualTo(End.DIRTIED);
        assertThat(scene.buffers.state.readOnce()).isEqualTo(Buffers.ATTACHED | Buffers.DIRTY);
        assertThat(scene.file.isReserved()).isTrue();
        scene.assertConserved();
    }

    @Test
    void theFilesystemIsNotAskedAboutWhatIsNotItsOwn() {
        BufferScene scene = BufferScene.readOnly().held(1);
        scene.truncate();
        assertThat(scene.mark(NOTIFYING)).isEqualTo(End.IN_NO_FILE);
        assertThat(scene.file.isReserved()).isFalse();
        assertThat(scene.buffers.isAttached()).isFalse();
        scene.assertConserved();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void newBuffersAreDirtyIfThePageIs(boolean dirty) {
        BufferScene scene = BufferScene.readOnly();
        scene.strip(Linux.MAINLINE);
        if (dirty) {
            scene.dirty();
        }
        scene.buffers.attachTo(scene.folio);
        assertThat(scene.buffers.state.readOnce())
                .isEqualTo(dirty ? Buffers.ATTACHED | Buffers.DIRTY : Buffers.ATTACHED);
        assertThat(scene.machine.logOf(() -> scene.buffers.attachTo(scene.folio)))
                .as("they are there")
                .containsExactly("readOnce folio.buffers");
        scene.assertConserved();
    }
}
