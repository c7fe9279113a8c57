// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.Platform;

/**
 * {@code folio_try_share_anon_rmap_pte}, and the clearing of the entry that must come first: how everybody but fork gives up
 * the exclusivity of an anonymous page, so that its entry may be replaced by one that permits no pin.
 *
 * <p>Assumptions: the caller holds the page-table lock from {@link #clear} until the entry has its new value, or its old one
 * again through {@link #restore}.
 *
 * <p>Guarantees, when all steps of a release since 6.1 are taken: after {@link #tryShare} succeeded no pin that GUP-fast keeps
 * is on the page; after it failed, and the entry is restored, nothing has changed.
 *
 * <p>Algorithm notes. GUP-fast announces its pin and then looks at the entry; this clears the entry and then looks for pins. With
 * both fences one of the two notices the other. That is enough as long as the new entry differs from the old one. If it does
 * not (a read-only entry stays read-only), GUP-fast may miss the moment in which it was clear; then it must find the
 * exclusive bit gone, so the bit goes before the entry comes back, and GUP-fast reads the bit after the entry.
 */
public class Share extends Operation<Share.Step> {
    /** The steps in which releases and mutants differ, in program order. */
    public enum Step {
        /** Mutant: look for pins before the entry is cleared. */
        SHARE_CHECK_BEFORE_CLEAR,
        /** Mutant: clear the exclusive bit before the look for pins, and leave it so if there are any. */
        CLEAR_EXCLUSIVE_BEFORE_CHECK,
        /** Mutant: clear the entry by a plain store. */
        CLEAR_PLAINLY,
        /** Flush at once when an exclusive page is unmapped, never in a batch (5.19, 6.0). */
        FLUSH_EXCLUSIVE_NOW,
        /** Between the cleared entry and the look for pins, a full fence: 088b8aa537c2 (6.1). */
        FENCE_BEFORE_SHARE_CHECK,
        /** Look for pins under the cleared entry, and back off if there are any: 6c287605fd56 (5.19). */
        SHARE_CHECK,
        /** Put the entry back if there are pins. */
        RESTORE_WHEN_BUSY,
        /** Clear the exclusive bit once there are none. */
        CLEAR_EXCLUSIVE,
        /** Between the cleared bit and the new entry, a full fence: 088b8aa537c2 (6.1). */
        FENCE_AFTER_SHARE
    }

    /**
     * An entry that is none for now.
     *
     * @param pte what it held
     * @param exclusive whether the page was exclusive
     * @param pinned whether a look that came too early found pins
     */
    public record Cleared(long pte, boolean exclusive, boolean pinned) {}

    /** What it works on: see the constructor. */
    public final Mm mm;

    protected final Platform.PteUpdate pteUpdate;

    /** Sharing of pages of {@code mm}. */
    public Share(Kernel kernel, Mm mm) {
        super(kernel, Step.class);
        this.mm = mm;
        pteUpdate = steps.has(Step.CLEAR_PLAINLY) ? Platform.PteUpdate.PLAIN : mm.platform.pteUpdate(kernel);
    }

    /** {@code ptep_get_and_clear}: from now on GUP-fast finds nothing, whether or not it is flushed yet. */
    public Cleared clear(Entry entry, Folio folio, boolean exclusive) {
        boolean pinned = exclusive && steps.has(Step.SHARE_CHECK_BEFORE_CLEAR) && folio.maybePinned();
        return new Cleared(pteUpdate.getAndClear(entry), exclusive, pinned);
    }

    /** The flush of an unmapping: batched where the platform does so, unless the release insists. */
    public void flush(Cleared cleared) {
        if (cleared.exclusive && steps.has(Step.FLUSH_EXCLUSIVE_NOW)) {
            mm.tlb.flushNow();
        } else {
            mm.tlb.flush();
        }
    }

    /** Gives up the exclusivity of {@code folio}, whose entry is clear; false if it may be pinned. */
    public boolean tryShare(Folio folio, Cleared cleared) {
        if (steps.has(Step.FENCE_BEFORE_SHARE_CHECK)) {
            // Pairs with GUP-fast's fence behind the pin: the entry is cleared before we look for pins.
            mm.machine.smpMb();
        }
        if (steps.has(Step.CLEAR_EXCLUSIVE_BEFORE_CHECK)) {
            folio.flags.andNot(Folio.ANON_EXCLUSIVE);
        }
        if (cleared.pinned || (steps.has(Step.SHARE_CHECK) && folio.maybePinned())) {
            return false;
        }
        if (steps.has(Step.CLEAR_EXCLUSIVE)) {
            folio.flags.andNot(Folio.ANON_EXCLUSIVE);
        }
        if (steps.has(Step.FENCE_AFTER_SHARE)) {
            // Pairs with GUP-fast's read fence before the exclusive bit: the bit goes before any new entry comes.
            mm.machine.smpMb();
        }
        return true;
    }

    /** Puts the entry back after {@link #tryShare} failed. */
    public void restore(Entry entry, Cleared cleared) {
        if (steps.has(Step.RESTORE_WHEN_BUSY)) {
            entry.word.writeOnce(cleared.pte); // writable again is right only because the exclusive bit never went
        }
    }
}
