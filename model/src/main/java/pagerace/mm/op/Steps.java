// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

/**
 * The steps that one variant of an operation does: an immutable set.
 *
 * <p>A release is its predecessor {@link #with} a step; a mutant is a release {@link #without} one.
 *
 * @param <E> the operation's steps, at most 64
 */
public final class Steps<E extends Enum<E>> {
    private final long mask;

    private Steps(long mask) {
        this.mask = mask;
    }

    /** Exactly these steps. */
    @SafeVarargs
    public static <E extends Enum<E>> Steps<E> of(E... steps) {
        long mask = 0;
        for (E step : steps) {
            mask |= bit(step);
        }
        return new Steps<>(mask);
    }

    /** These steps and {@code step}. */
    public Steps<E> with(E step) {
        return new Steps<>(mask | bit(step));
    }

    /** These steps except {@code step}. */
    public Steps<E> without(E step) {
        return new Steps<>(mask & ~bit(step));
    }

    /** Whether {@code step} is one of them. */
    public boolean has(E step) {
        return (mask & bit(step)) != 0;
    }

    @SuppressWarnings("EnumOrdinal") // the position within this one set is all that is meant
    private static long bit(Enum<?> step) {
        return 1L << step.ordinal();
    }
}
