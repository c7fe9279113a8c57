// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import pagerace.machine.Order;
import pagerace.machine.TlbProfile;

/**
 * What an architecture makes of a page-table update and of a TLB flush.
 *
 * @param pteUpdate how an entry is cleared or write-protected
 * @param flush whether a flush waits for walkers
 */
public record Platform(PteUpdate pteUpdate, TlbProfile flush) {
    /** How {@code ptep_get_and_clear} and {@code ptep_set_wrprotect} change an entry. The caller holds the PTL. */
    public enum PteUpdate implements Policy {
        /** x86: a locked instruction, fully ordered. */
        LOCKED {
            @Override
            public long getAndClear(Entry entry) {
                return entry.word.xchg(Pte.NONE, Order.FULL);
            }

            @Override
            public void writeProtect(Entry entry) {
                entry.word.fetchAndNot(Pte.WRITE, Order.FULL);
            }
        },
        /** arm64: an exchange, or a compare-and-exchange loop, without order. */
        RELAXED {
            @Override
            public long getAndClear(Entry entry) {
                return entry.word.xchg(Pte.NONE, Order.RELAXED);
            }

            @Override
            public void writeProtect(Entry entry) {
                entry.word.fetchAndNot(Pte.WRITE, Order.RELAXED);
            }
        },
        /** The generic form: a read and a plain store, legal under the PTL where no hardware sets bits. */
        PLAIN {
            @Override
            public long getAndClear(Entry entry) {
                long old = entry.word.readOnce();
                entry.word.writeOnce(Pte.NONE);
                return old;
            }

            @Override
            public void writeProtect(Entry entry) {
                entry.word.writeOnce(entry.word.readOnce() & ~Pte.WRITE);
            }
        };

        /** {@code ptep_get_and_clear}: what the entry held. */
        public abstract long getAndClear(Entry entry);

        /** {@code ptep_set_wrprotect}. */
        public abstract void writeProtect(Entry entry);
    }

    /** How {@code kernel} changes an entry here: as the platform does, unless the kernel insists on a way of its own. */
    public PteUpdate pteUpdate(Kernel kernel) {
        return kernel.policy(pteUpdate);
    }

    /** The same flushes with another way of updating entries. */
    public Platform with(PteUpdate update) {
        return new Platform(update, flush);
    }
}
