// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.Mm;
import pagerace.mm.Pte;

/**
 * Puts another page in the place of a mapped one, with the notifier told before and after: what a copy on write or a
 * migration does to one entry, without their reasons.
 *
 * <p>Assumptions: the entry is present, and nobody else changes it; the new page has the mapping's reference already. Map
 * counts are not kept.
 *
 * <p>Guarantees: the entry maps nothing between the old page and the new one, and by then no CPU has the old translation.
 */
public class PageReplacement {

    /** What it works on: see the constructor. */
    public final Mm mm;

    public final MmuNotifier notifier;

    /** Replacements in {@code mm}, of which {@code notifier} hears. */
    public PageReplacement(Mm mm, MmuNotifier notifier) {
        this.mm = mm;
        this.notifier = notifier;
    }

    /** Makes {@code entry}, which maps {@code from}, map {@code to}; {@code from} loses that reference. */
    public void replace(Entry entry, Folio from, Folio to) {
        notifier.rangeStart();
        entry.lock.lock();
        long old = mm.platform.pteUpdate().getAndClear(entry);
        mm.tlb.flushNow();
        entry.word.writeOnce(Pte.present(to.pfn, old & (Pte.WRITE | Pte.DIRTY | Pte.ACCESSED)));
        entry.lock.unlock();
        notifier.rangeEnd();
        from.put();
    }
}
