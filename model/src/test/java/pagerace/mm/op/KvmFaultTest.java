// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;
import static pagerace.mm.op.SecondaryScene.CPU;
import static pagerace.mm.op.SecondaryScene.NEW;
import static pagerace.mm.op.SecondaryScene.OLD;
import static pagerace.mm.op.SecondaryScene.pfn;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.mm.Kernel;
import pagerace.mm.Pte;
import pagerace.mm.op.KvmFault.Step;

/** A guest's fault, and the notifier that it must heed. */
class KvmFaultTest {
    private static final Kernel ARM64 = Linux.MAINLINE.with(KvmFault.Step.class, KvmFault.ARM64);
    private static final Kernel BOOK3S_HV = Linux.MAINLINE
            .with(KvmFault.Step.class, KvmFault.BOOK3S_HV)
            .with(KvmNotifier.Step.class, KvmNotifier.BOOK3S_HV);

    private static final String LOCK = "lock kvm.mmu_lock";

    private final SecondaryScene scene = new SecondaryScene();

    private void replaceNow() {
        scene.replace(scene.kvmNotifier(Linux.V3_4));
    }

    @ParameterizedTest
    @EnumSource
    void mapsWhatThePrimaryEntryMaps(PrimaryLookup.How how) {
        KvmFault fault = new KvmFault(Linux.V6_8, scene.kvm, scene.lookup(how));
        assertThat(fault.handle(CPU, scene.entry)).isEqualTo(SecondaryFaultEnd.MAPPED);
        assertThat(scene.kvm.spte.readOnce()).isEqualTo(Pte.present(OLD, Pte.WRITE));
        scene.assertReferences(1, 1);
    }

    @ParameterizedTest
    @EnumSource
    void mapsNothingWhereNothingIs(PrimaryLookup.How how) {
        scene.entry.word.writeOnce(Pte.NONE);
        KvmFault fault = new KvmFault(Linux.V6_8, scene.kvm, scene.lookup(how));
        assertThat(fault.handle(CPU, scene.entry)).isEqualTo(SecondaryFaultEnd.NOTHING_THERE);
        assertThat(scene.kvm.spte.readOnce()).isZero();
        scene.assertReferences(1, 1);
    }

    @Test
    void anInvalidationZapsAndMovesTheSequence() {
        scene.kvmFaultEnd(Linux.V3_4);
        replaceNow();
        assertThat(scene.kvm.spte.readOnce()).isZero();
        assertThat(pfn(scene.entry.word.readOnce())).isEqualTo(NEW);
        assertThat(scene.kvm.inProgress.readOnce()).isZero();
        assertThat(scene.kvm.invalidateSeq.readOnce()).isEqualTo(1);
        scene.assertReferences(0, 1);
    }

    @Test
    void theEndMovesTheSequenceBeforeTheCount() {
        KvmNotifier notifier = scene.kvmNotifier(Linux.V3_4);
        notifier.rangeStart();
        assertThat(scene.machine.logOf(notifier::rangeEnd))
                .containsSubsequence(
                        LOCK,
                        "writeOnce kvm.mmu_invalidate_seq",
                        "smpWmb",
                        "writeOnce kvm.mmu_invalidate_in_progress",
                        "storeRelease kvm.mmu_lock");
        KvmNotifier reverse = scene.kvmNotifier(Linux.V2_6_27.with(KvmNotifier.Step.COUNT_FIRST));
        reverse.rangeStart();
        assertThat(scene.machine.logOf(reverse::rangeEnd))
                .doesNotContain("smpWmb")
                .containsSubsequence("writeOnce kvm.mmu_invalidate_in_progress", "writeOnce kvm.mmu_invalidate_seq");
        assertThat(scene.kvm.inProgress.readOnce()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theSequenceTellsOfAnInvalidationThatIsOver(boolean compared) {
        scene.machine.before(LOCK, 1, this::replaceNow);
        Kernel steps = compared ? Linux.V3_4 : Linux.V3_4.without(Step.CHECK_SEQ);
        assertThat(scene.kvmFaultEnd(steps))
                .isEqualTo(compared ? SecondaryFaultEnd.MAPPED_AFTER_RETRY : SecondaryFaultEnd.MAPPED);
        assertThat(pfn(scene.kvm.spte.readOnce())).isEqualTo(compared ? NEW : OLD);
        scene.assertReferences(0, 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theCountTellsOfAnInvalidationUnderWay(boolean looked) {
        scene.kvmNotifier(Linux.V3_4).rangeStart();
        Kernel steps = looked ? Linux.V3_4 : Linux.V3_4.without(Step.CHECK_COUNT);
        assertThat(scene.kvmFaultEnd(steps)).isEqualTo(looked ? SecondaryFaultEnd.GAVE_UP : SecondaryFaultEnd.MAPPED);
        assertThat(pfn(scene.kvm.spte.readOnce())).isEqualTo(looked ? 0 : OLD);
        scene.assertReferences(1, 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void anEarlyCheckSparesTheLock(int check) {
        scene.machine.before("readOnce kvm.mmu_invalidate_in_progress", check, this::replaceNow);
        assertThat(scene.kvmFaultEnd(Linux.V6_8)).isEqualTo(SecondaryFaultEnd.MAPPED_AFTER_WAIT);
        assertThat(pfn(scene.kvm.spte.readOnce())).isEqualTo(NEW);
        scene.assertReferences(0, 1);
    }

    @Test
    void anEarlyCheckThatFailsEachTimeGivesUpWithoutTheLock() {
        scene.kvmNotifier(Linux.V3_4).rangeStart();
        assertThat(scene.machine.logOf(() -> scene.kvmFaultEnd(Linux.V6_8))).doesNotContain(LOCK, "lock mm.ptl");
    }

    @Test
    void aSampleTakenLateMissesWhatCameBefore() {
        scene.machine.before("readOnce kvm.mmu_invalidate_seq", 1, this::replaceNow);
        Kernel late = Linux.V3_4.without(Step.SAMPLE).with(Step.SAMPLE_LATE);
        assertThat(scene.kvmFaultEnd(late)).isEqualTo(SecondaryFaultEnd.MAPPED);
        assertThat(pfn(scene.kvm.spte.readOnce())).as("stale").isEqualTo(OLD);
        scene.assertReferences(0, 1);
    }

    @Test
    void aCheckOutsideTheLockMissesWhatComesBehindIt() {
        scene.machine.before(LOCK, 1, this::replaceNow);
        Kernel outside = Linux.V3_4.without(Step.CHECK_UNDER_LOCK).with(Step.CHECK_OUTSIDE_LOCK);
        assertThat(scene.kvmFaultEnd(outside)).isEqualTo(SecondaryFaultEnd.MAPPED);
        assertThat(pfn(scene.kvm.spte.readOnce())).as("stale").isEqualTo(OLD);
        scene.assertReferences(0, 1);
    }

    @Test
    void theStepsOfAFault() {
        assertThat(scene.machine.logOf(() -> scene.kvmFaultEnd(Linux.V3_4)))
                .containsExactly(
                        "readOnce kvm.mmu_invalidate_seq",
                        "smpRmb",
                        "lock mm.ptl",
                        "readOnce mm.pte",
                        "storeRelease mm.ptl",
                        LOCK,
                        "readOnce kvm.mmu_invalidate_in_progress",
                        "smpRmb",
                        "readOnce kvm.mmu_invalidate_seq",
                        "writeOnce kvm.spte",
                        "storeRelease kvm.mmu_lock");
        assertThat(scene.machine.logOf(() -> scene.kvmFaultEnd(Linux.V2_6_28))).containsOnlyOnce("smpRmb");
        assertThat(scene.machine.logOf(() -> scene.kvmFaultEnd(Linux.V2_6_27))).doesNotContain("smpRmb");
        assertThat(scene.machine.logOf(() -> scene.kvmFaultEnd(ARM64)))
                .startsWith("readOnce kvm.mmu_invalidate_seq", "lock mm.ptl")
                .containsOnlyOnce("smpRmb");
    }

    /** x86 since 5.12 decides by address, under a lock that orders: no fence but the one behind the sample is left. */
    @Test
    void aCheckByAddressHasNoFence() {
        for (Kernel release : List.of(Linux.V5_12, Linux.V6_8)) {
            assertThat(scene.machine.logOf(() -> scene.kvmFaultEnd(release)))
                    .startsWith("readOnce kvm.mmu_invalidate_seq", "smpRmb")
                    .containsOnlyOnce("smpRmb");
        }
    }

    @Test
    void onlyTheCheckThatDecidesHasAFence() {
        Kernel unfenced = Linux.V3_4.with(Step.CHECK_EARLY).without(Step.FENCE_AFTER_SAMPLE);
        assertThat(scene.machine.logOf(() -> scene.kvmFaultEnd(unfenced)))
                .containsOnlyOnce("smpRmb")
                .containsSubsequence(LOCK, "smpRmb");
        Kernel outside = ARM64.without(Step.CHECK_UNDER_LOCK).with(Step.CHECK_OUTSIDE_LOCK);
        assertThat(scene.machine.logOf(() -> scene.kvmFaultEnd(outside)))
                .containsOnlyOnce("smpRmb")
                .containsSubsequence("smpRmb", LOCK);
    }

    @Test
    void onBook3sTheEntryHasALockOfItsOwn() {
        assertThat(scene.machine.logOf(() -> scene.kvmFaultEnd(BOOK3S_HV)))
                .doesNotContain(LOCK)
                .containsSubsequence("lock kvm.rmap_lock", "writeOnce kvm.spte", "storeRelease kvm.rmap_lock");
        assertThat(scene.machine.logOf(() -> scene.kvmNotifier(BOOK3S_HV).rangeStart()))
                .containsExactly(
                        LOCK,
                        "readOnce kvm.mmu_invalidate_in_progress",
                        "writeOnce kvm.mmu_invalidate_in_progress",
                        "lock kvm.rmap_lock",
                        "writeOnce kvm.spte",
                        "storeRelease kvm.rmap_lock",
                        "storeRelease kvm.mmu_lock");
        scene.assertReferences(1, 1);
    }

    @Test
    void aReplacementTellsBeforeAndAfter() {
        assertThat(scene.machine.logOf(this::replaceNow))
                .containsSubsequence(
                        "storeRelease kvm.mmu_lock",
                        "lock mm.ptl",
                        "xchg mm.pte FULL",
                        "smpMb",
                        "writeOnce mm.pte",
                        "storeRelease mm.ptl",
                        LOCK,
                        "storeRelease kvm.mmu_lock",
                        "fetchAdd old.refcount FULL");
    }
}
