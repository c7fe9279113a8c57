// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.machine.Order;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;

/**
 * How {@code __remove_mapping} makes sure that a folio can go: nobody else has a reference, and nobody who had one left the
 * folio dirty.
 *
 * <p>Assumptions: the caller holds the folio lock and a reference, and all other references that it expects are those of a
 * cache that it is about to empty.
 *
 * <p>Guarantees, when all steps of mainline are taken: a folio that was frozen is clean, and stays so.
 *
 * <p>Algorithm notes. A user stores, marks the folio dirty, and drops its reference, in this order. So the references come
 * first here and the mark second: with no reference left, no mark is still to come.
 */
public class Freeze extends Operation<Freeze.Step> {
    /** The steps in which variants differ, in program order. */
    public enum Step {
        /** The exchange of the count is fully ordered, as {@code atomic_cmpxchg} is. */
        FULL_ORDER,
        /** Weaker: the exchange only acquires. */
        ACQUIRE,
        /** Look for the mark under the frozen count, and put the count back if it is there. */
        CHECK_DIRTY
    }

    /** How it ended. */
    public enum End {
        /** Nobody but the caller has the folio now. */
        FROZEN,
        /** Somebody else has a reference. */
        REFERENCED,
        /** The folio was frozen, found dirty, and given back. */
        DIRTY
    }

    protected final Order order;

    /** Freezes as {@code kernel} does. */
    public Freeze(Kernel kernel) {
        super(kernel, Step.class);
        order = steps.has(Step.FULL_ORDER) ? Order.FULL : steps.has(Step.ACQUIRE) ? Order.ACQUIRE : Order.RELAXED;
    }

    /** Freezes {@code folio} if it has {@code expected} references and is clean. */
    public End freeze(Folio folio, long expected) {
        // Pairs with the order of the user's put (DropDirty): who sees the reference gone sees the mark.
        if (!folio.freeze(expected, order)) {
            return End.REFERENCED;
        }
        if (steps.has(Step.CHECK_DIRTY) && folio.test(Folio.DIRTY)) {
            folio.unfreeze(expected);
            return End.DIRTY;
        }
        return End.FROZEN;
    }
}
