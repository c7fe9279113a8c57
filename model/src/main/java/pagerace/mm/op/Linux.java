// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.mm.Kernel;

/**
 * The mainline releases of Linux that the catalogue tells apart, each as its predecessor with what came new.
 *
 * <p>A release stands for the next ones up to the next constant. An operation whose older forms no race asks about is there in its
 * oldest known form, such as the freezing of a count, which is of 2.6.27 (e286781d5f2e). Where callers, filesystems or architectures
 * have forms of their own, one of them stands here, and the others are constants of the operation: {@link MarkDirty#LOCKED},
 * {@link SharedWriteFault#WITHOUT_MKWRITE}, {@link KvmFault#ARM64}.
 */
public final class Linux {
    /** 2.6.19: d08b3851da41 tracks dirty pages of shared mappings. */
    public static final Kernel V2_6_19 = Kernel.named("-")
            .with(CleanFolio.Step.CLEAR_FIRST, CleanFolio.Step.MKCLEAN, CleanFolio.Step.CANCEL_MKCLEANS)
            .with(StripBuffers.Step.LOCK_PRIVATE, StripBuffers.Step.CANCEL_AFTER)
            .with(ReclaimFile.Step.TRANSFER_DIRTY, ReclaimFile.Step.ORDERED_UNCOUNT)
            .with(Zap.Step.TRANSFER_DIRTY)
            // with a page_mkwrite that waits until the page is stable
            .with(SharedWriteFault.Step.TRUNCATE_COUNT, SharedWriteFault.Step.PAGE_MKWRITE)
            .with(SharedWriteFault.Step.WAIT_STABLE, SharedWriteFault.Step.RECHECK_PTE)
            .with(SharedWriteFault.Step.HOLD_TO_DIRTY)
            // set_page_dirty, as x86 orders it
            .with(MarkDirty.Step.class, MarkDirty.UNLOCKED)
            // a short-term pin
            .with(GupWrite.Step.PIN, GupWrite.Step.MARK_DIRTY)
            .with(DropDirty.Step.TEST_AND_SET, DropDirty.Step.FULL_PUT)
            .with(HolePunch.Step.COUNT, HolePunch.Step.FIRST_ZAP, HolePunch.Step.SECOND_PASS)
            .with(Freeze.Step.FULL_ORDER, Freeze.Step.CHECK_DIRTY)
            .with(Reallocate.Step.THROUGH_ALLOCATOR)
            .with(ReuseRule.MAPCOUNT)
            .with(SlowGup.Unshare.IGNORE)
            .with(Admission.NONE)
            .as("2.6.19");

    /** 2.6.20: 7658cc289288 transfers what the entries know; 87df7241bd54 cancels the dirty mark under the buffers' lock. */
    public static final Kernel V2_6_20 = V2_6_19.without(CleanFolio.Step.CLEAR_FIRST, CleanFolio.Step.CANCEL_MKCLEANS)
            .with(CleanFolio.Step.TRANSFER)
            .without(StripBuffers.Step.CANCEL_AFTER)
            .with(StripBuffers.Step.CANCEL_INSIDE)
            .as("2.6.20");

    /**
     * 2.6.23: d00806b18315 and 79352894b285 put the folio lock in the place of the count of truncations, and a page is unmapped once more
     * under its lock. That the second unmapping sees PMD entries matters since there are any, in 4.8.
     */
    public static final Kernel V2_6_23 = V2_6_20.without(SharedWriteFault.Step.TRUNCATE_COUNT, HolePunch.Step.COUNT)
            .with(SharedWriteFault.Step.RELOCK, SharedWriteFault.Step.UNLOCK_BEFORE_DIRTY)
            .with(SharedWriteFault.Step.WAIT_UNLOCKED_BEFORE_DIRTY)
            .with(HolePunch.Step.SECOND_ZAP, HolePunch.Step.SECOND_ZAP_SEES_PMD)
            .as("2.6.23");

    /**
     * 2.6.27: e286781d5f2e, the lockless page cache; e930bffe95e1, KVM's notifier; GUP-fast, whose pins were ordinary references until 5.7:
     * here they are what they were then. The locks of KVM's lookup order the sample before it; nothing orders the two reads of
     * its check, which {@code mmu_lock} makes unnecessary.
     */
    public static final Kernel V2_6_27 = V2_6_23.with(KvmFault.Step.SAMPLE, KvmFault.Step.CHECK_UNDER_LOCK)
            .with(KvmFault.Step.CHECK_COUNT, KvmFault.Step.CHECK_SEQ)
            .with(KvmNotifier.Step.ZAP)
            .with(Lookup.Step.RELOAD_SLOT)
            .with(GupFast.Step.PIN_IN_ONE, GupFast.Step.RECHECK_PTE)
            .as("2.6.27");

    /** 2.6.28: 4c2155ce81c1, KVM looks up by GUP-fast. */
    public static final Kernel V2_6_28 =
            V2_6_27.with(KvmFault.Step.FENCE_AFTER_SAMPLE).as("2.6.28");

    /** 2.6.30: b827e496c893, {@code page_mkwrite}, where a filesystem has one, returns with the folio locked. */
    public static final Kernel V2_6_30 = V2_6_28.without(
                    SharedWriteFault.Step.RELOCK, SharedWriteFault.Step.UNLOCK_BEFORE_DIRTY)
            .without(SharedWriteFault.Step.WAIT_UNLOCKED_BEFORE_DIRTY)
            .with(SharedWriteFault.Step.RETURN_LOCKED)
            .as("2.6.30");

    /** 2.6.32: KSM. */
    public static final Kernel V2_6_32 =
            V2_6_30.with(KsmMerge.Step.FLUSH, KsmMerge.Step.REFERENCE_CHECK).as("2.6.32");

    /** 3.4: a355aa54f1d2 puts fences between KVM's counters. */
    public static final Kernel V3_4 = V2_6_32.with(KvmFault.Step.FENCE_IN_CHECK)
            .with(KvmNotifier.Step.FENCE_IN_END)
            .as("3.4");

    /** 3.15: 1cf35d47712d flushes dirty shared entries under the page-table lock; {@code do_shared_fault}; fault-around. */
    public static final Kernel V3_15 = V3_4.with(Zap.Step.FLUSH_UNDER_PTL)
            .without(SharedWriteFault.Step.HOLD_TO_DIRTY)
            .with(FaultAround.Step.TRYLOCK_FOLIO, FaultAround.Step.RECHECK_MAPPING, FaultAround.Step.CHECK_NONE)
            .as("3.15");

    /** 3.16: 8e205f779d14, faults wait for a hole punch of shmem, which has been published since 3.5. */
    public static final Kernel V3_16 =
            V3_15.with(HolePunch.Step.PUBLISH, ShmemFault.Step.WAIT_FOR_PUNCH).as("3.16");

    /** 5.5: 99cb252f5e68, interval notifiers. */
    public static final Kernel V5_5 = V3_16.with(IntervalFault.Step.WAIT, IntervalFault.Step.CHECK_SEQ)
            .with(IntervalNotifier.Step.SET_SEQ, IntervalNotifier.Step.ZAP, IntervalNotifier.Step.WALK_DEFERRED)
            .with(IntervalRemoval.Step.DEFER, IntervalRemoval.Step.WAIT)
            .as("5.5");

    /** 5.8, the last before anybody looked for pins. 17839856fd58, which 5.9 undid, is not modelled. */
    public static final Kernel V5_8 = V5_5.as("5.8");

    /** 5.9-rc: 70e806e4e645, fork copies pinned pages early; 09854ba94c6a, reuse by the reference count. */
    public static final Kernel V5_9_RC = V5_8.with(GupFast.Step.SET_HAS_PINNED)
            .with(Fork.Step.COPY_IF_PINNED, Fork.Step.WRITE_PROTECT_FIRST)
            .with(ReuseRule.REFCOUNT)
            .as("5.9-rc");

    /** 5.9: f3c64eda3e50, without the write-protect dance. */
    public static final Kernel V5_9 =
            V5_9_RC.without(Fork.Step.WRITE_PROTECT_FIRST).as("5.9");

    /** 5.11: 57efa1fe5957, {@code write_protect_seq}; feb889fb40fa, no pinned pages in the swap cache. */
    public static final Kernel V5_11 = V5_9.with(GupFast.Step.READ_SEQ, GupFast.Step.RECHECK_SEQ)
            .with(Fork.Step.SEQ, Fork.Step.FENCE_AFTER_SEQ_BEGIN, Fork.Step.FENCE_BEFORE_SEQ_END)
            .with(Reclaim.Step.SKIP_PINNED)
            .as("5.11");

    /** 5.12: 4a42d848db95, KVM on x86 compares addresses. */
    public static final Kernel V5_12 =
            V5_11.without(KvmFault.Step.FENCE_IN_CHECK).as("5.12");

    /** 5.14: c24d37322548, a pin of any folio has two halves, and nothing orders the second. */
    public static final Kernel V5_14 = V5_12.without(GupFast.Step.PIN_IN_ONE)
            .with(GupFast.Step.RECHECK_HEAD)
            .as("5.14");

    /** 5.18: 53a05ad9f21d and c145e0b47c77, reuse after trying the swap cache; 319561669a59, the wait looks under the lock. */
    public static final Kernel V5_18 = V5_14.with(ReuseRule.REFCOUNT_WITHOUT_SWAPCACHE)
            .with(IntervalRemoval.Step.LOOK_UNDER_LOCK)
            .as("5.18");

    /**
     * 5.19: 6c287605fd56 and a7f226604170, {@code PG_anon_exclusive}; 1493a1913e34, swap entries remember it; fb3d824d1a46, fork takes its
     * reference first; 999dad824c39 and 9c28a205c061, a zap leaves markers that remember {@code uffd-wp}, and faults heed them.
     */
    public static final Kernel V5_19 = V5_18.with(GupFast.Step.REQUIRE_EXCLUSIVE)
            .with(SlowGup.Unshare.TRIGGER)
            .with(Fork.Step.REFERENCE_FIRST, Fork.Step.CLEAR_EXCLUSIVE)
            .with(Share.Step.FLUSH_EXCLUSIVE_NOW, Share.Step.SHARE_CHECK)
            .with(Share.Step.RESTORE_WHEN_BUSY, Share.Step.CLEAR_EXCLUSIVE)
            .with(Reclaim.Step.SHARE, Reclaim.Step.EXCLUSIVE_SWAP_ENTRY)
            .with(KsmMerge.Step.SHARE)
            .with(ReuseRule.EXCLUSIVE)
            .with(HolePunch.Step.LEAVE_MARKERS)
            .with(ShmemFault.Step.RESTORE_UFFD_WP)
            .as("5.19");

    /**
     * 6.0: 70cbc3cc78a9, GUP-fast compares the PMD entry. No race writes a PMD entry under GUP-fast, so rows for both releases are made of
     * 5.19.
     */
    public static final Kernel V6_0 = V5_19.with(GupFast.Step.RECHECK_PMD).as("6.0");

    /** 6.1: 088b8aa537c2, full fences on both sides instead of the flush. */
    public static final Kernel V6_1 = V6_0.with(GupFast.Step.FENCE_AFTER_PIN, GupFast.Step.FENCE_BEFORE_EXCLUSIVE)
            .without(Share.Step.FLUSH_EXCLUSIVE_NOW)
            .with(Share.Step.FENCE_BEFORE_SHARE_CHECK, Share.Step.FENCE_AFTER_SHARE)
            .as("6.1");

    /** 6.2: 5df397dec7c4, the mapping is uncounted after the flush. */
    public static final Kernel V6_2 = V6_1.with(Zap.Step.UNCOUNT_AFTER_FLUSH).as("6.2");

    /** 6.4: d824ec2a1546, reclaim looks for pins once more. */
    public static final Kernel V6_4 = V6_2.with(Reclaim.Step.KEEP_PINNED_AFTER_UNMAP)
            .with(ReclaimFile.Step.LOOK_AFTER_UNMAP)
            .as("6.4");

    /** 6.5: 8ac268436e6d and a6e79df92e4a, long-term pins of files are refused. */
    public static final Kernel V6_5 =
            V6_4.with(GupFast.Step.CHECK_ADMISSION).with(Admission.V6_5).as("6.5");

    /** 6.8: d02c357e5bfa, KVM checks before the lock, too. */
    public static final Kernel V6_8 = V6_5.with(KvmFault.Step.CHECK_EARLY).as("6.8");

    /** 6.10: f002882ca369, the look for secret memory sees every folio. */
    public static final Kernel V6_10 = V6_8.with(Admission.V6_10).as("6.10");

    /** The present kernel. */
    public static final Kernel MAINLINE = V6_10.as("mainline");

    private Linux() {}
}
