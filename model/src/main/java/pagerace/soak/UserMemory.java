// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import pagerace.machine.Order;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.MemMap;
import pagerace.mm.Mm;
import pagerace.mm.Pte;

/** Loads and stores of a user through a page table, as hardware does them: in a section that every flush waits for. */
final class UserMemory {
    /** How an access went, faults included. */
    enum End {
        /** Without a fault. */
        AT_ONCE,
        /** After a fault, or several. */
        AFTER_FAULT,
        /** After each fault the page was gone again, or changed. */
        GAVE_UP,
        /** There is no page to access. */
        NOTHING_THERE
    }

    /** Faults that an access may take: somebody else can undo each of them, but not for ever. */
    private static final int TRIES = 4;

    private UserMemory() {}

    /**
     * An access with all the faults that it takes.
     *
     * @param attempt tries it once; whether the entry permitted it
     * @param fault handles a fault on what the entry was before the attempt; false if there is no page to access
     */
    static End access(Entry entry, BooleanSupplier attempt, LongPredicate fault) {
        for (int tries = 0; tries < TRIES; tries++) {
            long seen = entry.word.readOnce();
            if (attempt.getAsBoolean()) {
                return tries == 0 ? End.AT_ONCE : End.AFTER_FAULT;
            }
            if (!fault.test(seen)) {
                return End.NOTHING_THERE;
            }
        }
        return End.GAVE_UP;
    }

    /** One attempt to load; whether there was a page. */
    static boolean load(Mm mm, MemMap memMap, Cpu cpu, Entry entry) {
        mm.tlb.irqSave(cpu.number);
        long pte = entry.word.readOnce();
        boolean present = Pte.isPresent(pte);
        if (present) {
            Folio folio = memMap.stableFolioOf(Pte.pfn(pte));
            folio.data.readOnce();
            cpu.touch(folio);
        }
        mm.tlb.irqRestore(cpu.number);
        return present;
    }

    /** One attempt to store; whether the entry permitted it. The dirty bit is recorded first. */
    static boolean store(Mm mm, MemMap memMap, Cpu cpu, Entry entry, long value) {
        mm.tlb.irqSave(cpu.number);
        long pte = entry.word.readOnce();
        boolean permitted = Pte.isWritable(pte)
                && (Pte.has(pte, Pte.DIRTY) || entry.word.cmpxchg(pte, pte | Pte.DIRTY, Order.FULL) == pte);
        if (permitted) {
            Folio folio = memMap.stableFolioOf(Pte.pfn(pte));
            folio.data.writeOnce(value);
            cpu.touch(folio);
        }
        mm.tlb.irqRestore(cpu.number);
        return permitted;
    }
}
