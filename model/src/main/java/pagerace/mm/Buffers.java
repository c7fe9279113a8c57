// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import pagerace.machine.Machine;
import pagerace.machine.Order;
import pagerace.machine.SpinLock;
import pagerace.machine.Word;

/**
 * The buffer heads of one folio of a block-based filesystem, abridged to one buffer: whether it is attached to the folio, and
 * whether the block it stands for has to be written.
 *
 * <p>A buffer that was freed is a buffer that is not attached; {@link #DIRTY} without {@link #ATTACHED} means that somebody
 * marked a buffer which was gone.
 */
public final class Buffers {
    /** The folio has buffers. */
    public static final long ATTACHED = 1;
    /** The block has to be written. */
    public static final long DIRTY = 1 << 1;

    /** {@code i_private_lock} of the mapping: held to attach, to detach, and to mark all buffers dirty. */
    public final SpinLock privateLock;
    /** {@link #ATTACHED} and {@link #DIRTY}. */
    public final Word state;

    /** Buffers in that state; traces call the word {@code folio.buffers}. */
    public Buffers(Machine machine, long state) {
        privateLock = new SpinLock(machine, "inode", "i_private_lock");
        this.state = machine.word("folio", "buffers", KernelFormat.BUFFERS, state);
    }

    /** {@code folio_buffers() != NULL}: one unordered read. */
    public boolean isAttached() {
        return (state.readOnce() & ATTACHED) != 0;
    }

    /** {@code test_clear_buffer_dirty}: fully ordered, whether the block had to be written. */
    public boolean testAndClearDirty() {
        return state.testAndClearBit(DIRTY);
    }

    /**
     * {@code create_empty_buffers}, where there are none: they are dirty if the folio is. The caller holds the folio lock, and
     * not {@link #privateLock}.
     */
    public void attachTo(Folio folio) {
        if (!isAttached()) {
            privateLock.lock();
            state.or(folio.test(Folio.DIRTY) ? ATTACHED | DIRTY : ATTACHED);
            privateLock.unlock();
        }
    }

    /** Frees clean buffers. The caller holds {@link #privateLock}. */
    public void detach() {
        state.fetchAndNot(ATTACHED, Order.RELAXED);
    }

    /** {@code block_invalidate_folio}: what had to be written is forgotten, and the buffers are freed. */
    public void discard() {
        privateLock.lock();
        testAndClearDirty();
        detach();
        privateLock.unlock();
    }
}
