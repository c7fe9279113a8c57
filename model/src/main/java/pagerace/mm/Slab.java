// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

/**
 * What the slab allocator's debugging leaves in memory. Where a use after free is the question, freeing is writing this: the
 * modelled machine has no other way to tell that memory has gone.
 */
public final class Slab {
    /** {@code POISON_FREE}: what freed memory holds. Of no use as a pointer, a sequence or a page frame number. */
    public static final long POISON_FREE = 0x6b6b6b6bL;

    private Slab() {}
}
