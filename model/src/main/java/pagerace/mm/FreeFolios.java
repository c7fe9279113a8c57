// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

/**
 * {@code alloc_page}: where an operation that may need a new page takes it from. Belongs to one actor, so that nobody else has
 * seen what it gives.
 */
@FunctionalInterface
public interface FreeFolios {
    /**
     * A folio that nobody uses.
     *
     * @throws IllegalStateException if there is none left: the caller of the operation provides as many as it may take
     */
    Folio take();

    /** A source of one: an operation that runs once takes at most {@code spare}. */
    static FreeFolios only(Folio spare) {
        return () -> spare;
    }
}
