// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.mm.Folio;

/**
 * {@code soft_offline_page}, abridged: takes a reference to whatever folio is at a page frame number, marks it as bad memory,
 * and drops the reference. It stands for everybody who finds folios not through their owner but by walking over memory.
 *
 * <p>Assumptions: the one who drops the last reference heeds the mark ({@link Reallocate}). Moving the content elsewhere is not
 * modelled.
 */
public class SoftOffline {
    /** How it ended. */
    public enum End {
        /** The folio was free or frozen: left alone. */
        REFUSED,
        /** The folio is marked. */
        MARKED,
        /** The same, and the reference was the last one. */
        MARKED_AND_FREED
    }

    /** For walkers over memory. */
    public SoftOffline() {}

    /** Marks {@code folio}, on which the caller holds nothing. */
    public End offline(Folio folio) {
        if (!folio.tryGet()) {
            return End.REFUSED;
        }
        folio.flags.or(Folio.HWPOISON);
        return folio.put() ? End.MARKED_AND_FREED : End.MARKED;
    }
}
