// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.mm.Buffers;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;

/**
 * What a filesystem does that has looked a folio up and needs its private data: locks the folio, and marks the buffer.
 *
 * <p>Guarantees, when all steps of mainline are taken: the buffer that it marks is attached. A reference keeps the folio in the
 * page cache, but not the private data on the folio: reclaim strips it before it finds out that there is a reference.
 */
public class UsePrivate extends Operation<UsePrivate.Step> {
    /** The steps in which variants differ, in program order. */
    public enum Step {
        /** Look whether there is private data before the folio is locked. */
        LOOK_BEFORE_LOCK,
        /** Look under the folio lock. */
        LOOK_UNDER_LOCK
    }

    /** How it ended. */
    public enum End {
        /** The buffer that was there is marked. */
        MARKED,
        /** There was none: a new one was attached, and marked. */
        RECREATED
    }

    /** What it works on: see the constructor. */
    public final Buffers buffers;

    /** Uses {@code buffers} as private data. */
    public UsePrivate(Kernel kernel, Buffers buffers) {
        super(kernel, Step.class);
        this.buffers = buffers;
    }

    /** Marks the buffer of {@code folio}, on which the caller holds a reference. */
    public End use(Folio folio) {
        boolean attached = steps.has(Step.LOOK_BEFORE_LOCK) && buffers.isAttached();
        folio.lock.lock();
        if (steps.has(Step.LOOK_UNDER_LOCK)) {
            attached = buffers.isAttached();
        }
        if (!attached) {
            buffers.attachTo(folio);
        }
        buffers.state.or(Buffers.DIRTY);
        folio.lock.unlock();
        return attached ? End.MARKED : End.RECREATED;
    }
}
