// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.Locale;
import java.util.Objects;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import pagerace.machine.Order;

/**
 * What an actor does to memory at once: an access to a word, or, in one word with it, a fence. What it does is a function of the
 * value that it reads, given by {@link #isEnabledBy}, {@link #takesPlace} and {@link #after}; which value that is, the memory model says.
 */
public final class Access {
    /** The operation; {@code a} and {@code b} are the operands as {@link Access#a} and {@link Access#b} hold them. */
    public enum Kind {
        /** Reads. */
        READ,
        /** Writes a. */
        WRITE,
        /** Reads, and writes a. */
        XCHG,
        /** Reads, and writes b if it read a. */
        CMPXCHG,
        /** Reads, and adds a. */
        FETCH_ADD,
        /** Reads, and sets the bits of a. */
        FETCH_OR,
        /** Reads, and clears the bits of a. */
        FETCH_AND_NOT,
        /** As {@link #FETCH_ADD}, but the actor does not see what it read. */
        ADD,
        /** As {@link #FETCH_OR}, but the actor does not see what it read. */
        OR,
        /** As {@link #FETCH_AND_NOT}, but the actor does not see what it read. */
        AND_NOT,
        /** Reads, and adds a unless it read b; the actor sees whether it did. */
        ADD_UNLESS,
        /** Reads a value that satisfies the predicate. Not enabled while there is none. */
        AWAIT,
        /** Reads the last value, whose bits in a are clear, and adds b. Not enabled while they are not. */
        ACQUIRE_WHEN_CLEAR,
        /** Reads, and adds b if the bits in a are clear; the actor sees whether it did. */
        TRY_ACQUIRE_WHEN_CLEAR,
        /** {@code smp_mb}. */
        MB,
        /** {@code smp_rmb}. */
        RMB,
        /** {@code smp_wmb}. */
        WMB,
        /** {@code smp_mb__before_atomic}. */
        MB_BEFORE_ATOMIC,
        /** {@code smp_mb__after_atomic}. */
        MB_AFTER_ATOMIC,
        /** {@code smp_mb__after_spinlock}. */
        MB_AFTER_SPINLOCK;

        /** Whether it is a fence: it has no location. */
        public boolean isFence() {
            return compareTo(MB) >= 0;
        }

        /**
         * How the kernel calls the fence: {@code smp_mb__after_atomic}.
         *
         * @throws IllegalStateException if it is none
         */
        public String fence() {
            if (!isFence()) {
                throw new IllegalStateException(this + " is no fence");
            }
            return "smp_" + name().toLowerCase(Locale.ROOT).replaceFirst("^mb_", "mb__");
        }

        /** Whether it is an atomic read-modify-write, conditional or not. */
        public boolean isReadModifyWrite() {
            return compareTo(XCHG) >= 0 && compareTo(TRY_ACQUIRE_WHEN_CLEAR) <= 0 && this != AWAIT;
        }

        /** Whether it reads, and perhaps writes as well. */
        public boolean reads() {
            return this == READ || this == AWAIT || isReadModifyWrite();
        }

        /** Whether it writes without showing its caller what it read: {@code smp_rmb} does not order such a read. */
        boolean isBlind() {
            return this == ADD || this == OR || this == AND_NOT;
        }

        /** Whether its caller learns something from it. */
        public boolean isSeen() {
            return reads() && !isBlind() && this != ACQUIRE_WHEN_CLEAR;
        }

        /** Whether its caller learns only if it took place. */
        boolean isSeenAsTruth() {
            return this == ADD_UNLESS || this == TRY_ACQUIRE_WHEN_CLEAR;
        }

        /** Whether it is a fence that counts only beside a read-modify-write or a lock. */
        boolean leansOnNeighbour() {
            return compareTo(MB_BEFORE_ATOMIC) >= 0;
        }

        boolean isEnabledBy(long read, long a, @Nullable LongPredicate until) {
            return switch (this) {
                case AWAIT -> Objects.requireNonNull(until).test(read);
                case ACQUIRE_WHEN_CLEAR -> (read & a) == 0;
                default -> true;
            };
        }

        boolean takesPlace(long read, long a, long b) {
            return switch (this) {
                case CMPXCHG -> read == a;
                case ADD_UNLESS -> read != b;
                case TRY_ACQUIRE_WHEN_CLEAR, ACQUIRE_WHEN_CLEAR -> (read & a) == 0;
                case READ, AWAIT, MB, RMB, WMB, MB_BEFORE_ATOMIC, MB_AFTER_ATOMIC, MB_AFTER_SPINLOCK -> false;
                default -> true;
            };
        }

        long after(long read, long a, long b) {
            return switch (this) {
                case WRITE, XCHG -> a;
                case CMPXCHG -> b;
                case FETCH_ADD, ADD, ADD_UNLESS -> read + a;
                case FETCH_OR, OR -> read | a;
                case FETCH_AND_NOT, AND_NOT -> read & ~a;
                case ACQUIRE_WHEN_CLEAR, TRY_ACQUIRE_WHEN_CLEAR -> read + b;
                default -> read;
            };
        }

        long seen(long read, long a, long b) {
            return switch (this) {
                case READ, AWAIT, XCHG, CMPXCHG, FETCH_ADD, FETCH_OR, FETCH_AND_NOT -> read;
                case ADD_UNLESS, TRY_ACQUIRE_WHEN_CLEAR -> takesPlace(read, a, b) ? 1 : 0;
                default -> 0;
            };
        }
    }

    /** The location of a fence. */
    public static final int NOWHERE = -1;

    private final Kind kind;
    private final int location;
    private final long a;
    private final long b;
    private final Order order;
    private final @Nullable LongPredicate until;
    private final boolean idle;
    private final Site site;

    /** An access that nobody has placed in model code yet. */
    Access(Kind kind, int location, long a, long b, Order order, @Nullable LongPredicate until) {
        this(kind, location, a, b, order, until, false, Site.UNKNOWN);
    }

    private Access(
            Kind kind,
            int location,
            long a,
            long b,
            Order order,
            @Nullable LongPredicate until,
            boolean idle,
            Site site) {
        this.kind = kind;
        this.location = location;
        this.a = a;
        this.b = b;
        this.order = order;
        this.until = until;
        this.idle = idle;
        this.site = site;
    }

    /** The operation. */
    public Kind kind() {
        return kind;
    }

    /** The number of the word, counted in the order of setup; {@link #NOWHERE} for a fence. */
    public int location() {
        return location;
    }

    /** The first operand; zero if there is none. */
    public long a() {
        return a;
    }

    /** The second operand; zero if there is none. */
    public long b() {
        return b;
    }

    /** The order that the access asks for if it {@linkplain #takesPlace takes place}; see {@link #orderIfRead}. */
    public Order order() {
        return order;
    }

    /** Where in the model code it stands: {@code Fork.needsCopy:171}. */
    public Site site() {
        return site;
    }

    /** Whether a waiting access may go on with {@code read}; true for every other kind. */
    public boolean isEnabledBy(long read) {
        return kind.isEnabledBy(read, a, until);
    }

    /** Whether the access writes, having read {@code read} (which a plain write ignores). */
    public boolean takesPlace(long read) {
        return kind.takesPlace(read, a, b);
    }

    /**
     * Whether x86 executes a locked instruction even where the access does not take place, and thereby a full fence: a
     * {@code cmpxchg} that finds another value, and {@code test_and_set_bit_lock} of a bit that is set (its operands are the
     * same bit). {@code atomic_add_unless} and {@code spin_trylock} look first, and leave with a read.
     */
    boolean isLockedInVain() {
        return kind == Kind.CMPXCHG || (kind == Kind.TRY_ACQUIRE_WHEN_CLEAR && a == b && Long.bitCount(a) == 1);
    }

    /** What it writes, having read {@code read}, if it takes place. */
    public long after(long read) {
        return kind.after(read, a, b);
    }

    /**
     * The order of the access in the kernel's model, having read {@code read}: a read-modify-write that does not take place
     * orders nothing.
     */
    public Order orderIfRead(long read) {
        return kind.isReadModifyWrite() && !takesPlace(read) ? Order.RELAXED : order;
    }

    /**
     * Whether this is a full fence: {@code smp_mb}, or a fence that counts only beside a read-modify-write (or lock) of the
     * same actor and stands beside one that took place.
     */
    public boolean isFullFence() {
        return kind == Kind.MB || (kind.leansOnNeighbour() && !idle);
    }

    /** What the actor learns, the access having read {@code read}: two reads of which it learns the same are one to it. */
    long seen(long read) {
        return kind.seen(read, a, b);
    }

    /** Whether the access wrote, judging by what the actor saw of it. */
    boolean tookPlace(long seen) {
        return switch (kind) {
            case CMPXCHG -> seen == a;
            case ADD_UNLESS, TRY_ACQUIRE_WHEN_CLEAR -> seen != 0;
            default -> takesPlace(seen);
        };
    }

    /**
     * Whether the actor knows, having seen {@code seen}, that it left a zero in the word: of a count, that it was the last to
     * have a reference, or has frozen it.
     */
    boolean leavesZero(long seen) {
        return switch (kind) {
            case WRITE, XCHG, CMPXCHG, FETCH_ADD, FETCH_AND_NOT -> tookPlace(seen) && after(seen) == 0;
            default -> false;
        };
    }

    /** Whether the two are the same access or fence, wherever they stand. */
    boolean isSame(Access that) {
        return kind == that.kind && location == that.location && a == that.a && b == that.b && order == that.order;
    }

    /** This access, standing there. */
    Access at(Site there) {
        return new Access(kind, location, a, b, order, until, idle, there);
    }

    /** This access with that order. */
    Access ordered(Order other) {
        return new Access(kind, location, a, b, other, until, idle, site);
    }

    /** This fence, standing where it orders nothing. */
    Access asIdle() {
        return new Access(kind, location, a, b, order, until, true, site);
    }

    @Override
    public String toString() {
        String access = location == NOWHERE ? "" : " of word " + location + " (" + a + ", " + b + ", " + order + ")";
        return kind + access + " at " + site;
    }
}
