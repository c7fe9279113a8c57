// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import pagerace.machine.Order;
import pagerace.machine.Word;

/**
 * How a refcount says that nobody may take a reference any more: the rules by which a folio is found, given back and frozen.
 * A holder of a reference just adds to the word.
 *
 * <p>Guarantees of those that are not mutants: a reference is taken only from a folio that is neither free nor frozen; of all
 * who give a reference back, exactly one is told that it was the last; while a folio is frozen nobody else has a reference,
 * and the one who froze it may put back any count.
 *
 * <p>Algorithm notes. With {@link #UNLESS_ZERO} zero is final, so a get must not write unless it succeeds: compare-and-swap
 * in a loop. With {@link #FROZEN_BIT} a get always adds, and looks at the bit afterwards. What it adds to a frozen count is
 * junk, which nobody takes back: the count is stored afresh when the folio is unfrozen or allocated again. (The posted series also
 * resets it by a loop of compare-and-swap once it exceeds a threshold, which is not modelled.) In return zero is
 * not final: a put that comes down to zero and a get that comes up from there meet at the put's compare-and-swap. That is
 * relaxed: a get that comes up from zero, writes to the folio and goes down again hands nothing over to the one who frees it.
 */
public enum RefEncoding implements Policy {
    /** Zero is free, or frozen: add unless zero, the present kernel since e286781d5f2e (2.6.27). */
    UNLESS_ZERO(0),
    /**
     * Bit 31 is free, or frozen: Gladyshev and Gorbunov, "mm: implement page refcount locking via dedicated bit" (2026, in
     * the development tree).
     */
    FROZEN_BIT(1L << 31),
    /** As {@link #FROZEN_BIT}, but the exchange that follows a put to zero acquires: who frees a folio sees all of its past. */
    FROZEN_BIT_ACQUIRING(1L << 31),
    /** Mutant of {@link #UNLESS_ZERO}: a get adds whatever the count is. */
    GET_FROM_ZERO(0),
    /** Mutant of {@link #FROZEN_BIT}: a get that finds the bit subtracts again what it added. */
    UNDO_FAILED_GET(1L << 31),
    /** Mutant of {@link #FROZEN_BIT}: a put that comes down to zero sets the bit whatever the count is by then. */
    FREEZE_BY_OR(1L << 31);

    /** What a count that was frozen just now, or set up as free, holds. */
    public final long frozen;

    RefEncoding(long frozen) {
        this.frozen = frozen;
    }

    /** Whether a count of {@code value} is that of a free or frozen folio. */
    public boolean isFrozen(long value) {
        return frozen == 0 ? value == 0 : (value & frozen) != 0;
    }

    /** {@code folio_try_get}: one more reference, fully ordered; false if the folio is free or frozen. */
    boolean tryGet(Word count) {
        if (this == UNLESS_ZERO) {
            return count.addUnless(1, 0, Order.FULL);
        }
        boolean got = !isFrozen(count.fetchAdd(1, Order.FULL)) || this == GET_FROM_ZERO;
        if (!got && this == UNDO_FAILED_GET) {
            count.add(-1);
        }
        return got;
    }

    /** {@code folio_put_testzero}: one reference less; whether it was the last, so that the caller frees the folio. */
    boolean put(Word count, Order order) {
        if (count.addReturn(-1, order) != 0) {
            return false;
        }
        return switch (this) {
            case UNLESS_ZERO, GET_FROM_ZERO -> true;
            case FROZEN_BIT, UNDO_FAILED_GET -> count.cmpxchg(0, frozen, Order.RELAXED) == 0;
            case FROZEN_BIT_ACQUIRING -> count.cmpxchg(0, frozen, Order.ACQUIRE) == 0;
            case FREEZE_BY_OR -> !isFrozen(count.fetchOr(frozen, Order.RELAXED));
        };
    }

    /** {@code folio_ref_freeze}: from exactly {@code expected} references to frozen; false, without order, if there are others. */
    boolean freeze(Word count, long expected, Order order) {
        return count.cmpxchg(expected, frozen, order) == expected;
    }
}
