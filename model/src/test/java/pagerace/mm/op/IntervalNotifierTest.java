// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;
import static pagerace.mm.op.SecondaryScene.NEW;
import static pagerace.mm.op.SecondaryScene.OLD;
import static pagerace.mm.op.SecondaryScene.pfn;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.mm.Kernel;
import pagerace.mm.NotifierSubscriptions;
import pagerace.mm.Slab;
import pagerace.mm.op.IntervalNotifier.Met;
import pagerace.mm.op.IntervalNotifier.Step;

/** An interval notifier: its callback, the faults that heed it, and its removal. */
class IntervalNotifierTest {
    private static final String SEQ = "subscriptions.invalidate_seq";

    private final SecondaryScene scene = new SecondaryScene();
    private final IntervalNotifier notifier = scene.intervalNotifier(Linux.V5_5);

    private long seqOfAll() {
        return scene.subscriptions.invalidateSeq.readOnce();
    }

    private IntervalRemoval.End remove() {
        return scene.removal(Linux.V5_18).remove();
    }

    @Test
    void anInvalidationIsOddFromStartToEnd() {
        scene.intervalFaultEnd(Linux.V5_5);
        assertThat(pfn(scene.subscription.spte.readOnce())).isEqualTo(OLD);
        assertThat(notifier.start()).isEqualTo(Met.CALLED_BACK);
        assertThat(scene.subscription.spte.readOnce()).as("zapped").isZero();
        assertThat(seqOfAll()).isEqualTo(3);
        assertThat(scene.subscription.invalidateSeq.readOnce()).isEqualTo(3);
        assertThat(notifier.end()).isEqualTo(Met.CALLED_BACK);
        assertThat(seqOfAll()).isEqualTo(4);
        assertThat(scene.subscriptions.activeRanges.readOnce()).isZero();
        scene.assertReferences(1, 1);
    }

    @Test
    void onlyTheLastOfSeveralMakesTheSequenceEven() {
        notifier.rangeStart();
        notifier.rangeStart();
        assertThat(notifier.end()).isEqualTo(Met.NOBODY);
        assertThat(NotifierSubscriptions.isInvalidating(seqOfAll())).isTrue();
        notifier.rangeEnd();
        assertThat(NotifierSubscriptions.isInvalidating(seqOfAll())).isFalse();
    }

    @Test
    void nobodyIsCalledWhereNobodyIs() {
        assertThat(remove()).isEqualTo(IntervalRemoval.End.REMOVED);
        assertThat(notifier.start()).isEqualTo(Met.NOBODY);
        assertThat(seqOfAll()).as("still even").isEqualTo(2);
        assertThat(notifier.end()).isEqualTo(Met.NOBODY);
        scene.assertReferences(1, 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theSequenceTellsOfAnInvalidationSince(boolean compared) {
        scene.machine.before("lock driver.user_lock", 1, () -> scene.replace(notifier));
        Kernel steps = compared ? Linux.V5_5 : Linux.V5_5.without(IntervalFault.Step.CHECK_SEQ);
        assertThat(scene.intervalFaultEnd(steps))
                .isEqualTo(compared ? SecondaryFaultEnd.MAPPED_AFTER_RETRY : SecondaryFaultEnd.MAPPED);
        assertThat(pfn(scene.subscription.spte.readOnce())).isEqualTo(compared ? NEW : OLD);
        scene.assertReferences(0, 1);
    }

    @Test
    void aFaultDuringAnInvalidationWaitsForItsEnd() {
        notifier.rangeStart();
        scene.machine.before("await " + SEQ, 1, notifier::rangeEnd);
        Kernel fenced = Linux.V5_5.with(IntervalFault.Step.FENCE_AFTER_WAIT);
        assertThat(scene.machine.logOf(() ->
                        assertThat(scene.intervalFaultEnd(fenced)).isEqualTo(SecondaryFaultEnd.MAPPED_AFTER_WAIT)))
                .containsSubsequence("await " + SEQ, "smpRmb", "lock mm.ptl");
        scene.assertReferences(1, 1);
    }

    @Test
    void aFaultThatDoesNotWaitFindsNothingAmiss() {
        notifier.rangeStart();
        assertThat(scene.intervalFaultEnd(Linux.V5_5.without(IntervalFault.Step.WAIT)))
                .isEqualTo(SecondaryFaultEnd.MAPPED);
        assertThat(pfn(scene.subscription.spte.readOnce()))
                .as("about to be stale")
                .isEqualTo(OLD);
    }

    @Test
    void whatAFaultMapsBeforeTheCallbackIsZapped() {
        scene.machine.before(
                "readOnce interval_sub.ops",
                1,
                () -> assertThat(scene.intervalFaultEnd(Linux.V5_5)).isEqualTo(SecondaryFaultEnd.MAPPED));
        notifier.rangeStart();
        assertThat(scene.subscription.spte.readOnce())
                .as("zapped by the callback")
                .isZero();
    }

    @Test
    void aFaultCanBeSentBackEachTime() {
        scene.machine.before("lock driver.user_lock", 1, () -> scene.subscription.invalidateSeq.writeOnce(5));
        scene.machine.before("lock driver.user_lock", 2, () -> scene.subscription.invalidateSeq.writeOnce(7));
        assertThat(scene.intervalFaultEnd(Linux.V5_5)).isEqualTo(SecondaryFaultEnd.GAVE_UP);
        assertThat(scene.subscription.spte.readOnce()).isZero();
    }

    @Test
    void aFaultFindsNothingWhereNothingIs() {
        scene.entry.word.writeOnce(0);
        assertThat(scene.intervalFaultEnd(Linux.V5_5)).isEqualTo(SecondaryFaultEnd.NOTHING_THERE);
    }

    @Test
    void aRemovalDuringAnInvalidationIsLeftToItsEnd() {
        notifier.rangeStart();
        scene.machine.before("await " + SEQ, 1, () -> assertThat(notifier.end()).isEqualTo(Met.UNLINKED));
        assertThat(scene.machine.logOf(() -> assertThat(remove()).isEqualTo(IntervalRemoval.End.DEFERRED)))
                .containsSubsequence("await " + SEQ, "lock subscriptions.lock", "readOnce " + SEQ);
        assertThat(scene.subscriptions.itree.readOnce()).isEqualTo(NotifierSubscriptions.NOBODY);
        assertThat(scene.subscriptions.deferredList.readOnce()).isEqualTo(NotifierSubscriptions.NOBODY);
        scene.assertReferences(1, 1);
    }

    @Test
    void mutantLeavesTheDeferredListAlone() {
        IntervalNotifier mutant = scene.intervalNotifier(Linux.V5_5.without(Step.WALK_DEFERRED));
        mutant.rangeStart();
        scene.machine.before("await " + SEQ, 1, () -> assertThat(mutant.end()).isEqualTo(Met.CALLED_BACK));
        assertThat(scene.subscriptions.isEmpty()).isFalse();
        assertThat(remove()).isEqualTo(IntervalRemoval.End.DEFERRED);
        assertThat(scene.subscriptions.isEmpty()).isFalse();
    }

    @Test
    void aLocklessWaitReturnsInTheMiddleOfTheEnd() {
        notifier.rangeStart();
        scene.machine.before("await " + SEQ, 1, () -> {
            scene.machine.before("readOnce subscriptions.deferred_list", 1, scene.subscription::free);
            assertThat(notifier.end()).isEqualTo(Met.FREED);
        });
        assertThat(scene.machine.logOf(scene.removal(Linux.V5_5)::remove))
                .filteredOn("lock subscriptions.lock"::equals)
                .as("the removal's first, and the end's")
                .hasSize(2);
        assertThat(scene.subscription.isPoisonIntact()).isTrue();
    }

    @Test
    void aWalkThatHasReadTheNextSpoilsThePoison() {
        notifier.rangeStart();
        scene.removal(Linux.V5_5.without(IntervalRemoval.Step.WAIT)).remove();
        scene.machine.before("writeOnce subscriptions.itree", 1, scene.subscription::free);
        assertThat(notifier.end()).isEqualTo(Met.UNLINKED);
        assertThat(scene.subscription.isPoisonIntact()).isFalse();
    }

    @Test
    void whoIsNotDeferredCanBeGoneBeforeTheCallback() {
        scene.machine.before("readOnce interval_sub.ops", 1, () -> {
            scene.removal(Linux.V5_18.without(IntervalRemoval.Step.DEFER)).remove();
            scene.subscription.free();
        });
        assertThat(notifier.start()).isEqualTo(Met.FREED);
        assertThat(scene.subscription.ops.readOnce()).isEqualTo(Slab.POISON_FREE);
    }

    @Test
    void theSequenceCanMoveAfterTheWalk() {
        IntervalNotifier last =
                scene.intervalNotifier(Linux.V5_5.with(Step.WALK_BEFORE_SEQ).with(Step.RELEASE_SEQ));
        last.rangeStart();
        scene.removal(Linux.V5_5.without(IntervalRemoval.Step.WAIT)).remove();
        assertThat(scene.machine.logOf(last::rangeEnd))
                .containsSubsequence(
                        "writeOnce interval_sub.deferred_item",
                        "storeRelease " + SEQ,
                        "storeRelease subscriptions.lock");
    }

    @Test
    void theProposedWaitEndsWithAFence() {
        notifier.rangeStart();
        scene.machine.before("await " + SEQ, 1, notifier::rangeEnd);
        assertThat(scene.machine.logOf(scene.removal(Linux.V5_5.with(IntervalRemoval.Step.FENCE_AFTER_WAIT))::remove))
                .endsWith("smpRmb");
    }
}
