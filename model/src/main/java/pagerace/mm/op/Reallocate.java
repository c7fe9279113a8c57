// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.machine.Machine;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;

/**
 * A folio that was just freed is allocated again at once, for somebody else: {@code free_unref_folio}, then
 * {@code folio_alloc}.
 *
 * <p>Guarantees: one who can take a reference under the new owner sees what the old one did before it freed the folio. No lock
 * or grace period stands between the two owners for the sake of lookups.
 */
public class Reallocate extends Operation<Reallocate.Step> {
    /** The steps in which variants differ. */
    public enum Step {
        /**
         * The first owner's stores before the new count: the locks of the page allocator, a release of one and an acquisition
         * of another on the same CPU, which the kernel's memory model orders as a write fence does.
         */
        THROUGH_ALLOCATOR
    }

    /** How it ended. */
    public enum End {
        /** The folio has a new owner. */
        HANDED_OUT,
        /** It is bad memory, and nobody gets it any more. */
        RETIRED
    }

    /** What it works on: see the constructor. */
    public final Machine machine;

    /** Allocates as {@code kernel} does. */
    public Reallocate(Kernel kernel, Machine machine) {
        super(kernel, Step.class);
        this.machine = machine;
    }

    /** Makes {@code folio}, which the caller freed, an anonymous one with {@code content}, unless it is bad memory. */
    public End reallocate(Folio folio, long content) {
        if (folio.test(Folio.HWPOISON)) {
            return End.RETIRED;
        }
        folio.flags.writeOnce(0); // free_pages_prepare: nobody else may change them now
        // The kernel sets the count before these. Here they come first, so that a lookup which takes the count and
        // keeps it is caught by
        // what it reads.
        folio.mapping.writeOnce(Folio.ANON);
        folio.data.writeOnce(content);
        if (steps.has(Step.THROUGH_ALLOCATOR)) {
            // Pairs with the full order of a lookup's get (Lookup): it sees the slot empty if it got the new count.
            machine.smpWmb();
        }
        folio.refcount.writeOnce(1); // whatever refused lookups left there
        folio.flags.or(Folio.UPTODATE | Folio.ANON_EXCLUSIVE);
        return End.HANDED_OUT;
    }
}
