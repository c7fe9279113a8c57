// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.machine.SpinLock;
import pagerace.mm.Entry;
import pagerace.mm.Kernel;
import pagerace.mm.KvmMmu;
import pagerace.mm.Pte;
import pagerace.mm.Steps;

/**
 * {@code kvm_tdp_page_fault} for one page: samples the sequence, looks the page up in the primary page table, and installs it
 * under the lock of the secondary entry unless an invalidation came in between.
 *
 * <p>Guarantees, when all steps of a release are taken: what it installs is still mapped by the primary entry, or an
 * invalidation that has not begun yet will zap it.
 *
 * <p>Algorithm notes. The count tells of an invalidation that is under way, whose zap is over, but whose change of the primary
 * entry may be still to come. The sequence tells of one that began and ended since the sample. Each misses what the other
 * sees.
 */
public class KvmFault extends Operation<KvmFault.Step> {
    /** The steps in which releases and mutants differ, in program order. */
    public enum Step {
        /** Sample the sequence before the lookup. */
        SAMPLE,
        /**
         * A read fence between the sample and the lookup: 4c2155ce81c1 (2.6.28), which made lookups lockless. arm64 has none
         * since 6.3, nor has riscv since 6.4: they sample with the {@code mmap_lock} held, and rely on its unlock, which is a
         * release and orders no later read. (riscv had nothing at all before.)
         */
        FENCE_AFTER_SAMPLE,
        /** Check before the lookup and before the lock, without it, only to spare them: d02c357e5bfa (6.8). */
        CHECK_EARLY,
        /** Mutant: sample the sequence after the lookup. */
        SAMPLE_LATE,
        /** Mutant: check without the lock, and not again with it. */
        CHECK_OUTSIDE_LOCK,
        /** Check under the lock that guards the entry. */
        CHECK_UNDER_LOCK,
        /** Book3S HV: that is the entry's own lock, not {@code mmu_lock}. */
        RMAP_LOCK,
        /** A check looks at the count. */
        CHECK_COUNT,
        /**
         * In a check that decides, a read fence between the count and the sequence: a355aa54f1d2 (3.4). x86 has compared by
         * address since 5.12, without a fence: it decides under {@code mmu_lock}.
         */
        FENCE_IN_CHECK,
        /** A check compares the sequence. */
        CHECK_SEQ
    }

    /** arm64 since 6.3, riscv since 6.4. */
    public static final Steps<Step> ARM64 =
            Steps.of(Step.SAMPLE, Step.CHECK_UNDER_LOCK, Step.FENCE_IN_CHECK, Step.CHECK_COUNT, Step.CHECK_SEQ);
    /** Book3S HV, since 3.4. */
    public static final Steps<Step> BOOK3S_HV =
            ARM64.with(Step.FENCE_AFTER_SAMPLE).with(Step.RMAP_LOCK);
    /** The kernel tries until it succeeds; one invalidation can send a fault back for its whole duration. */
    private static final int TRIES = 2;

    /** What it works on: see the constructor. */
    public final KvmMmu kvm;

    public final PrimaryLookup primary;

    /** Faults of the guest of {@code kvm}. */
    public KvmFault(Kernel kernel, KvmMmu kvm, PrimaryLookup primary) {
        super(kernel, Step.class);
        this.kvm = kvm;
        this.primary = primary;
    }

    /** Maps the page that {@code entry}, of the primary page table, maps. */
    public SecondaryFaultEnd handle(int cpu, Entry entry) {
        SecondaryFaultEnd success = SecondaryFaultEnd.MAPPED;
        for (int tries = 0; tries < TRIES; tries++) {
            long seq = sampleAt(Step.SAMPLE);
            if (steps.has(Step.FENCE_AFTER_SAMPLE)) {
                // Pairs with the PTL's release and KVM's lock between the primary entry and the sequence: who
                // sampled the new sequence does not look up the old page.
                kvm.machine.smpRmb();
            }
            if (steps.has(Step.CHECK_EARLY) && isInvalidated(seq, false)) {
                success = SecondaryFaultEnd.MAPPED_AFTER_WAIT;
                continue;
            }
            int pfn = primary.find(cpu, entry);
            if (pfn == PrimaryLookup.NOTHING) {
                return SecondaryFaultEnd.NOTHING_THERE;
            }
            if (steps.has(Step.SAMPLE_LATE)) {
                seq = sampleAt(Step.SAMPLE_LATE);
            }
            boolean lockless = steps.has(Step.CHECK_EARLY) || steps.has(Step.CHECK_OUTSIDE_LOCK);
            if (lockless && isInvalidated(seq, steps.has(Step.CHECK_OUTSIDE_LOCK))) {
                success = SecondaryFaultEnd.MAPPED_AFTER_WAIT;
                primary.release(pfn);
                continue;
            }
            if (install(pfn, seq)) {
                return success;
            }
            success = SecondaryFaultEnd.MAPPED_AFTER_RETRY;
        }
        return SecondaryFaultEnd.GAVE_UP;
    }

    private long sampleAt(Step step) {
        return steps.has(step) ? kvm.invalidateSeq.readOnce() : 0;
    }

    /**
     * {@code mmu_invalidate_retry}: whether an invalidation is under way or has ended since {@code seq} was sampled.
     *
     * @param decisive whether the caller installs on its word; {@code mmu_invalidate_retry_gfn_unsafe}, which only spares
     *     work, has no fence
     */
    protected boolean isInvalidated(long seq, boolean decisive) {
        if (steps.has(Step.CHECK_COUNT) && kvm.inProgress.readOnce() != 0) {
            return true;
        }
        if (decisive && steps.has(Step.FENCE_IN_CHECK)) {
            kvm.machine.smpRmb(); // pairs with the write fence of KvmNotifier's end
        }
        return steps.has(Step.CHECK_SEQ) && kvm.invalidateSeq.readOnce() != seq;
    }

    /** Whether the page is in the secondary entry now; its reference is given back either way. */
    protected boolean install(int pfn, long seq) {
        SpinLock lock = steps.has(Step.RMAP_LOCK) ? kvm.rmapLock : kvm.mmuLock;
        lock.lock();
        boolean valid = !steps.has(Step.CHECK_UNDER_LOCK) || !isInvalidated(seq, true);
        if (valid) {
            kvm.spte.writeOnce(Pte.present(pfn, Pte.WRITE));
        }
        lock.unlock();
        primary.release(pfn);
        return valid;
    }
}
