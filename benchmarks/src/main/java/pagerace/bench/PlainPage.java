// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import pagerace.mm.Folio;
import pagerace.mm.PageTable;
import pagerace.mm.Pte;

/**
 * GUP-fast's work in plain fields: follow the entry to the page, take the pin, give it back. It is right under whatever lock
 * its caller holds against those who change the entry, so nothing is looked at twice and nothing fenced.
 */
final class PlainPage {
    private static final AtomicLongFieldUpdater<PlainPage> REFCOUNT =
            AtomicLongFieldUpdater.newUpdater(PlainPage.class, "refcount");

    private final boolean hasPinned = true;
    private long pmd = PageTable.TABLE;
    private long pte = Pte.present(1, Pte.ACCESSED | Pte.WRITE | Pte.DIRTY);
    private final long head = 1;
    private volatile long refcount = 1;

    /** The page that the entry permits to be written, or 0. */
    private int lookup() {
        if (!hasPinned || pmd != PageTable.TABLE || !Pte.isWritable(pte) || Pte.has(pte, Pte.SPECIAL)) {
            return 0;
        }
        int pfn = Pte.pfn(pte);
        return head == pfn ? pfn : 0;
    }

    /** Pins the page, if it may be, among others who pin it at the same time; 0 if it may not. */
    int pinAtomically() {
        int pfn = lookup();
        if (pfn != 0) {
            REFCOUNT.getAndAdd(this, Folio.PIN_BIAS);
        }
        return pfn;
    }

    /** Gives such a pin back; no lock is needed. */
    void unpinAtomically() {
        REFCOUNT.getAndAdd(this, -Folio.PIN_BIAS);
    }

    /** Pins the page, if it may be, under a lock that nobody shares; 0 if it may not. */
    int pin() {
        int pfn = lookup();
        if (pfn != 0) {
            REFCOUNT.lazySet(this, refcount + Folio.PIN_BIAS);
        }
        return pfn;
    }

    /** Gives such a pin back under the same lock. */
    void unpin() {
        REFCOUNT.lazySet(this, refcount - Folio.PIN_BIAS);
    }

    /** What fork and reclaim do to the entry, under the lock against which a benchmark's readers take theirs. */
    void writeProtect() {
        pte &= ~Pte.WRITE;
    }

    long refcount() {
        return refcount;
    }
}
