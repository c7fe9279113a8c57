// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.machine.SeqCount;
import pagerace.mm.DiskFile;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Slab;
import pagerace.mm.Steps;
import pagerace.mm.VhostRing;

/**
 * {@code vhost_invalidate_vq_start}: takes the worker's map away before the primary page table changes, and hands what was
 * stored through it over to the page's dirty flag. Also the same at the ring's end, when no invalidation asks for it.
 *
 * <p>Assumptions: the map permits stores. It is never made anew, so the count that keeps it from being made during an
 * invalidation is not needed.
 *
 * <p>Guarantees, with a wait that fits the worker's announcement and the dirtying behind it: when the callback that took the
 * map returns, no store through the map is to come, and the page is dirty. A second callback that comes meanwhile finds no map
 * and returns at once; it guarantees nothing.
 */
public class VhostNotifier extends Operation<VhostNotifier.Step> implements MmuNotifier {
    /** The steps in which variants differ, in program order. */
    public enum Step {
        /** Dirty the page under the lock, before the map is taken away: 7f466032dc9e. */
        DIRTY_FIRST,
        /** Wait for a grace period: 7f466032dc9e. */
        WAIT_RCU,
        /** Wait until the counter is even or has moved: the fix series of July 2019. */
        WAIT_REF,
        /** Dirty the page after the wait: the fix series of July 2019. */
        DIRTY_AFTER_WAIT,
        /** Mutant: take the folio lock to dirty the page ({@code set_page_dirty_lock}). */
        TAKE_FOLIO_LOCK,
        /** Mutant: leave dirtying and unmapping to {@link #unmapLate}. */
        UNMAP_LATE,
        /** At the ring's end, dirty the page: the fix series of July 2019. */
        DIRTY_AT_TEARDOWN
    }

    /** 7f466032dc9e. */
    public static final Steps<Step> RCU_DIRTY_FIRST = Steps.of(Step.DIRTY_FIRST, Step.WAIT_RCU);
    /** The same with the page dirtied after the wait, and at the ring's end. */
    public static final Steps<Step> RCU = Steps.of(Step.WAIT_RCU, Step.DIRTY_AFTER_WAIT, Step.DIRTY_AT_TEARDOWN);
    /** The fix series of July 2019. */
    public static final Steps<Step> REF = Steps.of(Step.WAIT_REF, Step.DIRTY_AFTER_WAIT, Step.DIRTY_AT_TEARDOWN);
    /** The postings of 7 August 2019: the page is dirtied under the lock again. */
    public static final Steps<Step> SEQCOUNT = Steps.of(Step.DIRTY_FIRST, Step.WAIT_REF, Step.DIRTY_AT_TEARDOWN);
    /** The fix series of August 2019: taking the lock is the wait. */
    public static final Steps<Step> LOCK = Steps.of(Step.DIRTY_AFTER_WAIT, Step.DIRTY_AT_TEARDOWN);

    /** What it works on: see the constructor. */
    public final VhostRing ring;

    public final DiskFile file;
    public final Folio folio;
    protected final MarkDirty markDirty;

    /** The notifier of {@code ring}, whose page is {@code folio} of {@code file}. */
    public VhostNotifier(Kernel kernel, VhostRing ring, DiskFile file, Folio folio) {
        super(kernel, Step.class);
        this.ring = ring;
        this.file = file;
        this.folio = folio;
        markDirty =
                new MarkDirty(kernel, file, steps.has(Step.TAKE_FOLIO_LOCK) ? MarkDirty.LOCKED : MarkDirty.UNLOCKED);
    }

    @Override
    public void rangeStart() {
        rangeStart(() -> {});
    }

    /** {@link #rangeStart()} where {@code meanwhile} runs on this CPU while the callback sleeps. */
    public void rangeStart(Runnable meanwhile) {
        if (!takeMap(steps.has(Step.DIRTY_FIRST))) {
            return;
        }
        meanwhile.run();
        quiesce();
        if (steps.has(Step.DIRTY_AFTER_WAIT)) {
            markDirty();
        }
        if (!steps.has(Step.UNMAP_LATE)) {
            unmap();
        }
    }

    @Override
    public void rangeEnd() {
        // The kernel's worker may map the ring again from here on; this model's worker never does.
    }

    /** What {@link Step#UNMAP_LATE} left to do, for an invalidation whose callback took the map. */
    public void unmapLate() {
        if (steps.has(Step.UNMAP_LATE)) {
            markDirty();
            unmap();
        }
    }

    /** {@code vhost_uninit_vq_maps}: the ring goes away, or gets another address, and nobody invalidates anything. */
    public void tearDown() {
        if (takeMap(steps.has(Step.DIRTY_AT_TEARDOWN))) {
            quiesce();
            unmap();
        }
    }

    /** Whether there was a map: from now on the worker finds none. */
    protected boolean takeMap(boolean dirtyFirst) {
        ring.mmuLock.lock();
        boolean taken = ring.map.readOnce() != VhostRing.NO_MAP;
        if (taken) {
            if (dirtyFirst) {
                markDirty();
            }
            ring.map.writeOnce(VhostRing.NO_MAP);
        }
        ring.mmuLock.unlock();
        return taken;
    }

    /** {@code vhost_vq_sync_access}: waits until a worker that may have seen the map has left it. */
    protected void quiesce() {
        if (steps.has(Step.WAIT_RCU)) {
            ring.rcu.synchronize();
        }
        if (steps.has(Step.WAIT_REF)) {
            ring.machine.smpMb(); // pairs with the worker's fence behind the odd counter, where it has one
            long seen = ring.ref.readOnce();
            if (SeqCount.isOdd(seen)) {
                ring.ref.await(now -> now != seen);
            }
            ring.machine.smpMb(); // pairs with the release of the even counter: the worker's stores before ours
        }
    }

    private void markDirty() {
        markDirty.mark(folio);
    }

    /** {@code vhost_map_unprefetch}. */
    protected void unmap() {
        ring.mapAddr.writeOnce(Slab.POISON_FREE);
    }
}
