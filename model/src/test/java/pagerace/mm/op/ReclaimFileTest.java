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
import pagerace.mm.op.ReclaimFile.End;
import pagerace.mm.op.ReclaimFile.Step;

class ReclaimFileTest {
    private static final String CLEAR = "xchg mm.pte FULL";
    private static final String LOOK = "readOnce folio.refcount";
    private static final String UNMAPPED = "fetchAdd inode.i_mmap_rwsem RELEASE";
    private static final String FREEZE = "cmpxchg folio.refcount FULL";

    enum Release {
        V2_6(Linux.V2_6_20),
        V6_4(Linux.V6_4);

        final Kernel steps;

        Release(Kernel steps) {
            this.steps = steps;
        }
    }

    /** A clean page mapped with {@code flags}, isolated by reclaim. */
    private static BufferScene scene(long flags) {
        return new BufferScene(flags).held(1);
    }

    private static BufferScene scene() {
        return scene(Pte.ACCESSED);
    }

    private static void assertStripped(BufferScene scene, boolean stripped) {
        assertThat(scene.buffers.isAttached()).isEqualTo(!stripped);
        assertThat(scene.inFile()).isTrue();
        assertThat(scene.pte()).isZero();
        scene.assertConserved();
    }

    @Test
    void keepsWhatIsBeingWrittenIfItIsToLook() {
        BufferScene scene = scene();
        scene.folio.startWriteback();
        assertThat(scene.shrink(Linux.V6_4.with(Step.KEEP_WRITEBACK))).isEqualTo(End.KEPT_WRITEBACK);
        assertThat(scene.buffers.isAttached()).isTrue();
        assertThat(scene.pte()).isNotZero();
        assertThat(scene.folio.lock.isLocked()).isFalse();
        scene.assertConserved();
    }

    @ParameterizedTest
    @EnumSource
    void freesWhatNobodyUses(Release release) {
        BufferScene scene = scene();
        assertThat(scene.shrink(release.steps)).isEqualTo(End.RECLAIMED);
        assertThat(scene.inFile()).isFalse();
        assertThat(scene.buffers.isAttached()).isFalse();
        assertThat(scene.pte()).isZero();
        scene.held = 0;
        scene.assertConserved();
    }

    @ParameterizedTest
    @EnumSource
    void freesWhatIsNotMapped(Release release) {
        BufferScene scene = scene();
        scene.mm.entry(0).word.writeOnce(Pte.NONE);
        scene.folio.mapcount.writeOnce(0);
        scene.folio.put();
        assertThat(scene.machine.logOf(
                        () -> assertThat(scene.shrink(release.steps)).isEqualTo(End.RECLAIMED)))
                .doesNotContain("lock mm.ptl");
        scene.held = 0;
        scene.assertConserved();
    }

    @Test
    void leavesALockedPageAlone() {
        BufferScene scene = scene();
        scene.folio.lock.lock();
        assertThat(scene.shrink(Linux.V6_4)).isEqualTo(End.KEPT_LOCKED);
        scene.folio.lock.unlock();
        assertThat(scene.pte()).isEqualTo(Pte.present(1, Pte.ACCESSED));
        scene.assertConserved();
    }

    @ParameterizedTest
    @EnumSource
    void aPinKeepsTheBuffersSince64(Release release) {
        BufferScene scene = scene().held(Folio.PIN_BIAS);
        boolean keeps = release == Release.V6_4;
        assertThat(scene.shrink(release.steps)).isEqualTo(keeps ? End.KEPT_PINNED : End.STRIPPED);
        assertStripped(scene, !keeps);
    }

    @ParameterizedTest
    @EnumSource
    void anOrdinaryReferenceKeepsThePageButNotItsBuffers(Release release) {
        BufferScene scene = scene().held(1);
        assertThat(scene.shrink(release.steps)).isEqualTo(End.STRIPPED);
        assertStripped(scene, true);
    }

    @Test
    void looksForPinsOnceTheEntryIsClear() {
        BufferScene scene = scene();
        scene.machine.before(UNMAPPED, 1, () -> scene.held(Folio.PIN_BIAS));
        assertThat(scene.shrink(Linux.V6_4)).isEqualTo(End.KEPT_PINNED);
        assertStripped(scene, false);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aMutantLooksTooEarly(boolean early) {
        BufferScene scene = scene();
        scene.machine.before(early ? LOOK : CLEAR, 1, () -> scene.held(Folio.PIN_BIAS));
        assertThat(scene.shrink(Linux.V2_6_20.with(Step.LOOK_BEFORE_UNMAP)))
                .isEqualTo(early ? End.KEPT_PINNED : End.STRIPPED);
        assertStripped(scene, !early);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aMutantLooksAtOnceAndClearsPlainly(boolean early) {
        BufferScene scene = scene();
        scene.machine.before(early ? LOOK : UNMAPPED, 1, () -> scene.held(Folio.PIN_BIAS));
        Kernel steps = Linux.V2_6_20.with(Step.CLEAR_PLAINLY).with(Step.LOOK_WHEN_CLEARED);
        assertThat(scene.machine.logOf(
                        () -> assertThat(scene.shrink(steps)).isEqualTo(early ? End.KEPT_PINNED : End.STRIPPED)))
                .containsSubsequence("readOnce mm.pte", "writeOnce mm.pte", LOOK, "fetchAdd folio.mapcount FULL");
        assertStripped(scene, !early);
    }

    @Test
    void uncountsInOrder() {
        BufferScene ordered = scene();
        assertThat(ordered.machine.logOf(() -> ordered.shrink(Linux.V6_4)))
                .containsSubsequence(CLEAR, "fetchAdd folio.mapcount FULL", "fetchAdd folio.refcount FULL", LOOK);
        BufferScene mutant = scene();
        assertThat(mutant.machine.logOf(() -> mutant.shrink(Linux.V6_4.without(Step.ORDERED_UNCOUNT))))
                .containsSubsequence(CLEAR, "fetchAdd folio.mapcount RELAXED", "fetchAdd folio.refcount RELAXED", LOOK);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatTheEntryKnowsOfStoresGoesToThePage(boolean transfer) {
        BufferScene scene = scene(Pte.WRITE | Pte.DIRTY).held(1);
        Kernel steps = transfer ? Linux.V6_4 : Linux.V6_4.without(Step.TRANSFER_DIRTY);
        assertThat(scene.shrink(steps)).isEqualTo(transfer ? End.KEPT_DIRTY : End.STRIPPED);
        assertThat(scene.isDirty()).isEqualTo(transfer);
        assertThat(scene.tag.readOnce()).isEqualTo(transfer ? 1 : 0);
        assertStripped(scene, !transfer);
    }

    @Test
    void leavesDirtyPagesToWriteback() {
        BufferScene scene = scene();
        scene.dirty();
        assertThat(scene.shrink(Linux.V6_4)).isEqualTo(End.KEPT_DIRTY);
        assertThat(scene.buffers.state.readOnce()).isEqualTo(Buffers.ATTACHED | Buffers.DIRTY);
        assertStripped(scene, false);
    }

    @Test
    void keepsBuffersThatWereMarkedAfterTheLookAtThePage() {
        BufferScene scene = scene();
        scene.machine.before("lock inode.i_private_lock", 1, scene::dirty);
        assertThat(scene.shrink(Linux.V6_4)).isEqualTo(End.KEPT_BUFFERS);
        assertStripped(scene, false);
    }

    @Test
    void doesNotFreeAPageThatWasDirtiedAndPutSince() {
        BufferScene scene = scene().held(1);
        scene.machine.before(FREEZE, 1, () -> {
            scene.folio.flags.or(Folio.DIRTY);
            scene.letGo(1);
        });
        assertThat(scene.shrink(Linux.V6_4)).isEqualTo(End.STRIPPED);
        assertThat(scene.isDirty()).isTrue();
        assertStripped(scene, true);
    }

    @Test
    void leavesAnEntryAloneThatMapsSomethingElse() {
        BufferScene scene = scene();
        scene.machine.before("lock mm.ptl", 1, () -> {
            scene.mm.entry(0).word.writeOnce(Pte.NONE);
            scene.folio.mapcount.writeOnce(0);
            scene.folio.put();
        });
        assertThat(scene.shrink(Linux.V6_4)).isEqualTo(End.RECLAIMED);
        scene.held = 0;
        scene.assertConserved();
        BufferScene other = scene();
        other.mm.entry(0).word.writeOnce(Pte.present(2, 0));
        assertThat(other.shrink(Linux.V6_4)).isEqualTo(End.STRIPPED);
        assertThat(other.pte()).isEqualTo(Pte.present(2, 0));
        other.assertConserved();
    }
}
