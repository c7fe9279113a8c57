// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.mm.Pte;
import pagerace.mm.op.TruncateFolio.Truncated;

class TruncateFolioTest {
    private static final Truncated UNMAPPED = new Truncated(true, false);
    private static final Truncated QUIET = new Truncated(false, false);

    /** A page that the test holds, so that it outlives its file. */
    private static BufferScene scene(long flags) {
        return new BufferScene(flags).held(1);
    }

    private static void assertGone(BufferScene scene) {
        assertThat(scene.inFile()).isFalse();
        assertThat(scene.pte()).isZero();
        assertThat(scene.buffers.state.readOnce()).isZero();
        assertThat(scene.tag.readOnce()).isZero();
        scene.assertConserved();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void forgetsWhatWasToBeWritten(boolean dirty) {
        BufferScene scene = scene(Pte.WRITE | Pte.DIRTY);
        if (dirty) {
            scene.dirty();
        }
        assertThat(scene.truncate()).isEqualTo(UNMAPPED);
        assertThat(scene.isDirty()).isFalse();
        assertGone(scene);
    }

    @Test
    void doesNotLookForEntriesOfWhatIsNotMapped() {
        BufferScene scene = scene(0);
        scene.mm.entry(0).word.writeOnce(Pte.NONE);
        scene.folio.mapcount.writeOnce(0);
        scene.folio.put();
        assertThat(scene.machine.logOf(scene::truncate)).doesNotContain("lock mm.ptl");
        assertGone(scene);
    }

    @Test
    void removesNothingTwice() {
        BufferScene scene = scene(0);
        assertThat(scene.truncate()).isEqualTo(UNMAPPED);
        assertThat(scene.truncate()).isEqualTo(QUIET);
        assertGone(scene);
    }

    @Test
    void slotMappingAndTagGoTogether() {
        BufferScene scene = scene(0);
        assertThat(scene.machine.logOf(scene::truncate))
                .containsSubsequence(
                        "lock page_cache.xa_lock",
                        "writeOnce page_cache.dirty-tag",
                        "writeOnce page_cache[0]",
                        "writeOnce folio.mapping",
                        "storeRelease page_cache.xa_lock",
                        "fetchAndNot folio.flags RELEASE");
    }

    @Test
    void aMarkThatComesTooLateTagsNothing() {
        BufferScene scene = scene(0);
        scene.machine.before(
                "fetchAndNot folio.flags RELEASE",
                1,
                () -> assertThat(scene.mark(MarkDirty.UNLOCKED)).isEqualTo(MarkDirty.End.IN_NO_FILE));
        assertThat(scene.truncate()).isEqualTo(UNMAPPED);
        assertThat(scene.isDirty()).isTrue();
        assertGone(scene);
    }

    @Test
    void theCallersReferenceOutlivesTheFile() {
        BufferScene scene = BufferScene.unmapped();
        assertThat(scene.truncate()).isEqualTo(QUIET);
        assertThat(scene.inFile()).isFalse();
        scene.assertReferences(1);
    }

    @Test
    void theCacheMayBeTheLastToLetGo() {
        BufferScene scene = BufferScene.unmapped();
        scene.folio.put();
        assertThat(scene.truncate()).isEqualTo(new Truncated(false, true));
        assertThat(scene.inFile()).isFalse();
        scene.assertReferences(0);
    }
}
