// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import pagerace.machine.Machine;
import pagerace.machine.Rcu;
import pagerace.machine.SeqCount;
import pagerace.machine.SpinLock;
import pagerace.machine.Word;

/**
 * {@code vhost_virtqueue} as 7f466032dc9e had it: a pointer to a map of the user's ring, through which the worker stores to
 * the pages by kernel addresses, and two ways for the worker to say that it is using the map.
 *
 * <p>The map's memory is freed when the ring is unmapped; freeing poisons it, so that a worker which still has the pointer
 * finds {@link Slab#POISON_FREE} in it.
 */
public final class VhostRing {
    /** {@link #map}: the worker must go through the user's page table. */
    public static final long NO_MAP = 0;
    /** {@link #map}: points to the map whose address is {@link #mapAddr}. */
    private static final long MAP = 1;
    /** The worker's reader slot in {@link #rcu}. */
    public static final int WORKER = 0;

    /** What its words are on. */
    public final Machine machine;
    /** {@code mmu_lock}: guards {@link #map} among those who change it. */
    public final SpinLock mmuLock;
    /** {@code maps[index]}: the pointer. */
    public final Word map;
    /** {@code map->addr}: the page frame number of the ring's page. */
    public final Word mapAddr;
    /** {@code ref}, from the fix series of July 2019: odd while the worker may be using the map. */
    public final Word ref;
    /** The grace periods that 7f466032dc9e used to the same end. */
    public final Rcu rcu;

    /** A ring whose page is {@code folio}, with or without a map of it, and nobody at work. */
    public VhostRing(Machine machine, Folio folio, boolean mapped) {
        this.machine = machine;
        mmuLock = new SpinLock(machine, "vq", "mmu_lock");
        map = machine.word("vq", "map", KernelFormat.MAP, mapped ? MAP : NO_MAP);
        mapAddr = machine.word("map", "addr", KernelFormat.ADDRESS, folio.pfn);
        ref = machine.word("vq", "ref", SeqCount.FORMAT, 0);
        rcu = new Rcu(machine, 1);
    }
}
