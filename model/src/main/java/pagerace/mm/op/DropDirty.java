// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.machine.Order;
import pagerace.mm.Folio;
import pagerace.mm.Steps;

/**
 * What a user does who got a folio to write to it: store, mark the folio dirty, drop the reference.
 *
 * <p>Guarantees, when all steps of mainline are taken: whoever finds the reference gone finds the folio dirty and the content
 * stored. Any one of the three steps is enough for that.
 */
public class DropDirty {
    /** The steps in which variants differ, in program order. */
    public enum Step {
        /** Mark by a fully ordered test-and-set, as {@code folio_mark_dirty} does; without it, by {@code folio_set_dirty}. */
        TEST_AND_SET,
        /** The put is fully ordered, as {@code atomic_dec_and_test} is. */
        FULL_PUT,
        /** Weaker: the put only releases. */
        RELEASING_PUT
    }

    /** The present kernel. */
    public static final Steps<Step> MAINLINE = Steps.of(Step.TEST_AND_SET, Step.FULL_PUT);
    /** The weakest order that will do. */
    public static final Steps<Step> RELEASING = Steps.of(Step.RELEASING_PUT);
    /** A mutant: nothing orders the mark before the put. */
    public static final Steps<Step> UNORDERED = Steps.of();

    protected final Order order;
    protected final Steps<Step> steps;

    /** Writes in the given steps. */
    public DropDirty(Steps<Step> steps) {
        this.order =
                steps.has(Step.FULL_PUT) ? Order.FULL : steps.has(Step.RELEASING_PUT) ? Order.RELEASE : Order.RELAXED;
        this.steps = steps;
    }

    /** The same operation, for a subclass that changes some of it. */
    protected DropDirty(DropDirty original) {
        this.order = original.order;
        this.steps = original.steps;
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
