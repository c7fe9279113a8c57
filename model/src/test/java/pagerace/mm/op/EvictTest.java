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

    private final CacheScene scene = new CacheScene();

    private void assertKept(End end, long references) {
        assertThat(scene.evict().reclaim(scene.folio, 0)).isEqualTo(end);
        scene.assertInCache(true);
        scene.assertReferences(references);
    }

    @ParameterizedTest
    @EnumSource(names = {"UNLESS_ZERO", "FROZEN_BIT"})
    void reclaimFreesAPageThatNobodyUses(RefEncoding encoding) {
        CacheScene unused = new CacheScene(encoding);
        assertThat(unused.evict().reclaim(unused.folio, 0)).isEqualTo(End.FREED);
        unused.assertInCache(false);
        unused.assertReferences(encoding.frozen);
        assertThat(unused.buffers.isAttached()).isFalse();
    }

    @Test
    void reclaimLeavesALockedFolioAlone() {
        scene.folio.lock.lock();
        assertThat(scene.evict().reclaim(scene.folio, 0)).isEqualTo(End.KEPT_LOCKED);
        assertThat(scene.folio.lock.isLocked()).as("still somebody else's").isTrue();
        assertThat(scene.buffers.isAttached()).isTrue();
    }

    @Test
    void reclaimLeavesADirtyFolioToTheFlusher() {
        scene.folio.flags.or(Folio.DIRTY);
        assertKept(End.KEPT_DIRTY, 2);
        assertThat(scene.buffers.isAttached()).isTrue();
    }

    @Test
    void reclaimDoesNotStripBuffersThatHaveToBeWritten() {
        scene.buffers.state.or(Buffers.DIRTY);
        assertKept(End.KEPT_BUSY, 2);
        assertThat(scene.buffers.isAttached()).isTrue();
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
    void reclaimFreezesUnderTheLockOfThePageCache() {
        assertThat(scene.machine.logOf(() -> scene.evict().reclaim(scene.folio, 0)))
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

    @Test
    void truncationFreesAPageThatNobodyUses() {
        assertThat(scene.evict().truncate(scene.folio, 0)).isEqualTo(End.FREED);
        scene.assertInCache(false);
        scene.assertReferences(0);
    }

    @Test
    void truncationLeavesAReferencedPageToWhoHasTheReference() {
        assertThat(scene.folio.tryGet()).isTrue();
        assertThat(scene.evict().truncate(scene.folio, 0)).isEqualTo(End.LEFT_TO_OTHERS);
        scene.assertInCache(false);
        scene.assertReferences(1);
        assertThat(scene.folio.put()).isTrue();
    }
}
