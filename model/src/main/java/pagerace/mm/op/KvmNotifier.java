// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.machine.Machine;
import pagerace.mm.KvmMmu;
import pagerace.mm.Pte;
import pagerace.mm.Steps;

/**
 * KVM's side of an invalidation: {@code kvm_mmu_invalidate_begin} with the zap that follows it, and
 * {@code kvm_mmu_invalidate_end}.
 */
public class KvmNotifier implements MmuNotifier {
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

    /** Kernels 2.6.27 to 3.3. */
    public static final Steps<Step> V2_6_27 = Steps.of(Step.ZAP);
    /** Kernels since 3.4. */
    public static final Steps<Step> V3_4 = V2_6_27.with(Step.FENCE_IN_END);
    /** Book3S HV, since 3.4. */
    public static final Steps<Step> BOOK3S_HV = V3_4.with(Step.ZAP_UNDER_RMAP_LOCK);

    protected final Machine machine;
    protected final KvmMmu kvm;
    protected final Steps<Step> steps;

    /** The notifier of {@code kvm}. */
    public KvmNotifier(Machine machine, KvmMmu kvm, Steps<Step> steps) {
        this.machine = machine;
        this.kvm = kvm;
        this.steps = steps;
    }

    /** The same operation, for a subclass that changes some of it. */
    protected KvmNotifier(KvmNotifier original) {
        this.machine = original.machine;
        this.kvm = original.kvm;
        this.steps = original.steps;
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
            machine.smpWmb();
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
