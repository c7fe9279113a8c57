// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import pagerace.mm.op.GupFast;

/**
 * How one thread's pins went, in events per iteration.
 *
 * <p>{@code pins = fast + fallbacks}, and {@code fallbacks = undoneBySeq + undoneByEntry + refused}.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class PinCounts {
    /** Attempts to pin. */
    public long pins;
    /** Pinned by the fast path. */
    public long fast;
    /** Pinned and given back by the fast path, because fork had run. */
    public long undoneBySeq;
    /** Pinned and given back by the fast path, because the entry had changed. */
    public long undoneByEntry;
    /** Not pinned by the fast path: the count was odd, or the entry or the folio did not permit it. */
    public long refused;
    /** Left to the slow path. */
    public long fallbacks;
    /** Of those, not pinned by the slow path either: the page was in swap, or it gave up. */
    public long unpinned;

    /** One attempt of the fast path ended so. */
    void countFast(GupFast.End end) {
        pins++;
        switch (end) {
            case PINNED -> fast++;
            case UNDONE_SEQ -> undoneBySeq++;
            case UNDONE_PTE -> undoneByEntry++;
            case SEQ_ODD, NOT_PRESENT, NOT_PERMITTED, FROZEN, GAVE_UP -> refused++;
            default -> throw new IllegalStateException("no pin of anonymous memory for writing ends " + end);
        }
    }

    /** The attempt was left to the slow path, and that ended so. */
    void countSlow(GupFast.End end) {
        fallbacks++;
        if (end != GupFast.End.PINNED) {
            unpinned++;
        }
    }
}
