// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagerace.machine.Machine;
import pagerace.mm.op.Steps;
import pagerace.own.OwnFix;

/**
 * What a point changes in the operations of its variant: steps that it drops, and an operation that it replaces.
 *
 * <p>Contract of a scenario: it builds each operation of its actors, and each part of one, by
 * {@code changes.replace(new Fork(..., changes.keep(steps)))}.
 */
public final class Changes {
    /** Nothing is changed. */
    public static final Changes NONE = new Changes(List.of(), null);

    /** What becomes of an operation. */
    interface Replacement {
        /** {@code operation}, or what stands in its place. */
        <T> T of(T operation);
    }

    private final List<? extends Enum<?>> dropped;
    private final @Nullable Replacement replacement;

    private Changes(List<? extends Enum<?>> dropped, @Nullable Replacement replacement) {
        this.dropped = dropped;
        this.replacement = replacement;
    }

    /** {@code steps} without those that are dropped. */
    public <E extends Enum<E>> Steps<E> keep(Steps<E> steps) {
        return steps.except(dropped);
    }

    /** {@code operation}, or the one that stands in its place. */
    public <T> T replace(T operation) {
        Replacement own = replacement; // scenarios are made by the million, and nearly always replace nothing
        return own == null ? operation : own.of(operation);
    }

    /** These changes, and {@code step} is dropped as well. */
    public Changes without(Enum<?> step) {
        return new Changes(Stream.concat(dropped.stream(), Stream.of(step)).toList(), replacement);
    }

    /** These changes, and what {@code fix} replaces is replaced; its steps are dropped like others. */
    <R, S extends Enum<S>> Changes with(Machine machine, OwnFix<R, S> fix) {
        return with(new Replacement() {
            @Override
            @SuppressWarnings("unchecked") // of exactly the class R, so R is a T
            public <T> T of(T operation) {
                return operation.getClass() == fix.replaces()
                        ? (T) operationOf(machine, fix, fix.replaces().cast(operation))
                        : operation;
            }
        });
    }

    /** These changes, and {@code given} decides what becomes of each operation. */
    Changes with(Replacement given) {
        return new Changes(dropped, given);
    }

    private <R, S extends Enum<S>> R operationOf(Machine machine, OwnFix<R, S> fix, R builtIn) {
        R own = fix.operation(machine, builtIn, keep(fix.steps()));
        if (own == null) {
            throw new IllegalStateException("the operation of " + fix.name() + " is null");
        }
        return own;
    }
}
