// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import static pagerace.soak.World.MAINLINE;

import pagerace.mm.Kernel;
import pagerace.mm.op.CleanFolio;
import pagerace.mm.op.DropDirty;
import pagerace.mm.op.FaultAround;
import pagerace.mm.op.Fork;
import pagerace.mm.op.Freeze;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.HolePunch;
import pagerace.mm.op.KsmMerge;
import pagerace.mm.op.MarkDirty;
import pagerace.mm.op.Reclaim;
import pagerace.mm.op.Share;
import pagerace.mm.op.SharedWriteFault;
import pagerace.mm.op.SlowGup;

/**
 * Mainline with one mistake: steps that it leaves out, or does in another place. The mutant of a race that makes the same mistake
 * has the same name: a test compares them.
 */
public enum Mutant {
    /** GUP-fast does not compare the count again after its pin. */
    DROP_SEQ_RECHECK(Shown.SC, MAINLINE.without(GupFast.Step.RECHECK_SEQ)),
    /** GUP-fast compares the count before it takes its reference. */
    SEQ_RECHECK_BEFORE_GRAB(
            Shown.SC, MAINLINE.without(GupFast.Step.RECHECK_SEQ).with(GupFast.Step.RECHECK_SEQ_BEFORE_GRAB)),
    /** GUP-fast pins through a read-only entry whether the page is exclusive or not. */
    DROP_EXCLUSIVE_CHECK(Shown.SEQUENTIAL, MAINLINE.without(GupFast.Step.REQUIRE_EXCLUSIVE)),
    /** GUP-fast takes long-term pins for writing on files whose dirty pages are tracked. */
    DROP_ADMISSION(Shown.SEQUENTIAL, MAINLINE.without(GupFast.Step.CHECK_ADMISSION)),
    /** Slow GUP pins a page for reading that may be shared. */
    DROP_UNSHARE(Shown.SEQUENTIAL, MAINLINE.with(SlowGup.Unshare.IGNORE)),
    /** Fork never looks for pins. */
    DROP_COPY_IF_PINNED(Shown.SEQUENTIAL, MAINLINE.without(Fork.Step.COPY_IF_PINNED)),
    /** Fork looks for pins, but does not touch the count that GUP-fast compares. */
    DROP_SEQ(
            Shown.SC, MAINLINE.without(Fork.Step.SEQ, Fork.Step.FENCE_AFTER_SEQ_BEGIN, Fork.Step.FENCE_BEFORE_SEQ_END)),
    /** Fork leaves pages exclusive that it shares. */
    FORK_KEEPS_EXCLUSIVE(Shown.SEQUENTIAL, MAINLINE.with(Fork.Step.KEEP_EXCLUSIVE)),
    /** Fork write-protects after it has made the count even again. */
    WRITE_PROTECT_AFTER_SEQ(Shown.SC, MAINLINE.with(Fork.Step.WRITE_PROTECT_AFTER_SEQ)),
    /** Fork makes the count odd under the page-table locks, and takes the child's reference after the look for pins. */
    LOCK_BEFORE_SEQ_REFERENCE_LAST(
            Shown.TSO, MAINLINE.without(Fork.Step.REFERENCE_FIRST).with(Fork.Step.LOCK_BEFORE_SEQ)),
    /** An unmapping gives up exclusivity without looking for pins. */
    DROP_SHARE_CHECK(Shown.SEQUENTIAL, MAINLINE.without(Share.Step.SHARE_CHECK)),
    /** An unmapping looks for pins before the entry is cleared. */
    SHARE_CHECK_BEFORE_CLEAR(
            Shown.SC, MAINLINE.without(Share.Step.SHARE_CHECK).with(Share.Step.SHARE_CHECK_BEFORE_CLEAR)),
    /** An unmapping clears the exclusive bit before it looks for pins. */
    CLEAR_BIT_BEFORE_CHECK(
            Shown.SEQUENTIAL,
            MAINLINE.without(Share.Step.CLEAR_EXCLUSIVE).with(Share.Step.CLEAR_EXCLUSIVE_BEFORE_CHECK)),
    /** An unmapping does not put the entry back when it finds a pin. */
    DROP_RESTORE(Shown.SEQUENTIAL, MAINLINE.without(Share.Step.RESTORE_WHEN_BUSY)),
    /** An unmapping leaves the page exclusive. */
    KEEP_EXCLUSIVE_BIT(Shown.SEQUENTIAL, MAINLINE.without(Share.Step.CLEAR_EXCLUSIVE)),
    /** Reclaim unmaps without giving up exclusivity. */
    DROP_SHARE(Shown.SEQUENTIAL, MAINLINE.without(Reclaim.Step.SHARE)),
    /** KSM looks for pins only, not for other references. */
    DROP_REFERENCE_CHECK(Shown.SEQUENTIAL, MAINLINE.without(KsmMerge.Step.REFERENCE_CHECK)),
    /** KSM looks for other references before it clears the entry. */
    REFERENCE_CHECK_BEFORE_CLEAR(
            Shown.SC, MAINLINE.without(KsmMerge.Step.REFERENCE_CHECK).with(KsmMerge.Step.REFERENCE_CHECK_BEFORE_CLEAR)),
    /** KSM does not give up exclusivity. */
    DROP_KSM_SHARE(Shown.SEQUENTIAL, MAINLINE.without(KsmMerge.Step.SHARE)),
    /** Fault-around does not check that the locked folio still belongs to the file. */
    DROP_MAPPING_RECHECK(Shown.SC, MAINLINE.without(FaultAround.Step.RECHECK_MAPPING)),
    /** Fault-around takes no folio lock. */
    SECOND_ZAP_WITHOUT_FOLIO_LOCK(Shown.SC, MAINLINE.without(FaultAround.Step.TRYLOCK_FOLIO)),
    /** Fault-around fills entries without looking at them. */
    DROP_NONE_CHECK(Shown.SEQUENTIAL, MAINLINE.without(FaultAround.Step.CHECK_NONE)),
    /** Fault-around waits for folio locks under the page-table lock. */
    WAIT_FOR_FOLIO_LOCK(
            Shown.SC, MAINLINE.without(FaultAround.Step.TRYLOCK_FOLIO).with(FaultAround.Step.WAIT_FOR_FOLIO_LOCK)),
    /** A punch zaps once, before it takes any folio lock. */
    SINGLE_ZAP(Shown.SC, MAINLINE.without(HolePunch.Step.SECOND_ZAP)),
    /** A punch skips folios that it finds locked, for good. */
    FIRST_PASS_ONLY(Shown.SC, MAINLINE.without(HolePunch.Step.SECOND_PASS)),
    /** {@code page_mkwrite} returns unlocked, and nobody looks at the page again. */
    NO_RECHECK(Shown.SC, MAINLINE.without(SharedWriteFault.Step.RETURN_LOCKED)),
    /** A write fault on a file overwrites an entry that has changed. */
    FAULT_DROPS_PTE_RECHECK(Shown.SC, MAINLINE.without(SharedWriteFault.Step.RECHECK_PTE)),
    /** A write fault on a file unlocks the page before it is marked dirty. */
    UNLOCK_BEFORE_DIRTY(Shown.SC, MAINLINE.with(SharedWriteFault.Step.UNLOCK_BEFORE_DIRTY)),
    /** Writeback does not write-protect entries. */
    DROP_MKCLEAN(Shown.SEQUENTIAL, MAINLINE.without(CleanFolio.Step.MKCLEAN)),
    /** Reclaim of a file does not look for the dirty mark under the frozen count. */
    DIRTY_FIRST(Shown.SC, MAINLINE.without(Freeze.Step.CHECK_DIRTY)),
    /** {@code unpin_user_pages_dirty_lock} as it is: a page that looks dirty is left alone. */
    UNPIN_PRECHECK(Shown.TSO, MAINLINE.with(MarkDirty.Step.PRECHECK)),

    /** GUP-fast has no fence after its pin. */
    DROP_PIN_FENCE(Shown.WEAK_ONLY, MAINLINE.without(GupFast.Step.FENCE_AFTER_PIN)),
    /** GUP-fast has no read fence between the entry and the exclusive bit. */
    DROP_EXCLUSIVE_FENCE(Shown.WEAK_ONLY, MAINLINE.without(GupFast.Step.FENCE_BEFORE_EXCLUSIVE)),
    /** No write fence follows fork's odd count. */
    DROP_SEQ_BEGIN_FENCE(Shown.WEAK_ONLY, MAINLINE.without(Fork.Step.FENCE_AFTER_SEQ_BEGIN)),
    /** No write fence precedes fork's even count. */
    DROP_SEQ_END_FENCE(Shown.WEAK_ONLY, MAINLINE.without(Fork.Step.FENCE_BEFORE_SEQ_END)),
    /** No fence between the cleared exclusive bit and the new entry. */
    DROP_SHARE_FENCE(Shown.WEAK_ONLY, MAINLINE.without(Share.Step.FENCE_AFTER_SHARE)),
    /** Neither the exchange that freezes a folio nor the put before it orders anything. */
    UNORDERED_FREEZE(
            Shown.WEAK_ONLY,
            MAINLINE.without(Freeze.Step.FULL_ORDER, DropDirty.Step.FULL_PUT, DropDirty.Step.TEST_AND_SET)),

    /** GUP-fast does not compare the entry after it took its reference. */
    DROP_PTE_RECHECK(Shown.FLUSH_WITHOUT_WAIT, MAINLINE.without(GupFast.Step.RECHECK_PTE)),
    /**
     * An unmapping clears the entry by a plain store and has no fence before the look for pins. Users here set the dirty bit
     * without a lock, so it may also lose that.
     */
    PLAIN_CLEAR(
            Shown.FLUSH_WITHOUT_WAIT,
            MAINLINE.without(Share.Step.FENCE_BEFORE_SHARE_CHECK).with(Share.Step.CLEAR_PLAINLY));

    /** What it takes to see a mutant fail: the strongest memory model under which it can. */
    public enum Shown {
        /** One thread after the other. */
        SEQUENTIAL("sequential"),
        /** Some interleaving. */
        SC("SC"),
        /** A store buffer: x86 has one. */
        TSO("TSO"),
        /** A machine weaker than x86. */
        WEAK_ONLY("weak only"),
        /** A flush that waits for no walker; here all flushes do. */
        FLUSH_WITHOUT_WAIT("other TLBs");

        private final String text;

        Shown(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private final Shown shown;
    private final Kernel kernel;

    Mutant(Shown shown, Kernel kernel) {
        this.shown = shown;
        this.kernel = kernel;
    }

    /** What it takes to see it fail. */
    public Shown shown() {
        return shown;
    }

    /** Whether the soak must catch it within a minute on any host, x86 included. */
    public boolean mustBeCaught() {
        return isReachable() && !isRare();
    }

    /** Whether some host may show it: all but those that x86 cannot, and those that this model cannot. */
    public boolean isReachable() {
        return shown.compareTo(Shown.TSO) <= 0;
    }

    /**
     * Whether its window is so narrow that random operations meet it once in minutes or hours. The probes of the races aim at
     * it: {@code UnpinDirtyVsClean/PRECHECK}, {@code PageMkwriteVsTruncate/UNLOCK_BEFORE_DIRTY}.
     */
    private boolean isRare() {
        return this == UNPIN_PRECHECK || this == UNLOCK_BEFORE_DIRTY;
    }

    /**
     * Whether {@code violation} can be this mutant's doing. A wait that gives up is so only where the mutant deadlocks, and a
     * crash never.
     */
    public boolean mayShowAs(String violation) {
        return violation.startsWith(Violation.STUCK)
                ? this == WAIT_FOR_FOLIO_LOCK
                : !violation.startsWith(Violation.CRASH);
    }

    /** Mainline with the mistake. */
    Kernel kernel() {
        return kernel;
    }
}
