// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import pagerace.machine.Machine;
import pagerace.machine.SpinLock;
import pagerace.machine.Word;

/**
 * {@code struct kvm} as far as a guest's page faults and the MMU notifier share it: one secondary entry, and the two counters
 * that tell a fault of the invalidations of the primary page table.
 *
 * <p>Both counters change under {@link #mmuLock} only; faults also read them without. On most architectures that lock guards
 * the secondary entry as well; on Book3S HV the entry has one of its own.
 */
public final class KvmMmu {
    /** What its words are on. */
    public final Machine machine;
    /** {@code mmu_lock}: guards the counters, and mostly the secondary entry. */
    public final SpinLock mmuLock;
    /** {@code lock_rmap}, inside {@link #mmuLock} where both are taken: guards the secondary entry on Book3S HV. */
    public final SpinLock rmapLock;
    /** {@code mmu_invalidate_seq}: how many invalidations have ended. */
    public final Word invalidateSeq;
    /** {@code mmu_invalidate_in_progress}: how many are under way. */
    public final Word inProgress;
    /** The secondary entry, in the encoding of {@link Pte}. */
    public final Word spte;

    /** Nothing is mapped, and nothing was ever invalidated. */
    public KvmMmu(Machine machine) {
        this.machine = machine;
        mmuLock = new SpinLock(machine, "kvm", "mmu_lock");
        rmapLock = new SpinLock(machine, "kvm", "rmap_lock");
        invalidateSeq = machine.word("kvm", "mmu_invalidate_seq", 0);
        inProgress = machine.word("kvm", "mmu_invalidate_in_progress", 0);
        spte = machine.word("kvm", "spte", KernelFormat.PTE, Pte.NONE);
    }
}
