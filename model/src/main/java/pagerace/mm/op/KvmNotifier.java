// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.mm.Kernel;
import pagerace.mm.KvmMmu;
import pagerace.mm.Pte;
import pagerace.mm.Steps;

/**
 * KVM's side of an invalidation: {@code kvm_mmu_invalidate_begin} with the zap that follows it, and
 * {@code kvm_mmu_invalidate_end}.
 */
public class KvmNotifier extends Operation<KvmNotifier.Step> implements MmuNotifier {
    /** The steps in which releases and mutants differ, in program order. */
    public enum Step {
        /** Zap the secondary entry at the start. */
        ZAP,
        /** Book3S HV: that zap takes the entry's own lock inside {@code mmu_lock}. */
        ZAP_UNDER_RMAP_LOCK,
        /** At the end, a write fence between the new sequence and the lower count: a355aa54f1d2 (3.4). */
        FENCE_IN_END,
        /** Mutant: at the end, lower the count before the sequence moves. */
        COUNT_FIRST
    }

    /** Book3S HV, since 3.4. */
    public static final Steps<Step> BOOK3S_HV = Steps.of(Step.ZAP, Step.FENCE_IN_END, Step.ZAP_UNDER_RMAP_LOCK);

    /** What it works on: see the constructor. */
    public final KvmMmu kvm;

    /** The notifier of {@code kvm}. */
    public KvmNotifier(Kernel kernel, KvmMmu kvm) {
        super(kernel, Step.class);
        this.kvm = kvm;
    }

    @Override
    public void rangeStart() {
        kvm.mmuLock.lock();
        kvm.inProgress.writeOnce(kvm.inProgress.readOnce() + 1);
        if (steps.has(Step.ZAP_UNDER_RMAP_LOCK)) {
            kvm.rmapLock.lock();
            zap();
            kvm.rmapLock.unlock();
        } else {
            zap();
        }
        kvm.mmuLock.unlock();
    }

    /** Under the locks: takes the page out of the secondary entry. */
    protected void zap() {
        if (steps.has(Step.ZAP)) {
            kvm.spte.writeOnce(Pte.NONE);
        }
    }

    @Override
    public void rangeEnd() {
        kvm.mmuLock.lock();
        if (steps.has(Step.COUNT_FIRST)) {
            lowerCount();
        }
        kvm.invalidateSeq.writeOnce(kvm.invalidateSeq.readOnce() + 1);
        if (steps.has(Step.FENCE_IN_END)) {
            // Pairs with the read fence in KvmFault's check: who no longer sees the count sees the sequence. Faults
            // that check under the lock do not need the pair.
            kvm.machine.smpWmb();
        }
        if (!steps.has(Step.COUNT_FIRST)) {
            lowerCount();
        }
        kvm.mmuLock.unlock();
    }

    private void lowerCount() {
        kvm.inProgress.writeOnce(kvm.inProgress.readOnce() - 1);
    }
}
