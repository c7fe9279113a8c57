// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import pagerace.mm.Folio;
import pagerace.mm.op.GupFast;

/**
 * A reference that a thread holds.
 *
 * @param area the part of the address space it was taken in
 * @param page the page there
 * @param flags with which flags
 * @param discards how often the user had been done with giving the page up before
 * @param forks how often fork had been done with it before
 */
record Held(Area area, int page, Folio folio, int flags, long discards, long forks) {
    boolean isPin() {
        return (flags & GupFast.FOLL_PIN) != 0;
    }

    boolean isForWriting() {
        return (flags & GupFast.FOLL_WRITE) != 0;
    }

    /** The references it stands for. */
    long references() {
        return isPin() ? Folio.PIN_BIAS : 1;
    }
}
