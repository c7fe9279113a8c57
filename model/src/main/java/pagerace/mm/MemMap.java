// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import java.util.List;
import pagerace.machine.Machine;
import pagerace.machine.Word;

/**
 * {@code mem_map}: from page frame numbers to folios.
 *
 * <p>The folio of a page can change while a walker looks: a large folio is split, a page is freed and allocated again. So
 * the way from page to folio is a word of its own, {@code compound_head}.
 */
public final class MemMap {
    private final Folio[] folios;
    private final Word[] heads;

    /** A map of {@code folios}; the folio at index i must have page frame number i + 1, since 0 maps nothing. */
    public MemMap(Machine machine, List<Folio> folios) {
        this.folios = folios.toArray(Folio[]::new);
        this.heads = new Word[folios.size()];
        for (int i = 0; i < folios.size(); i++) {
            if (folios.get(i).pfn != i + 1) {
                throw new IllegalArgumentException("folio " + i + " has page frame number " + folios.get(i).pfn);
            }
            heads[i] = machine.word("compound_head", i + 1, KernelFormat.SLOT, i + 1);
        }
    }

    /** {@code page_folio}: the folio that page {@code pfn} belongs to right now. */
    public Folio folioOf(int pfn) {
        return folios[(int) heads[pfn - 1].readDependent() - 1];
    }

    /** The folio at {@code pfn} for a caller that holds a reference or a lock, so that it cannot change. */
    public Folio stableFolioOf(int pfn) {
        return folios[pfn - 1];
    }
}
