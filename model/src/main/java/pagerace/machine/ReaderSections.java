// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

/**
 * Sections that somebody else can wait out: the common core of an IRQ-off page-table walk under synchronous TLB flushes and
 * of an RCU read section.
 *
 * <p>Assumptions: each reader has a slot of its own and does not nest sections.
 *
 * <p>Guarantees: {@link #synchronize} returns only after every section that was open when it was called has ended; what a
 * reader did inside such a section happens before whatever the caller does next, and a section that begins later sees what
 * the caller did before.
 *
 * <p>Algorithm notes. A slot counts entries and exits, odd inside, so a reader that leaves and enters again does not keep
 * a waiter. Such a waiter may see the next entry and never the exit, so entry is a release too: one who sees a section
 * begin sees the section before it complete. The fence after entry pairs with the one at the start of
 * {@link #synchronize}: without it the reader's first load could pass its own announcement, and the waiter would not know
 * of the section. Real interrupt masking needs no such fence; at entry it is harmless, between a pin and its recheck it
 * would be wrong.
 */
public final class ReaderSections {
    /** Whether the reader is inside. */
    private static final Format FORMAT = value -> value + (SeqCount.isOdd(value) ? " (yes)" : " (no)");

    private final Machine machine;
    private final Word[] slots;

    /** Slots {@code 0..readers-1}, nobody inside. */
    public ReaderSections(Machine machine, String name, int readers) {
        this.machine = machine;
        this.slots = new Word[readers];
        for (int i = 0; i < readers; i++) {
            slots[i] = machine.word(name, i, FORMAT, 0);
        }
    }

    /** Reader {@code slot} enters its section. */
    public void enter(int slot) {
        slots[slot].storeRelease(slots[slot].readOnce() + 1); // pairs with the last fence of synchronize
        machine.smpMb(); // pairs with the first fence of synchronize
    }

    /** Reader {@code slot} leaves its section. */
    public void leave(int slot) {
        slots[slot].storeRelease(slots[slot].readOnce() + 1); // pairs with the last fence of synchronize
    }

    /** Waits until every section open now has ended. The caller must not be inside one. */
    public void synchronize() {
        machine.smpMb(); // pairs with the fence of enter
        for (Word slot : slots) {
            long seen = slot.readOnce();
            if (SeqCount.isOdd(seen)) {
                slot.await(value -> value != seen);
            }
        }
        machine.smpMb(); // pairs with the release of leave
    }
}
