// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.mm.Buffers;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.RefEncoding;

/** What those do who have a reference to a page of the page cache, and the page's next owner. */
class PageUsersTest {
    private static final Kernel TRUSTING = Linux.MAINLINE.with(UsePrivate.Step.LOOK_BEFORE_LOCK);
    private static final Kernel REVALIDATING = TRUSTING.with(UsePrivate.Step.LOOK_UNDER_LOCK);

    private static final String SET_DIRTY = "fetchOr folio.flags FULL";

    private final BufferScene scene = BufferScene.unmapped();

    @Test
    void aWriterLeavesThePageDirty() {
        assertThat(new DropDirty(Linux.MAINLINE).write(scene.folio, 8)).isFalse();
        assertThat(scene.folio.data.readOnce()).isEqualTo(8);
        assertThat(scene.folio.test(Folio.DIRTY)).isTrue();
        scene.assertReferences(1);
        assertThat(new DropDirty(Linux.MAINLINE).write(scene.folio, 9))
                .as("the last")
                .isTrue();
    }

    @Test
    void aWriterOrdersItsMarkBeforeItsPut() {
        assertThat(logOf(Linux.MAINLINE))
                .containsExactly("writeOnce folio.data", SET_DIRTY, "fetchAdd folio.refcount FULL");
        assertThat(logOf(Kernel.named("-").with(DropDirty.Step.RELEASING_PUT)))
                .containsExactly(
                        "writeOnce folio.data", "fetchOr folio.flags RELAXED", "fetchAdd folio.refcount RELEASE");
        assertThat(logOf(Kernel.named("-")))
                .containsExactly(
                        "writeOnce folio.data", "fetchOr folio.flags RELAXED", "fetchAdd folio.refcount RELAXED");
    }

    private Iterable<String> logOf(Kernel steps) {
        return scene.machine.logOf(() -> new DropDirty(steps).write(scene.folio, 8));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void privateDataThatIsThereIsUsed(boolean trusting) {
        UsePrivate use = new UsePrivate(trusting ? TRUSTING : REVALIDATING, scene.buffers);
        assertThat(use.use(scene.folio)).isEqualTo(UsePrivate.End.MARKED);
        assertThat(scene.buffers.state.readOnce()).isEqualTo(Buffers.ATTACHED | Buffers.DIRTY);
        scene.assertReferences(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void privateDataThatIsMissingIsMade(boolean trusting) {
        scene.buffers.detach();
        UsePrivate use = new UsePrivate(trusting ? TRUSTING : REVALIDATING, scene.buffers);
        assertThat(use.use(scene.folio)).isEqualTo(UsePrivate.End.RECREATED);
        assertThat(scene.buffers.state.readOnce()).isEqualTo(Buffers.ATTACHED | Buffers.DIRTY);
        scene.assertReferences(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void privateDataThatGoesBeforeTheFolioIsLockedIsMissedByTheTrustingOnly(boolean trusting) {
        scene.machine.before("lock folio.flags", 1, scene.buffers::detach);
        UsePrivate use = new UsePrivate(trusting ? TRUSTING : REVALIDATING, scene.buffers);
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
        BufferScene bit = BufferScene.unmapped(RefEncoding.FROZEN_BIT);
        bit.free();
        assertThat(bit.folio.tryGet()).isFalse();
        assertThat(new Reallocate(Linux.MAINLINE, bit.machine).reallocate(bit.folio, 8))
                .isEqualTo(Reallocate.End.HANDED_OUT);
        bit.assertReferences(1);
        assertThat(bit.folio.mapping.readOnce()).isEqualTo(Folio.ANON);
        assertThat(bit.folio.data.readOnce()).isEqualTo(8);
    }

    @Test
    void badMemoryHasNoNextOwner() {
        scene.folio.flags.or(Folio.HWPOISON);
        scene.free();
        assertThat(new Reallocate(Linux.MAINLINE, scene.machine).reallocate(scene.folio, 8))
                .isEqualTo(Reallocate.End.RETIRED);
        scene.assertReferences(0);
    }

    @Test
    void theAllocatorOrdersTheEmptiedSlotBeforeTheNewCount() {
        assertThat(scene.machine.logOf(() -> new Reallocate(Linux.MAINLINE, scene.machine).reallocate(scene.folio, 8)))
                .containsSubsequence("smpWmb", "writeOnce folio.refcount");
        assertThat(scene.machine.logOf(
                        () -> new Reallocate(Kernel.named("none"), scene.machine).reallocate(scene.folio, 8)))
                .doesNotContain("smpWmb");
    }
}
