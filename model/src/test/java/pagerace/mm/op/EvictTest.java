// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import pagerace.mm.Buffers;
import pagerace.mm.Folio;
import pagerace.mm.RefEncoding;
import pagerace.mm.op.Evict.End;

class EvictTest {
    private static final String FREEZE = "cmpxchg folio.refcount FULL";

    private final BufferScene scene = BufferScene.unmapped();

    private void assertKept(End end, long references) {
        assertThat(scene.evict()).isEqualTo(end);
        assertThat(scene.inFile()).isTrue();
        scene.assertReferences(references);
    }

    @ParameterizedTest
    @EnumSource(names = {"UNLESS_ZERO", "FROZEN_BIT"})
    void freesAPageThatNobodyUses(RefEncoding encoding) {
        BufferScene unused = BufferScene.unmapped(encoding);
        assertThat(unused.evict()).isEqualTo(End.FREED);
        assertThat(unused.inFile()).isFalse();
        unused.assertReferences(encoding.frozen);
        assertThat(unused.buffers.isAttached()).isFalse();
    }

    @Test
    void leavesALockedFolioAlone() {
        scene.folio.lock.lock();
        assertThat(scene.evict()).isEqualTo(End.KEPT_LOCKED);
        assertThat(scene.folio.lock.isLocked()).as("still somebody else's").isTrue();
        assertThat(scene.buffers.isAttached()).isTrue();
    }

    @Test
    void leavesADirtyFolioToTheFlusher() {
        scene.folio.flags.or(Folio.DIRTY);
        assertKept(End.KEPT_DIRTY, 2);
        assertThat(scene.buffers.isAttached()).isTrue();
    }

    @Test
    void doesNotStripBuffersThatHaveToBeWritten() {
        scene.buffers.state.or(Buffers.DIRTY);
        assertKept(End.KEPT_BUSY, 2);
        assertThat(scene.buffers.isAttached()).isTrue();
    }

    /** As many references as expected, but not those. */
    @Test
    void theReferenceOfWhoeverTruncatesDoesNotPassForThePageCaches() {
        assertThat(scene.folio.tryGet()).isTrue(); // the truncation's
        scene.truncate();
        assertThat(scene.evict()).isEqualTo(End.KEPT_REFERENCED);
        scene.assertReferences(2);
    }

    @Test
    void aReferenceKeepsThePageButNotItsPrivateData() {
        assertThat(scene.folio.tryGet()).isTrue();
        assertKept(End.KEPT_REFERENCED, 3);
        assertThat(scene.buffers.isAttached()).isFalse();
    }

    @Test
    void aPageThatWasDirtiedMeanwhileIsGivenBack() {
        scene.machine.before(FREEZE, 1, () -> scene.folio.flags.or(Folio.DIRTY));
        assertKept(End.KEPT_UNFROZEN, 2);
    }

    @Test
    void freezesUnderTheLockOfThePageCache() {
        assertThat(scene.machine.logOf(() -> scene.evict()))
                .containsSubsequence(
                        "trylock folio.flags",
                        "lock inode.i_private_lock",
                        "storeRelease inode.i_private_lock",
                        "lock page_cache.xa_lock",
                        FREEZE,
                        "readOnce folio.flags",
                        "writeOnce page_cache[0]",
                        "storeRelease page_cache.xa_lock",
                        "fetchAndNot folio.flags RELEASE");
    }
}
