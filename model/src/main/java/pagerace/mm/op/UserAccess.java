// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import org.jspecify.annotations.Nullable;
import pagerace.mm.Entry;
import pagerace.mm.Mm;
import pagerace.mm.Pte;

/**
 * A user thread's loads and stores through its page table, with the faults that they take.
 *
 * <p>Algorithm notes. A store uses the entry that it was translated through; a flush waits until it is done. So looking the
 * entry up and storing happen in one section that a flush under {@link pagerace.machine.TlbProfile#IPI} waits for; otherwise
 * a store through an entry that is long gone would look like a violation. Under the other profiles nothing waits, so there
 * an actor must not use this class beside a flush; a judge may.
 */
public final class UserAccess {
    /** Swap-in, then a copy, then the access: three. One more says that something is wrong. */
    private static final int TRIES = 4;

    private final Mm mm;
    private final WriteFault writeFault;
    private final @Nullable SwapIn swapIn;

    /** Accesses in {@code mm}; {@code swapIn} is null where nothing is ever swapped. */
    public UserAccess(Mm mm, WriteFault writeFault, @Nullable SwapIn swapIn) {
        this.mm = mm;
        this.writeFault = writeFault;
        this.swapIn = swapIn;
    }

    /**
     * Loads from the page that {@code entry} maps, faulting it in if necessary.
     *
     * @return the content
     * @throws IllegalStateException if the access never succeeds: the page is lost
     */
    public long load(int cpu, Entry entry) {
        for (int tries = 0; tries < TRIES; tries++) {
            mm.tlb.irqSave(cpu);
            long pte = entry.word.readOnce();
            long content = Pte.isPresent(pte)
                    ? mm.memMap.stableFolioOf(Pte.pfn(pte)).data.readOnce()
                    : 0;
            mm.tlb.irqRestore(cpu);
            if (Pte.isPresent(pte)) {
                return content;
            }
            fault(entry, pte, false);
        }
        throw new IllegalStateException("a load never succeeded");
    }

    /**
     * Stores to the page that {@code entry} maps, faulting it in, reusing or copying it if necessary.
     *
     * @throws IllegalStateException if the access never succeeds: the page is lost
     */
    public void store(int cpu, Entry entry, long value) {
        for (int tries = 0; tries < TRIES; tries++) {
            mm.tlb.irqSave(cpu);
            long pte = entry.word.readOnce();
            if (Pte.isWritable(pte)) {
                mm.memMap.stableFolioOf(Pte.pfn(pte)).data.writeOnce(value);
            }
            mm.tlb.irqRestore(cpu);
            if (Pte.isWritable(pte)) {
                return;
            }
            fault(entry, pte, true);
        }
        throw new IllegalStateException("a store never succeeded");
    }

    private void fault(Entry entry, long pte, boolean write) {
        mm.mmapLock.readLock();
        if (Pte.isPresent(pte)) {
            writeFault.handle(entry, pte, false);
        } else if (swapIn != null && Pte.has(pte, Pte.SWAP)) {
            swapIn.handle(entry, pte, write);
        }
        mm.mmapLock.readUnlock();
    }
}
