// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.machine.TlbProfile;
import pagerace.mm.Kernel;
import pagerace.mm.Pte;
import pagerace.mm.op.Share.Cleared;
import pagerace.mm.op.Share.Step;

class ShareTest {
    private static final String CLEAR = "xchg parent.pte FULL";
    private static final String LOOK = "readOnce folio.refcount";
    private static final String DROP_BIT = "fetchAndNot folio.flags RELAXED";

    static Stream<Kernel> releases() {
        return Stream.of(Linux.V5_19, Linux.V6_1);
    }

    private static AnonScene scene() {
        return AnonScene.writable().exclusive();
    }

    private static AnonScene batched() {
        return new AnonScene(false, Pte.WRITE, TlbProfile.DEFERRED, false).exclusive();
    }

    private static Share share(AnonScene scene, Kernel steps) {
        return new Share(steps, scene.mm);
    }

    /** The whole protocol up to the new entry, which is the caller's: whether exclusivity was given up. */
    private static boolean share(AnonScene scene, Kernel steps, boolean exclusive) {
        Share share = share(scene, steps);
        Cleared cleared = share.clear(scene.entry, scene.folio, exclusive);
        share.flush(cleared);
        boolean shared = share.tryShare(scene.folio, cleared);
        if (!shared) {
            share.restore(scene.entry, cleared);
        }
        return shared;
    }

    private static List<String> log(AnonScene scene, Kernel steps) {
        return scene.machine.logOf(() -> share(scene, steps, true));
    }

    @ParameterizedTest
    @MethodSource("releases")
    void givesUpWhatNobodyPins(Kernel release) {
        AnonScene scene = scene().held();
        assertThat(share(scene, release, true)).isTrue();
        assertThat(scene.isExclusive()).isFalse();
        assertThat(scene.pte()).isEqualTo(Pte.NONE);
    }

    @ParameterizedTest
    @MethodSource("releases")
    void changesNothingUnderAPin(Kernel release) {
        for (boolean large : new boolean[] {false, true}) {
            AnonScene scene =
                    new AnonScene(large, Pte.WRITE | Pte.DIRTY).exclusive().pinned();
            long before = scene.pte();
            assertThat(share(scene, release, true)).isFalse();
            assertThat(scene.pte()).isEqualTo(before);
            assertThat(scene.isExclusive()).isTrue();
            scene.assertConserved();
        }
    }

    @Test
    void remembersWhatItCleared() {
        AnonScene scene = scene().pinned();
        long before = scene.pte();
        assertThat(share(scene, Linux.V6_1).clear(scene.entry, scene.folio, true))
                .isEqualTo(new Cleared(before, true, false));
    }

    @Test
    void orderOfTodaysProtocol() {
        assertThat(log(batched(), Linux.V6_1)).containsExactly(CLEAR, "smpMb", LOOK, DROP_BIT, "smpMb");
        assertThat(log(batched().pinned(), Linux.V6_1)).containsExactly(CLEAR, "smpMb", LOOK, "writeOnce parent.pte");
    }

    @Test
    void orderOfTheFlushingProtocol() {
        assertThat(log(batched(), Linux.V5_19))
                .as("the fence is the flush")
                .containsExactly(CLEAR, "smpMb", LOOK, DROP_BIT);
        AnonScene shared = batched();
        assertThat(shared.machine.logOf(() -> {
                    Share share = share(shared, Linux.V5_19);
                    share.flush(share.clear(shared.entry, shared.folio, false));
                }))
                .as("what is not exclusive may wait")
                .containsExactly(CLEAR);
    }

    @Test
    void thereWasNothingToGiveUpInOlderKernels() {
        AnonScene scene = batched().pinned();
        assertThat(log(scene, Linux.V5_18)).containsExactly(CLEAR);
        assertThat(scene.isExclusive()).isTrue();
    }

    @Test
    void everyFenceIsAStep() {
        assertThat(log(batched(), Linux.V6_1.without(Step.FENCE_BEFORE_SHARE_CHECK)))
                .containsExactly(CLEAR, LOOK, DROP_BIT, "smpMb");
        assertThat(log(batched(), Linux.V6_1.without(Step.FENCE_AFTER_SHARE)))
                .containsExactly(CLEAR, "smpMb", LOOK, DROP_BIT);
    }

    @Test
    void mutantClearsByAPlainStore() {
        assertThat(log(batched(), Linux.V6_1.with(Step.CLEAR_PLAINLY)))
                .startsWith(AnonScene.READ_PTE, "writeOnce parent.pte", "smpMb")
                .doesNotContain(CLEAR);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void mutantLooksTooEarly(boolean late) {
        Kernel early = Linux.V6_1.without(Step.SHARE_CHECK).with(Step.SHARE_CHECK_BEFORE_CLEAR);
        AnonScene scene = scene();
        scene.machine.before(late ? CLEAR : LOOK, 1, scene::pinned);
        assertThat(share(scene, early, true)).isEqualTo(late);
        assertThat(scene.isExclusive()).isEqualTo(!late);
        AnonScene shared = scene().pinned();
        assertThat(share(shared, early, false))
                .as("only exclusive pages are looked at")
                .isTrue();
    }

    @Test
    void mutantClearsTheBitOfAPageThatItKeeps() {
        Kernel early = Linux.V6_1.without(Step.CLEAR_EXCLUSIVE).with(Step.CLEAR_EXCLUSIVE_BEFORE_CHECK);
        AnonScene pinned = scene().pinned();
        assertThat(share(pinned, early, true)).isFalse();
        assertThat(pinned.isExclusive()).isFalse();
    }

    @Test
    void mutantsForgetOneThing() {
        AnonScene unseen = scene().pinned();
        assertThat(share(unseen, Linux.V6_1.without(Step.SHARE_CHECK), true)).isTrue();
        AnonScene lost = scene().pinned();
        assertThat(share(lost, Linux.V6_1.without(Step.RESTORE_WHEN_BUSY), true))
                .isFalse();
        assertThat(lost.pte()).isEqualTo(Pte.NONE);
        AnonScene kept = scene();
        assertThat(share(kept, Linux.V6_1.without(Step.CLEAR_EXCLUSIVE), true)).isTrue();
        assertThat(kept.isExclusive()).isTrue();
    }
}
