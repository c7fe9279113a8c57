// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

/**
 * The TLB of one address space as far as races see it: flushes on one side, IRQ-off walks on the other.
 *
 * <p>Under {@link TlbProfile#IPI} a flush waits for every walk that is under way; the other profiles keep no walker flags
 * at all, so {@link #irqSave} and {@link #irqRestore} are nothing there.
 */
public final class Tlb {
    private final Machine machine;
    private final TlbProfile profile;
    private final ReaderSections walkers;

    /** The TLB of an address space that CPUs {@code 0..cpus-1} walk. */
    public Tlb(Machine machine, TlbProfile profile, int cpus) {
        this.machine = machine;
        this.profile = profile;
        this.walkers = new ReaderSections(machine, "irqs-off", profile == TlbProfile.IPI ? cpus : 0);
    }

    /** {@code local_irq_save} before a lockless walk on {@code cpu}. Not a fence, unless a flush could wait for it. */
    public void irqSave(int cpu) {
        if (profile == TlbProfile.IPI) {
            walkers.enter(cpu);
        }
    }

    /** {@code local_irq_restore} after the walk. */
    public void irqRestore(int cpu) {
        if (profile == TlbProfile.IPI) {
            walkers.leave(cpu);
        }
    }

    /**
     * The flush that belongs to a page-table change. Under {@link TlbProfile#DEFERRED} it does nothing: the caller completes
     * it later with {@link #flushBatched}. The caller must not be inside a walk.
     */
    public void flush() {
        switch (profile) {
            case IPI -> walkers.synchronize();
            case BROADCAST -> machine.smpMb();
            case DEFERRED -> {}
        }
    }

    /** A flush that cannot be deferred: {@code ptep_clear_flush} of a caller that must not batch. */
    public void flushNow() {
        if (profile == TlbProfile.DEFERRED) {
            machine.smpMb();
        } else {
            flush();
        }
    }

    /** {@code try_to_unmap_flush_dirty}: completes the flushes that {@link #flush} deferred, if it deferred any. */
    public void flushBatched() {
        if (profile == TlbProfile.DEFERRED) {
            machine.smpMb();
        }
    }
}
