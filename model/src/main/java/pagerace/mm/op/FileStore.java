// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.machine.Order;
import pagerace.machine.Translation;
import pagerace.mm.Entry;
import pagerace.mm.Mm;
import pagerace.mm.Pte;

/**
 * A user thread's store into a shared file mapping, with the faults that it takes.
 *
 * <p>Assumptions: the address space's {@link pagerace.machine.Tlb} has a {@link pagerace.machine.Translation} if anybody flushes
 * beside the store; a translation that is cached permits stores and is dirty already.
 *
 * <p>Algorithm notes. The store goes through the cached translation, or through the entry if nothing is cached; either way every
 * flush waits until it is done. Hardware records a store in the entry's dirty bit before the store itself, and only if the entry
 * still permits it; a translation that was cached dirty is not looked up again.
 */
public final class FileStore {
    /** The store did not take place: {@code SIGBUS}, or one fault after the other lost its page. */
    public static final int FAILED = -1;

    /** A fault that loses its page to truncation or cleaning is taken again, but not for ever. */
    private static final int MOST_FAULTS = 2;

    private final Mm mm;
    private final Entry entry;
    private final SharedWriteFault fault;

    /** Stores in {@code mm}, whose table maps the file at its first entry, and whose faults are {@code fault}'s. */
    public FileStore(Mm mm, SharedWriteFault fault) {
        this.mm = mm;
        entry = mm.entry(0);
        this.fault = fault;
    }

    /**
     * Stores {@code value} to the page.
     *
     * @return how many faults it took; {@link #FAILED} if it did not succeed at all
     */
    public int store(long value) {
        int faults = 0;
        for (; !storeThrough(value); faults++) {
            if (faults == MOST_FAULTS || fault.handle() == SharedWriteFault.End.SIGBUS) {
                return FAILED;
            }
        }
        return faults;
    }

    /** One attempt, without a fault: whether the translation permitted the store. */
    public boolean storeThrough(long value) {
        long cached = mm.tlb.beginAccess();
        long pte = cached == Translation.NONE ? entry.word.readOnce() : cached;
        boolean permitted = Pte.isWritable(pte)
                && (Pte.has(pte, Pte.DIRTY) || entry.word.cmpxchg(pte, pte | Pte.DIRTY, Order.FULL) == pte);
        if (permitted) {
            mm.memMap.stableFolioOf(Pte.pfn(pte)).data.writeOnce(value);
        }
        mm.tlb.endAccess();
        return permitted;
    }
}
