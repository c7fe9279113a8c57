// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import pagerace.mm.Folio;
import pagerace.mm.FreeFolios;

/** What one thread has for itself. */
final class Cpu implements FreeFolios {
    /** What became of a reference that was given back. */
    enum Release {
        /** A pin less. */
        UNPINNED,
        /** A reference less. */
        PUT,
        /** There was none. */
        HELD_NOTHING
    }

    /** More references than this a thread does not hold. */
    private static final int MOST_HELD = 4;
    /** More folios than this no action takes: an access that is copied each time that it faults, and some to spare. */
    private static final int ENOUGH_SPARES = 8;

    private static final int VALUE_SHIFT = 48;

    final int number;
    final Counters counters = new Counters();
    final Evaluations evaluations;
    final List<Held> held = new ArrayList<>();
    private final Deque<Folio> spares = new ArrayDeque<>();
    private long values;
    private int touched;

    /** Number {@code number}, whose checks {@code evaluations} counts. */
    Cpu(int number, Evaluations evaluations) {
        this.number = number;
        this.evaluations = evaluations;
    }

    @Override
    public Folio take() {
        if (spares.isEmpty()) {
            throw new IllegalStateException("a thread has run out of spare folios within one action");
        }
        return spares.pop();
    }

    /** Whether any action can run now. */
    boolean hasSpares() {
        return spares.size() >= ENOUGH_SPARES;
    }

    /** Gives a free folio to the thread. Only at quiescence. */
    void addSpare(Folio folio) {
        spares.push(folio);
    }

    /** Takes all of them back. Only at quiescence. */
    void clearSpares() {
        spares.clear();
    }

    boolean mayHoldMore() {
        return held.size() < MOST_HELD;
    }

    /** Gives back one of the references, in whatever part of the address space it is. */
    Release release(World world, int bits) {
        if (held.isEmpty()) {
            return counters.count(Op.RELEASE, Release.HELD_NOTHING);
        }
        Held one = held.remove(bits % held.size());
        touch(one.folio());
        Invariants.checkHeld(evaluations, world, one);
        if (one.isPin()) {
            one.folio().unpin();
        } else {
            one.folio().put();
        }
        return counters.count(Op.RELEASE, one.isPin() ? Release.UNPINNED : Release.PUT);
    }

    /** A number that no thread has stored yet, and that no page of KSM has. */
    long newValue() {
        return (number + 1L) << VALUE_SHIFT | ++values;
    }

    /** For the log: the folio that the action is about. */
    void touch(Folio folio) {
        touched = folio.pfn;
    }

    /** What {@link #touch} was told since the last call, or 0. */
    int takeTouched() {
        int pfn = touched;
        touched = 0;
        return pfn;
    }
}
