// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.machine.Word;
import pagerace.mm.Folio;
import pagerace.mm.Mm;
import pagerace.mm.Platform;
import pagerace.mm.Pte;

/**
 * Writes a dirty page of a shared file mapping to disk: {@code clear_page_dirty_for_io} with its {@code page_mkclean}, and the
 * copy.
 *
 * <p>Guarantees: what was stored before the entry was write-protected is on disk afterwards; what is stored later finds the
 * entry write-protected, and has to ask first. That is true of stores through the entry, and of listeners to the notifier.
 */
public final class CleanPage {
    private final Mm mm;
    private final Folio folio;
    private final Word disk;
    private final Platform platform;
    private final MmuNotifier notifier;

    /** Cleaning of {@code folio}, the first page that {@code mm} maps, to {@code disk}. */
    public CleanPage(Mm mm, Folio folio, Word disk, Platform platform, MmuNotifier notifier) {
        this.mm = mm;
        this.folio = folio;
        this.disk = disk;
        this.platform = platform;
        this.notifier = notifier;
    }

    /** Cleans the page. */
    public void clean() {
        folio.lock.lock();
        if (writeProtect()) {
            folio.flags.testAndSetBit(Folio.DIRTY);
        }
        if (folio.flags.testAndClearBit(Folio.DIRTY)) {
            disk.writeOnce(folio.data.readOnce());
        }
        folio.lock.unlock();
    }

    /** {@code page_mkclean_one}: whether the entry was writable or dirty. */
    private boolean writeProtect() {
        Word entry = mm.table.pte(0);
        notifier.rangeStart();
        mm.table.ptl.lock();
        boolean unclean = Pte.has(entry.readOnce(), Pte.WRITE | Pte.DIRTY);
        if (unclean) {
            long old = platform.pteUpdate().getAndClear(entry);
            mm.tlb.flushNow();
            entry.writeOnce(old & ~(Pte.WRITE | Pte.DIRTY));
        }
        mm.table.ptl.unlock();
        notifier.rangeEnd();
        return unclean;
    }
}
