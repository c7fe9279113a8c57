// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.machine.Machine;
import pagerace.machine.Order;
import pagerace.machine.Word;
import pagerace.mm.Folio;
import pagerace.mm.Mm;
import pagerace.mm.Pte;
import pagerace.mm.Slab;
import pagerace.mm.VhostRing;

/**
 * The vhost worker's stores to the ring: {@code vhost_put_used}, through a map by kernel addresses if there is one, else
 * through the user's page table.
 *
 * <p>Assumptions: the page is in the page cache throughout, so a fault never has to look for it.
 *
 * <p>Guarantees, with any announcement that works: whoever takes the map away and then waits knows that no store through it
 * comes later. A store through the page table, as any of the user's own, leaves its mark in the entry.
 */
public final class VhostWorker {
    /** The steps in which variants differ, in program order. */
    public enum Step {
        /** Use the map if there is one: 7f466032dc9e. */
        USE_MAP,
        /** Say so by an RCU read section: 7f466032dc9e. */
        ENTER_RCU,
        /** Say so by an odd counter, stored with release: the fix series of July 2019. */
        ENTER_REF,
        /** Then load that counter with acquire: the series' idea of a fence. */
        LOAD_REF,
        /** Proposal: then a full fence. */
        FENCE_AFTER_REF,
        /** Proposal: make the counter odd by a fully ordered addition instead of the store. */
        REF_BY_RMW,
        /** Use the map under the lock that guards it: the series' last version, August 2019. */
        UNDER_LOCK
    }

    /** 7f466032dc9e. */
    public static final Steps<Step> RCU = Steps.of(Step.USE_MAP, Step.ENTER_RCU);
    /** The fix series of July 2019. */
    public static final Steps<Step> REF = Steps.of(Step.USE_MAP, Step.ENTER_REF, Step.LOAD_REF);
    /** The fix series of August 2019. */
    public static final Steps<Step> LOCK = Steps.of(Step.USE_MAP, Step.UNDER_LOCK);
    /** The present kernel: no map. */
    public static final Steps<Step> COPY_TO_USER = Steps.of();

    /** How a store reached the page. */
    public enum Way {
        /** Through the map. */
        MAP,
        /** Through the user's entry, which permitted it. */
        PAGE_TABLE,
        /** Through the user's entry, after a fault had made it writable. */
        FAULT,
        /** Not at all: the map had been freed. */
        FREED_MAP
    }

    /** The entry can be write-protected once more between the fault and the store, but not for ever. */
    private static final int TRIES = 4;

    private final Machine machine;
    private final VhostRing ring;
    private final Mm mm;
    private final Folio folio;
    private final Steps<Step> steps;

    /** A worker on {@code ring}, whose page {@code folio} is the first that {@code mm} maps. */
    public VhostWorker(Machine machine, VhostRing ring, Mm mm, Folio folio, Steps<Step> steps) {
        this.machine = machine;
        this.ring = ring;
        this.mm = mm;
        this.folio = folio;
        this.steps = steps;
    }

    /** Stores {@code value} to the ring. */
    public Way put(int cpu, long value) {
        if (steps.has(Step.USE_MAP)) {
            enter();
            if (ring.map.readDependent() != VhostRing.NO_MAP) {
                boolean freed = ring.mapAddr.readOnce() == Slab.POISON_FREE;
                if (!freed) {
                    folio.data.writeOnce(value);
                }
                leave();
                return freed ? Way.FREED_MAP : Way.MAP;
            }
            leave();
        }
        return copyToUser(cpu, value);
    }

    private void enter() {
        if (steps.has(Step.UNDER_LOCK)) {
            ring.mmuLock.lock();
        }
        if (steps.has(Step.ENTER_RCU)) {
            ring.rcu.readLock(VhostRing.WORKER);
        }
        if (steps.has(Step.ENTER_REF)) {
            if (steps.has(Step.REF_BY_RMW)) {
                ring.ref.fetchAdd(1, Order.FULL); // pairs with the first fence of VhostNotifier's wait
            } else {
                ring.ref.storeRelease(ring.ref.readOnce() + 1);
            }
            if (steps.has(Step.LOAD_REF)) {
                ring.ref.loadAcquire(); // may be served by the store that is still on its way, so it orders nothing
            }
            if (steps.has(Step.FENCE_AFTER_REF)) {
                machine.smpMb(); // pairs with the first fence of VhostNotifier's wait
            }
        }
    }

    private void leave() {
        if (steps.has(Step.ENTER_REF)) {
            ring.ref.storeRelease(ring.ref.readOnce() + 1); // pairs with the last fence of VhostNotifier's wait
        }
        if (steps.has(Step.ENTER_RCU)) {
            ring.rcu.readUnlock(VhostRing.WORKER);
        }
        if (steps.has(Step.UNDER_LOCK)) {
            ring.mmuLock.unlock();
        }
    }

    /**
     * {@code copy_to_user}. The look at the entry and the store are one section for flushes, as in {@link UserAccess}.
     *
     * @throws IllegalStateException if the store never succeeds
     */
    private Way copyToUser(int cpu, long value) {
        Word entry = mm.table.pte(0);
        Way way = Way.PAGE_TABLE;
        for (int tries = 0; tries < TRIES; tries++) {
            mm.tlb.irqSave(cpu);
            long pte = entry.readOnce();
            boolean permitted = Pte.isWritable(pte) && setDirty(entry, pte);
            if (permitted) {
                folio.data.writeOnce(value);
            }
            mm.tlb.irqRestore(cpu);
            if (permitted) {
                return way;
            }
            fault(entry);
            way = Way.FAULT;
        }
        throw new IllegalStateException("a store never succeeded");
    }

    /** The hardware's walk before a store: sets the dirty bit of the entry that it saw, or finds that it has changed. */
    private static boolean setDirty(Word entry, long pte) {
        return Pte.has(pte, Pte.DIRTY) || entry.cmpxchg(pte, pte | Pte.DIRTY | Pte.ACCESSED, Order.FULL) == pte;
    }

    /** {@code do_wp_page} of a shared file mapping: the folio is dirtied, with its owner's consent, under the folio lock. */
    private void fault(Word entry) {
        folio.lock.lock();
        folio.flags.testAndSetBit(Folio.DIRTY);
        mm.table.ptl.lock();
        entry.writeOnce(Pte.present(folio.pfn, Pte.WRITE | Pte.DIRTY | Pte.ACCESSED));
        mm.table.ptl.unlock();
        folio.lock.unlock();
    }
}
