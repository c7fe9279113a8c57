// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.mm.Buffers;
import pagerace.mm.DiskFile;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;

/**
 * {@code try_to_free_buffers}: takes the buffers off a folio none of whose blocks has to be written, so that the folio can be
 * freed.
 *
 * <p>Assumptions: the caller holds the folio lock, and the folio is not being written. No buffer is locked or referenced, and
 * the reference that buffers hold on their folio is not counted.
 *
 * <p>Guarantees, when all steps of mainline are taken: one who marks the folio dirty at the same time either marks the buffers
 * too, and they stay, or finds none. It does <em>not</em> keep anybody from marking the folio once the buffers are gone.
 *
 * <p>Algorithm notes. A filesystem may write its buffers by itself, without going through the folio. Then the folio is dirty
 * for no reason, and this is where the mark is cancelled. The cancelled mark must be one that the look at the buffers covered:
 * so look and cancellation belong in one section of the lock under which folio and buffers are marked.
 */
public class StripBuffers extends Operation<StripBuffers.Step> {
    /** The steps in which releases and mutants differ, in program order. */
    public enum Step {
        /** Refuse a folio that is dirty: 46d2277c796f (2.6.20-rc). */
        REFUSE_DIRTY,
        /** Hold {@code i_private_lock} from the look at the buffers until they are gone. */
        LOCK_PRIVATE,
        /** Cancel the folio's mark before the lock is given back: 87df7241bd54 (2.6.20). */
        CANCEL_INSIDE,
        /** 2.6.19: cancel it after that. */
        CANCEL_AFTER
    }

    /** What it works on: see the constructor. */
    public final DiskFile file;

    public final CleanFolio clean;
    protected final Buffers buffers;

    /**
     * Strips the folio of {@code file}, whose mark {@code clean} cancels.
     *
     * @throws IllegalArgumentException if the file has no buffers
     */
    public StripBuffers(Kernel kernel, DiskFile file, CleanFolio clean) {
        super(kernel, Step.class);
        this.file = file;
        this.clean = clean;
        if (file.buffers == null) {
            throw new IllegalArgumentException("the file's folios have no buffers to strip");
        }
        buffers = file.buffers;
    }

    /** Takes the buffers off {@code folio}: whether it has none now. */
    public boolean strip(Folio folio) {
        if (steps.has(Step.REFUSE_DIRTY) && folio.test(Folio.DIRTY)) {
            return false;
        }
        if (steps.has(Step.LOCK_PRIVATE)) {
            buffers.privateLock.lock();
        }
        boolean stripped = (buffers.state.readOnce() & Buffers.DIRTY) == 0;
        if (stripped) {
            buffers.detach();
            if (steps.has(Step.CANCEL_INSIDE)) {
                clean.cancel(folio);
            }
        }
        if (steps.has(Step.LOCK_PRIVATE)) {
            buffers.privateLock.unlock();
        }
        if (stripped && steps.has(Step.CANCEL_AFTER)) {
            clean.cancel(folio);
        }
        return stripped;
    }
}
