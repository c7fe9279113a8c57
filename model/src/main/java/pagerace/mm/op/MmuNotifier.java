// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

/**
 * One that is told before and after the primary page table changes: a secondary MMU, or a user of kernel
 * addresses of user pages.
 *
 * <p>Between the two calls, which must come in pairs, the entry may change at any time.
 */
public interface MmuNotifier {
    /** {@code mmu_notifier_invalidate_range_start}: when it returns, the listener no longer uses what it looked up before. */
    void rangeStart();

    /** {@code mmu_notifier_invalidate_range_end}: the change is done. */
    void rangeEnd();
}
