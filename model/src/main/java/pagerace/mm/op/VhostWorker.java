// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.machine.Order;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Slab;
import pagerace.mm.Steps;
import pagerace.mm.VhostRing;

/**
 * The vhost worker's stores to the ring: {@code vhost_put_used}, through a map by kernel addresses if there is one, else
 * through the user's page table.
 *
 * <p>Assumptions: the page is in the page cache throughout, so a fault never has to look for it.
 *
 * <p>Guarantees, with any announcement that works: one who takes the map away and then waits knows that no store through it
 * comes later. A store through the page table, as any of the user's own, leaves its mark in the entry.
 */
public class VhostWorker extends Operation<VhostWorker.Step> {
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
        /**
         * Say so by a sequence count, incremented plainly before and after with a write fence behind or before it: the third and
         * fourth postings, 7 August 2019.
         */
        ENTER_SEQCOUNT,
        /** Use the map under the lock that guards it: the series' last version, August 2019. */
        UNDER_LOCK
    }

    /** 7f466032dc9e. */
    public static final Steps<Step> RCU = Steps.of(Step.USE_MAP, Step.ENTER_RCU);
    /** The fix series of July 2019. */
    public static final Steps<Step> REF = Steps.of(Step.USE_MAP, Step.ENTER_REF, Step.LOAD_REF);
    /** The postings of 7 August 2019. */
    public static final Steps<Step> SEQCOUNT = Steps.of(Step.USE_MAP, Step.ENTER_SEQCOUNT);
    /** The fix series of August 2019, its fifth posting. */
    public static final Steps<Step> LOCK = Steps.of(Step.USE_MAP, Step.UNDER_LOCK);
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

    /** What it works on: see the constructor. */
    public final VhostRing ring;

    public final Folio folio;
    public final FileStore store;

    /** A worker on {@code ring}, whose page is {@code folio}; the way through the page table is {@code store}'s. */
    public VhostWorker(Kernel kernel, VhostRing ring, Folio folio, FileStore store) {
        super(kernel, Step.class);
        this.ring = ring;
        this.folio = folio;
        this.store = store;
    }

    /** Stores {@code value} to the ring. */
    public Way put(long value) {
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
        return copyToUser(value);
    }

    /** Says that the map may be in use from now on. */
    protected void enter() {
        if (steps.has(Step.UNDER_LOCK)) {
            ring.mmuLock.lock();
        }
        if (steps.has(Step.ENTER_RCU)) {
            ring.rcu.readLock(VhostRing.WORKER);
        }
        if (steps.has(Step.ENTER_SEQCOUNT)) {
            ring.ref.writeOnce(ring.ref.readOnce() + 1);
            ring.machine.smpWmb(); // orders writes only: the map may be read before the count is seen odd
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
                ring.machine.smpMb(); // pairs with the first fence of VhostNotifier's wait
            }
        }
    }

    /** Says that it is so no more. */
    protected void leave() {
        if (steps.has(Step.ENTER_REF)) {
            ring.ref.storeRelease(ring.ref.readOnce() + 1); // pairs with the last fence of VhostNotifier's wait
        }
        if (steps.has(Step.ENTER_SEQCOUNT)) {
            ring.machine.smpWmb(); // pairs with the last fence of VhostNotifier's wait, for the worker's stores
            ring.ref.writeOnce(ring.ref.readOnce() + 1);
        }
        if (steps.has(Step.ENTER_RCU)) {
            ring.rcu.readUnlock(VhostRing.WORKER);
        }
        if (steps.has(Step.UNDER_LOCK)) {
            ring.mmuLock.unlock();
        }
    }

    /**
     * {@code copy_to_user}.
     *
     * @throws IllegalStateException if the store never succeeds
     */
    protected Way copyToUser(long value) {
        int faults = store.store(value);
        if (faults == FileStore.FAILED) {
            throw new IllegalStateException("a store never succeeded");
        }
        return faults == 0 ? Way.PAGE_TABLE : Way.FAULT;
    }
}
