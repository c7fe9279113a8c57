// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.Mm;
import pagerace.mm.Pte;

/**
 * {@code try_to_migrate_one} for one anonymous folio with one mapping: its entry becomes a migration entry. What migration does
 * after that is not part of it.
 *
 * <p>Assumptions: the caller has isolated and locked the folio.
 *
 * <p>Guarantees: those of {@link Share}. Releases before 5.19, which shared nothing here, are not modelled.
 *
 * <p>Algorithm notes. This is the barest use of the protocol: unless the page is dirty, only the flush stands between the
 * cleared entry and the look for pins, or, if it is left for later, what its queueing orders by accident, which is not
 * modelled.
 */
public class TryToMigrate {
    /** How it ended. */
    public enum End {
        /** The entry did not map the folio. */
        NOT_MAPPED,
        /** The share protocol found a pin, and the entry was put back. */
        SHARE_REFUSED,
        /** The entry is a migration entry. */
        UNMAPPED
    }

    /** What it works on: see the constructor. */
    public final Mm mm;

    public final Share share;

    /** Migration of pages of {@code mm} that gives up exclusivity by {@code share}. */
    public TryToMigrate(Mm mm, Share share) {
        this.mm = mm;
        this.share = share;
    }

    /** Replaces what {@code entry} holds, which maps {@code folio}. */
    public End unmap(Folio folio, Entry entry) {
        entry.lock.lock();
        End end = unmapLocked(folio, entry);
        entry.lock.unlock();
        return end;
    }

    /** The same under the page-table lock. */
    protected End unmapLocked(Folio folio, Entry entry) {
        long seen = entry.word.readOnce();
        if (!Pte.isPresent(seen) || Pte.pfn(seen) != folio.pfn) {
            return End.NOT_MAPPED;
        }
        boolean exclusive = folio.test(Folio.ANON_EXCLUSIVE);
        Share.Cleared cleared = share.clear(entry, folio, exclusive);
        share.flush(cleared);
        if (Pte.has(cleared.pte(), Pte.DIRTY)) {
            folio.markDirtyQuietly();
        }
        if (exclusive && !share.tryShare(folio, cleared)) {
            share.restore(entry, cleared);
            return End.SHARE_REFUSED;
        }
        entry.word.writeOnce(Pte.migration(folio.pfn, Pte.isWritable(cleared.pte()), exclusive));
        folio.uncountMapping();
        folio.put();
        return End.UNMAPPED;
    }
}
