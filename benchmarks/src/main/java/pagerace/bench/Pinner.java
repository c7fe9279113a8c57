// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

/** One page that is pinned and unpinned, again and again, in the steps of one variant. */
interface Pinner {
    /** Pins the page for writing: its page frame number, or 0 if it was not pinned. */
    int pin();

    /** Gives back the pin that {@link #pin} returned. */
    void unpin(int pfn);

    /** References to the page, a pin of a small folio counted with its bias. */
    long refcount();

    /** Pins of a large folio. */
    long pincount();
}
