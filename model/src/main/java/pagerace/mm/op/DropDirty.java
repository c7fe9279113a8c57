// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.machine.Order;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;

/**
 * What a user does who got a folio to write to it: store, mark the folio dirty, drop the reference.
 *
 * <p>Guarantees, when all steps of mainline are taken: one who finds the reference gone finds the folio dirty and the content
 * stored. Any one of the three steps is enough for that.
 */
public class DropDirty extends Operation<DropDirty.Step> {
    /** The steps in which variants differ, in program order. */
    public enum Step {
        /** Mark by a fully ordered test-and-set, as {@code folio_mark_dirty} does; without it, by {@code folio_set_dirty}. */
        TEST_AND_SET,
        /** The put is fully ordered, as {@code atomic_dec_and_test} is. */
        FULL_PUT,
        /** Weaker: the put only releases. */
        RELEASING_PUT
    }

    protected final Order order;

    /** Writes as {@code kernel} does. */
    public DropDirty(Kernel kernel) {
        super(kernel, Step.class);
        order = steps.has(Step.FULL_PUT) ? Order.FULL : steps.has(Step.RELEASING_PUT) ? Order.RELEASE : Order.RELAXED;
    }

    /** Writes to {@code folio} and drops a reference; whether that was the last. */
    public boolean write(Folio folio, long content) {
        folio.data.writeOnce(content);
        if (steps.has(Step.TEST_AND_SET)) {
            folio.flags.testAndSetBit(Folio.DIRTY);
        } else {
            folio.flags.or(Folio.DIRTY);
        }
        return folio.put(order); // pairs with the order of the freeze (Freeze)
    }
}
