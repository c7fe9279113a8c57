// SPDX-License-Identifier: Apache-2.0
package pagerace.own;

import java.util.function.UnaryOperator;
import pagerace.machine.Machine;
import pagerace.mm.Steps;

/** A fix of which only one thing matters. */
public final class Another<T> extends OwnFix<T, Another.Step> {
    /** Marks nothing. */
    public enum Step {}

    private final String name;
    private final UnaryOperator<T> operation;

    /** A fix that does as {@code operation} says. */
    public Another(String race, String startsFrom, Class<T> replaces, String name, UnaryOperator<T> operation) {
        super(race, startsFrom, replaces, Steps.of(), "something is done");
        this.name = name;
        this.operation = operation;
    }

    /** A fix that changes nothing. */
    public Another(String race, String startsFrom, Class<T> replaces, String name) {
        this(race, startsFrom, replaces, name, UnaryOperator.identity());
    }

    @Override
    public T operation(Machine machine, T builtIn, Steps<Step> steps) {
        return operation.apply(builtIn);
    }

    @Override
    public String name() {
        return name;
    }
}
