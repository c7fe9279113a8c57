// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.Pte;

/**
 * {@code try_to_merge_one_page} of KSM: {@code write_protect_page} makes sure that nobody can change an anonymous page any
 * more, then {@code replace_page} maps the KSM page of equal content instead.
 *
 * <p>Assumptions: the page is small and mapped once; the caller holds a reference to it, and one to the KSM page.
 *
 * <p>Guarantees, since 6.1: a page that is pinned is not replaced, and neither is one that somebody may write through an ordinary
 * reference. An ordinary reference for reading may be left behind on the old page, at any time.
 *
 * <p>Algorithm notes. References are looked for between the cleared entry and the new one, and never after that; a reference that
 * comes later must be impossible, or harmless. Where the new entry equals the old one (it was read-only and clean), only the
 * exclusive bit makes it impossible. See {@link Share}.
 */
public class KsmMerge extends Operation<KsmMerge.Step> {
    /** The steps in which releases and mutants differ, in program order. */
    public enum Step {
        /** Mutant: look for references before the entry is cleared. */
        REFERENCE_CHECK_BEFORE_CLEAR,
        /**
         * No choice but a circumstance: somebody's flush of this address space is pending, so that even an entry that is
         * read-only and clean is cleared and flushed: b3a81d0841a9 (4.13).
         */
        CLEAR_FOR_PENDING_FLUSH,
        /**
         * Flush the cleared entry at once, unless the architecture knows that no TLB can hold it: so it is on arm64 for hinting
         * entries, and was for entries without the accessed bit until 07509e10dcc7 (5.10).
         */
        FLUSH,
        /** Back off if there are references beside the mappings', the swap cache's and our own. */
        REFERENCE_CHECK,
        /** Clear what is exclusive, even if it is read-only and clean, and give exclusivity up: 6c287605fd56 (5.19). */
        SHARE
    }

    /** How it ended. Everything but {@link #MERGED} leaves the page mapped. */
    public enum End {
        /** The folio lock was taken by somebody else. */
        KEPT_LOCKED,
        /** The entry did not map the page, or changed before it was replaced. */
        KEPT_CHANGED,
        /** There were references that nobody could account for. */
        KEPT_REFERENCED,
        /** The share protocol found a pin. */
        SHARE_REFUSED,
        /** The contents were no longer equal. */
        KEPT_DIFFERENT,
        /** The entry maps the KSM page. */
        MERGED
    }

    /**
     * What {@code write_protect_page} returns.
     *
     * @param end how it ended
     * @param pte what it left in the entry
     */
    protected record Protected(End end, long pte) {}

    /** What it works on: see the constructor. */
    public final Mm mm;

    public final Share share;

    /** Merging of pages of {@code mm}, which gives up exclusivity by {@code share}. */
    public KsmMerge(Kernel kernel, Mm mm, Share share) {
        super(kernel, Step.class);
        this.mm = mm;
        this.share = share;
    }

    /** Tries to map {@code ksmPage} instead of {@code folio} in {@code entry}. */
    public End merge(Folio folio, Entry entry, Folio ksmPage) {
        if (!folio.lock.tryLock()) {
            return End.KEPT_LOCKED;
        }
        entry.lock.lock();
        Protected page = writeProtect(folio, entry);
        entry.lock.unlock();
        End end = page.end;
        if (end == End.MERGED) {
            end = folio.data.readOnce() == ksmPage.data.readOnce()
                    ? replace(folio, entry, page.pte, ksmPage)
                    : End.KEPT_DIFFERENT;
        }
        folio.lock.unlock();
        return end;
    }

    /** {@code write_protect_page}: {@link End#MERGED} stands for "go on". */
    protected Protected writeProtect(Folio folio, Entry entry) {
        long seen = entry.word.readOnce();
        if (!Pte.isPresent(seen) || Pte.pfn(seen) != folio.pfn) {
            return new Protected(End.KEPT_CHANGED, seen);
        }
        boolean exclusive = steps.has(Step.SHARE) && folio.test(Folio.ANON_EXCLUSIVE);
        if (!Pte.has(seen, Pte.WRITE | Pte.DIRTY) && !exclusive && !steps.has(Step.CLEAR_FOR_PENDING_FLUSH)) {
            return new Protected(End.MERGED, seen);
        }
        boolean referenced = steps.has(Step.REFERENCE_CHECK_BEFORE_CLEAR) && hasForeignReferences(folio);
        Share.Cleared cleared = share.clear(entry, folio, exclusive);
        if (steps.has(Step.FLUSH)) {
            mm.tlb.flushNow();
        }
        // Nothing but that flush orders the cleared entry before this look.
        if (referenced || (steps.has(Step.REFERENCE_CHECK) && hasForeignReferences(folio))) {
            entry.word.writeOnce(cleared.pte());
            return new Protected(End.KEPT_REFERENCED, cleared.pte());
        }
        if (exclusive && !share.tryShare(folio, cleared)) {
            share.restore(entry, cleared);
            return new Protected(End.SHARE_REFUSED, cleared.pte());
        }
        if (Pte.has(cleared.pte(), Pte.DIRTY)) {
            folio.markDirtyQuietly();
        }
        long readOnly = cleared.pte() & ~(Pte.WRITE | Pte.DIRTY);
        entry.word.writeOnce(readOnly);
        return new Protected(End.MERGED, readOnly);
    }

    /** More references than the mapping's, the swap cache's and the caller's. */
    private static boolean hasForeignReferences(Folio folio) {
        long known = folio.mapcount.readOnce() + 1 + (folio.test(Folio.SWAPCACHE) ? 1 : 0);
        return folio.refcount.readOnce() != known;
    }

    /** {@code replace_page}: only the entry is compared again, not the references. */
    protected End replace(Folio folio, Entry entry, long expected, Folio ksmPage) {
        entry.lock.lock();
        if (entry.word.readOnce() != expected) {
            entry.lock.unlock();
            return End.KEPT_CHANGED;
        }
        ksmPage.refcount.add(1);
        ksmPage.mapcount.add(1);
        entry.word.writeOnce(Pte.NONE);
        mm.tlb.flushNow();
        entry.word.writeOnce(Pte.present(ksmPage.pfn, expected & Pte.ACCESSED));
        folio.uncountMapping();
        folio.put();
        entry.lock.unlock();
        return End.MERGED;
    }
}
