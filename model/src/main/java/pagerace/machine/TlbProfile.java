// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

/** How a TLB flush relates to page-table walkers that run with interrupts off. */
public enum TlbProfile {
    /** Bare-metal x86: the flush interrupts every CPU, so it ends only after each walk that was under way. */
    IPI,
    /** arm64 TLBI with DSB, paravirtual flushes, INVLPGB: a full fence that waits for nobody. */
    BROADCAST,
    /**
     * Reclaim's batched flush: nothing now, neither a wait nor a fence; it is completed later. What cannot be left for later
     * is broadcast, as under {@link #BROADCAST}. Kernels order something even when they queue a flush, x86 by a locked increment
     * and arm64 by a DSB. That is left out, so races may reach more.
     */
    DEFERRED
}
