// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.mm.Buffers;
import pagerace.mm.Folio;
import pagerace.mm.RefEncoding;
import pagerace.mm.Steps;

/** What those do who have a reference to a page of the page cache, and the page's next owner. */
class PageUsersTest {
    private static final String SET_DIRTY = "fetchOr folio.flags FULL";

    private final CacheScene scene = new CacheScene();

    @Test
    void aWriterLeavesThePageDirty() {
        assertThat(new DropDirty(DropDirty.MAINLINE).write(scene.folio, 8)).isFalse();
        assertThat(scene.folio.data.readOnce()).isEqualTo(8);
        assertThat(scene.folio.test(Folio.DIRTY)).isTrue();
        scene.assertReferences(1);
        assertThat(new DropDirty(DropDirty.MAINLINE).write(scene.folio, 9))
                .as("the last")
                .isTrue();
    }

    @Test
    void aWriterOrdersItsMarkBeforeItsPut() {
        assertThat(logOf(DropDirty.MAINLINE))
                .containsExactly("writeOnce folio.data", SET_DIRTY, "fetchAdd folio.refcount FULL");
        assertThat(logOf(DropDirty.RELEASING))
                .containsExactly(
                        "writeOnce folio.data", "fetchOr folio.flags RELAXED", "fetchAdd folio.refcount RELEASE");
        assertThat(logOf(DropDirty.UNORDERED))
                .containsExactly(
                        "writeOnce folio.data", "fetchOr folio.flags RELAXED", "fetchAdd folio.refcount RELAXED");
    }

    private Iterable<String> logOf(Steps<DropDirty.Step> steps) {
        return scene.machine.logOf(() -> new DropDirty(steps).write(scene.folio, 8));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void privateDataThatIsThereIsUsed(boolean trusting) {
        UsePrivate use = new UsePrivate(scene.buffers, trusting ? UsePrivate.TRUSTING : UsePrivate.MAINLINE);
        assertThat(use.use(scene.folio)).isEqualTo(UsePrivate.End.MARKED);
        assertThat(scene.buffers.state.readOnce()).isEqualTo(Buffers.ATTACHED | Buffers.DIRTY);
        scene.assertReferences(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void privateDataThatIsMissingIsMade(boolean trusting) {
        scene.buffers.detach();
        UsePrivate use = new UsePrivate(scene.buffers, trusting ? UsePrivate.TRUSTING : UsePrivate.MAINLINE);
        assertThat(use.use(scene.folio)).isEqualTo(UsePrivate.End.RECREATED);
        assertThat(scene.buffers.state.readOnce()).isEqualTo(Buffers.ATTACHED | Buffers.DIRTY);
        scene.assertReferences(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void privateDataThatGoesBeforeTheFolioIsLockedIsMissedByTheTrustingOnly(boolean trusting) {
        scene.machine.before("lock folio.flags", 1, scene.buffers::detach);
        UsePrivate use = new UsePrivate(scene.buffers, trusting ? UsePrivate.TRUSTING : UsePrivate.MAINLINE);
        assertThat(use.use(scene.folio)).isEqualTo(trusting ? UsePrivate.End.MARKED : UsePrivate.End.RECREATED);
        assertThat(scene.buffers.isAttached()).isEqualTo(!trusting);
        assertThat(scene.buffers.testAndClearDirty()).isTrue();
    }

    @Test
    void badMemoryIsMarkedUnderAReference() {
        assertThat(new SoftOffline().offline(scene.folio)).isEqualTo(SoftOffline.End.MARKED);
        assertThat(scene.folio.test(Folio.HWPOISON)).isTrue();
        scene.assertReferences(2);
    }

    @Test
    void badMemoryMayBeFreedByWhoMarksIt() {
        scene.machine.before("fetchOr folio.flags RELAXED", 1, scene::free);
        assertThat(new SoftOffline().offline(scene.folio)).isEqualTo(SoftOffline.End.MARKED_AND_FREED);
        scene.assertReferences(0);
    }

    @Test
    void freeMemoryIsNotMarked() {
        scene.free();
        assertThat(new SoftOffline().offline(scene.folio)).isEqualTo(SoftOffline.End.REFUSED);
        assertThat(scene.folio.test(Folio.HWPOISON)).isFalse();
    }

    @Test
    void theNextOwnerOverwritesWhatRefusedLookupsLeft() {
        CacheScene bit = new CacheScene(RefEncoding.FROZEN_BIT);
        bit.free();
        assertThat(bit.folio.tryGet()).isFalse();
        assertThat(new Reallocate(bit.machine, Reallocate.MAINLINE).reallocate(bit.folio, 8))
                .isEqualTo(Reallocate.End.HANDED_OUT);
        bit.assertReferences(1);
        assertThat(bit.folio.mapping.readOnce()).isEqualTo(Folio.ANON);
        assertThat(bit.folio.data.readOnce()).isEqualTo(8);
    }

    @Test
    void badMemoryHasNoNextOwner() {
        scene.folio.flags.or(Folio.HWPOISON);
        scene.free();
        assertThat(new Reallocate(scene.machine, Reallocate.MAINLINE).reallocate(scene.folio, 8))
                .isEqualTo(Reallocate.End.RETIRED);
        scene.assertReferences(0);
    }

    @Test
    void theAllocatorOrdersTheEmptiedSlotBeforeTheNewCount() {
        assertThat(scene.machine.logOf(
                        () -> new Reallocate(scene.machine, Reallocate.MAINLINE).reallocate(scene.folio, 8)))
                .containsSubsequence("smpWmb", "writeOnce folio.refcount");
        assertThat(scene.machine.logOf(() -> new Reallocate(scene.machine, Steps.of()).reallocate(scene.folio, 8)))
                .doesNotContain("smpWmb");
    }
}
