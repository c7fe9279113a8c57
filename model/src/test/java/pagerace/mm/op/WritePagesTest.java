// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import pagerace.mm.Buffers;
import pagerace.mm.DiskFile;
import pagerace.mm.Kernel;
import pagerace.mm.op.WritePages.End;
import pagerace.mm.op.WritePages.Step;

class WritePagesTest {
    enum Filesystem {
        RELYING(Linux.MAINLINE, End.NO_BUFFERS, true),
        PANICKING(Linux.MAINLINE.with(WritePages.Step.PANIC), End.PANICKED, true),
        WARNING(Linux.MAINLINE.with(WritePages.Step.WARN_AND_SKIP), End.SKIPPED, false),
        FIXING_UP(Linux.MAINLINE.with(Step.FIX_UP), End.FIXED_UP, false),
        RECREATING(Linux.MAINLINE.with(Step.RECREATE), End.WRITTEN_WITH_NEW_BUFFERS, false);

        final Kernel steps;
        final End withoutBuffers;
        final boolean leavesDirty;

        Filesystem(Kernel steps, End withoutBuffers, boolean leavesDirty) {
            this.steps = steps;
            this.withoutBuffers = withoutBuffers;
            this.leavesDirty = leavesDirty;
        }

        boolean mends() {
            return withoutBuffers == End.WRITTEN_WITH_NEW_BUFFERS || withoutBuffers == End.FIXED_UP;
        }
    }

    private static boolean isOnDisk(BufferScene scene) {
        return scene.file.disk.readOnce() == BufferScene.NEW_CONTENT;
    }

    @ParameterizedTest
    @EnumSource
    void writesADirtyPageWithBuffers(Filesystem filesystem) {
        BufferScene scene = BufferScene.readOnly();
        scene.dirty();
        assertThat(scene.writePages(filesystem.steps)).isEqualTo(End.WRITTEN);
        assertThat(isOnDisk(scene)).isTrue();
        assertThat(scene.isDirty()).isFalse();
        assertThat(scene.buffers.state.readOnce()).isEqualTo(Buffers.ATTACHED);
        scene.assertConserved();
    }

    @ParameterizedTest
    @EnumSource
    void hasNothingToDoWithACleanPage(Filesystem filesystem) {
        BufferScene scene = BufferScene.readOnly();
        assertThat(scene.writePages(filesystem.steps)).isEqualTo(End.NOTHING_TO_DO);
        scene.strip(Linux.MAINLINE);
        assertThat(scene.writePages(filesystem.steps)).isEqualTo(End.NOTHING_TO_DO);
        assertThat(scene.buffers.isAttached()).isFalse();
        scene.assertConserved();
    }

    @ParameterizedTest
    @EnumSource
    void hasNothingToDoWithAPageOfNoFile(Filesystem filesystem) {
        BufferScene scene = BufferScene.readOnly().held(1);
        scene.truncate();
        scene.dirty();
        assertThat(scene.writePages(filesystem.steps)).isEqualTo(End.NOTHING_TO_DO);
        assertThat(isOnDisk(scene)).isFalse();
        scene.assertConserved();
    }

    @ParameterizedTest
    @EnumSource
    void meetsADirtyPageWithoutBuffers(Filesystem filesystem) {
        BufferScene scene = BufferScene.readOnly();
        scene.strip(Linux.MAINLINE);
        scene.dirty();
        assertThat(scene.writePages(filesystem.steps)).isEqualTo(filesystem.withoutBuffers);
        assertThat(isOnDisk(scene)).isEqualTo(filesystem.mends());
        assertThat(scene.isDirty()).isEqualTo(filesystem.leavesDirty);
        assertThat(scene.buffers.isAttached()).isEqualTo(filesystem.mends());
        scene.assertConserved();
    }

    @Test
    void cannotWriteWhatNoBufferSaysIsDirty() {
        BufferScene scene = BufferScene.readOnly();
        scene.dirty();
        scene.buffers.testAndClearDirty();
        assertThat(scene.writePages(Linux.MAINLINE.with(WritePages.Step.WARN_AND_SKIP)))
                .isEqualTo(End.NOTHING_TO_DO);
        assertThat(isOnDisk(scene)).isFalse();
    }

    @Test
    void needsBuffers() {
        BufferScene scene = BufferScene.readOnly();
        DiskFile without = new DiskFile(scene.machine, scene.file.inode, 0, false, null, null);
        Writeback writeback = new Writeback(Linux.MAINLINE, without, scene.clean(Linux.MAINLINE));
        assertThatThrownBy(() -> new WritePages(Linux.MAINLINE.with(WritePages.Step.WARN_AND_SKIP), without, writeback))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
