// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.mm.Buffers;
import pagerace.mm.Folio;
import pagerace.mm.Steps;
import pagerace.mm.op.MarkDirty.End;
import pagerace.mm.op.MarkDirty.Step;

class MarkDirtyTest {
    static final List<Steps<Step>> FORMS = List.of(MarkDirty.UNLOCKED, MarkDirty.LOCKED, MarkDirty.UNPIN);

    /** Whether the folio is of a file: first without any lock, then under that of the page cache. */
    private static final String LOOK = "readOnce folio.mapping";

    private static End mark(DiskScene scene, Steps<Step> steps) {
        return scene.marker(steps).mark(scene.folio);
    }

    private static List<String> logOf(DiskScene scene, Steps<Step> steps) {
        return scene.machine.logOf(() -> mark(scene, steps));
    }

    @ParameterizedTest
    @FieldSource("FORMS")
    void marksACleanFolioAndItsBuffersAndItsSlot(Steps<Step> steps) {
        DiskScene scene =
                DiskScene.buffered(Buffers.ATTACHED).expectLocked(steps.has(Step.LOCK_FOLIO), DiskScene.MARK, 1);
        assertThat(mark(scene, steps)).isEqualTo(End.DIRTIED);
        assertThat(scene.isDirty()).isTrue();
        assertThat(scene.isTagged()).isTrue();
        assertThat(scene.buffers.state.readOnce()).isEqualTo(Buffers.ATTACHED | Buffers.DIRTY);
        assertThat(scene.file.isReserved()).as("nobody asked the filesystem").isFalse();
        scene.assertConserved();
    }

    @Test
    void locksFromOutsideToInside() {
        assertThat(logOf(DiskScene.buffered(Buffers.ATTACHED), MarkDirty.UNPIN))
                .containsExactly(
                        "readOnce folio.flags",
                        DiskScene.LOCK_FOLIO,
                        LOOK,
                        "lock inode.i_private_lock",
                        "readOnce folio.buffers",
                        "fetchOr folio.buffers RELAXED",
                        DiskScene.MARK,
                        "storeRelease inode.i_private_lock",
                        "lock page_cache.xa_lock",
                        LOOK,
                        "writeOnce page_cache.dirty-tag",
                        "storeRelease page_cache.xa_lock",
                        DiskScene.UNLOCK_FOLIO);
    }

    /** A folio without buffers is dirtied all the same, but no buffer is that is not there. */
    @Test
    void doesNotMarkBuffersThatWereStripped() {
        DiskScene scene = DiskScene.buffered(0);
        assertThat(mark(scene, MarkDirty.UNLOCKED)).isEqualTo(End.DIRTIED);
        assertThat(scene.buffers.state.readOnce()).isZero();
        assertThat(scene.isDirty()).isTrue();
        scene.assertConserved();
    }

    @ParameterizedTest
    @FieldSource("FORMS")
    void aFolioThatIsDirtyNeedsNoMarkButItsBuffersMay(Steps<Step> steps) {
        boolean looks = steps.has(Step.PRECHECK);
        DiskScene scene = DiskScene.buffered(Buffers.ATTACHED).dirty();
        assertThat(mark(scene, steps)).isEqualTo(looks ? End.SKIPPED : End.WAS_DIRTY);
        assertThat((scene.buffers.state.readOnce() & Buffers.DIRTY) != 0)
                .as("the first look knows nothing of buffers")
                .isEqualTo(!looks);
        assertThat(scene.isTagged()).as("tagged by whoever marked it").isFalse();
        assertThat(scene.isDirty()).isTrue();
        scene.assertConserved();
    }

    /** The first look orders nothing, so the store before it may still be in a store buffer; the proposal's fence empties that. */
    @Test
    void theFirstLookOrdersNothingUnlessItIsFenced() {
        DiskScene scene = DiskScene.plain().dirty();
        assertThat(logOf(scene, MarkDirty.UNPIN)).containsExactly("readOnce folio.flags");
        assertThat(logOf(scene, MarkDirty.UNPIN.with(Step.FENCE_BEFORE_PRECHECK)))
                .containsExactly("smpMb", "readOnce folio.flags");
        assertThat(logOf(scene, MarkDirty.LOCKED.with(Step.FENCE_BEFORE_PRECHECK)))
                .as("a fence before a look that there is not")
                .doesNotContain("smpMb");
    }

    @Test
    void markedByOthersBehindTheFirstLookItWasDirty() {
        DiskScene scene = DiskScene.plain();
        scene.machine.before(DiskScene.LOCK_FOLIO, 1, scene::dirty);
        assertThat(mark(scene, MarkDirty.UNPIN)).isEqualTo(End.WAS_DIRTY);
        scene.assertConserved();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theTestAndSetOrdersEvenIfTheBitWasSet(boolean ordered) {
        Steps<Step> steps = ordered ? MarkDirty.UNLOCKED : MarkDirty.UNLOCKED.without(Step.ORDERED_WHEN_SET);
        DiskScene scene = DiskScene.untagged();
        assertThat(logOf(scene, steps))
                .as("clean")
                .containsExactly(
                        ordered
                                ? new String[] {LOOK, DiskScene.MARK}
                                : new String[] {LOOK, "readOnce folio.flags", DiskScene.MARK});
        assertThat(scene.isDirty()).isTrue();
        assertThat(logOf(scene, steps))
                .as("dirty")
                .containsExactly(LOOK, ordered ? DiskScene.MARK : "readOnce folio.flags");
        assertThat(mark(scene, steps)).isEqualTo(End.WAS_DIRTY);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFolioThatLeftTheFileIsNotTagged(boolean checks) {
        DiskScene scene = DiskScene.plain();
        scene.machine.before(DiskScene.MARK, 1, scene::truncated);
        assertThat(mark(scene, checks ? MarkDirty.UNLOCKED : MarkDirty.UNLOCKED.without(Step.CHECK_MAPPING)))
                .isEqualTo(checks ? End.NOT_IN_FILE : End.DIRTIED);
        assertThat(scene.isTagged()).isEqualTo(!checks);
        assertThat(scene.isDirty()).as("marked in vain").isTrue();
        scene.assertConserved();
    }

    /** Nobody finds out either whether the folio leaves the file behind the first look. */
    @Test
    void whereNobodyLooksAtTheTagItsLockIsNotTaken() {
        DiskScene scene = DiskScene.untagged();
        scene.machine.before(DiskScene.MARK, 1, scene::truncated);
        assertThat(mark(scene, MarkDirty.UNLOCKED)).isEqualTo(End.DIRTIED);
        assertThat(logOf(DiskScene.untagged(), MarkDirty.UNLOCKED)).containsExactly(LOOK, DiskScene.MARK);
    }

    @Test
    void aNotifyingMarkAsksTheFilesystemUnderTheFolioLock() {
        DiskScene scene = DiskScene.plain().flagged(Folio.WRITEBACK).expectLocked(true, "writeOnce fs.reserved", 1);
        scene.machine.before("await folio.flags", 1, () -> {
            assertThat(scene.file.isReserved())
                    .as("a write under way would spend it")
                    .isFalse();
            scene.cleared(Folio.WRITEBACK);
        });
        assertThat(mark(scene, MarkDirty.UNPIN.with(Step.NOTIFY))).isEqualTo(End.DIRTIED);
        assertThat(scene.file.isReserved()).isTrue();
        scene.assertConserved();
    }

    @Test
    void aNotifyingMarkDoesNotAskForAFolioThatLeftTheFile() {
        DiskScene scene = DiskScene.plain();
        scene.machine.before(DiskScene.LOCK_FOLIO, 1, scene::truncated);
        assertThat(mark(scene, MarkDirty.LOCKED.with(Step.NOTIFY))).isEqualTo(End.IN_NO_FILE);
        assertThat(scene.file.isReserved()).isFalse();
        scene.assertConserved();
    }
}
