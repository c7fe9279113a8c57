// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

import org.jspecify.annotations.Nullable;

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
    private final @Nullable Translation translation;

    /** The TLB of an address space that CPUs {@code 0..cpus-1} walk. */
    public Tlb(Machine machine, TlbProfile profile, int cpus) {
        this(machine, profile, cpus, null);
    }

    /**
     * The TLB of an address space that CPUs {@code 0..cpus-1} walk, and through which a user thread accesses memory.
     *
     * @param translation what that thread's CPU has cached; null where no thread accesses memory beside a flush
     */
    public Tlb(Machine machine, TlbProfile profile, int cpus, @Nullable Translation translation) {
        this.machine = machine;
        this.profile = profile;
        this.walkers = new ReaderSections(machine, "irqs-off", profile == TlbProfile.IPI ? cpus : 0);
        this.translation = translation;
    }

    /** Begins an access by the user thread: the cached entry, or {@link Translation#NONE}. Every flush waits for its end. */
    public long beginAccess() {
        return translation == null ? Translation.NONE : translation.begin();
    }

    /** Ends the access. */
    public void endAccess() {
        if (translation != null) {
            translation.end();
        }
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
            case IPI -> {
                walkers.synchronize();
                invalidate();
            }
            case BROADCAST -> broadcast();
            case DEFERRED -> {}
        }
    }

    private void broadcast() {
        machine.smpMb();
        invalidate();
    }

    private void invalidate() {
        if (translation != null) {
            translation.invalidate();
        }
    }

    /** A flush that cannot be deferred: {@code ptep_clear_flush} of a caller that must not batch. */
    public void flushNow() {
        if (profile == TlbProfile.DEFERRED) {
            broadcast();
        } else {
            flush();
        }
    }

    /** {@code try_to_unmap_flush_dirty}: completes the flushes that {@link #flush} deferred, if it deferred any. */
    public void flushBatched() {
        if (profile == TlbProfile.DEFERRED) {
            broadcast();
        }
    }
}
