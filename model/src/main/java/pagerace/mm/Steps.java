// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * The steps that one variant of an operation does: an immutable set.
 *
 * <p>A release is its predecessor {@link #with} a step; a mutant is a release {@link #without} one.
 *
 * @param <E> the operation's steps, at most 64
 */
public final class Steps<E extends Enum<E>> {
    private static final Steps<?> NONE = of();

    private final long mask;
    /** The same, for those who want to name them. */
    private final List<E> inOrder;

    private Steps(Collection<E> steps) {
        long bits = 0;
        for (E step : steps) {
            bits |= bit(step);
        }
        mask = bits;
        inOrder = steps.stream().distinct().sorted().toList();
    }

    /** No step at all. */
    @SuppressWarnings("unchecked") // of no step, so of those of every operation
    public static <E extends Enum<E>> Steps<E> none() {
        return (Steps<E>) NONE;
    }

    /** Exactly these steps. */
    @SafeVarargs
    public static <E extends Enum<E>> Steps<E> of(E... steps) {
        List<E> list = new ArrayList<>();
        for (E step : steps) {
            list.add(step);
        }
        return new Steps<>(list);
    }

    /** These steps and {@code step}. */
    public Steps<E> with(E step) {
        return new Steps<>(Stream.concat(inOrder.stream(), Stream.of(step)).toList());
    }

    /** These steps except {@code step}. */
    public Steps<E> without(E step) {
        return except(List.of(step));
    }

    /** These steps except those that are in {@code dropped}, where steps of other operations may be too. */
    public Steps<E> except(List<? extends Enum<?>> dropped) {
        if (dropped.isEmpty()) {
            return this; // scenarios are made by the million, and nearly always drop nothing
        }
        return new Steps<>(
                inOrder.stream().filter(step -> !dropped.contains(step)).toList());
    }

    /** Whether {@code step} is one of them. */
    public boolean has(E step) {
        return (mask & bit(step)) != 0;
    }

    /** All of them, in program order. */
    public List<E> inOrder() {
        return inOrder;
    }

    @SuppressWarnings("EnumOrdinal") // the position within this one set is all that is meant
    private static long bit(Enum<?> step) {
        return 1L << step.ordinal();
    }
}
