// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.mm.Kernel;
import pagerace.mm.Steps;

/**
 * What an operation has whose steps differ between kernels. What it works on, its subclass has in public fields: an {@linkplain
 * pagerace.own.OwnFix own fix} is made of those of the operation that it replaces.
 *
 * @param <S> the operation's steps
 */
public abstract class Operation<S extends Enum<S>> {
    /** The kernel that does the operation. */
    public final Kernel kernel;
    /** The steps that it does. */
    public final Steps<S> steps;

    /** An operation that does what {@code kernel} says of {@code operation}, its {@code Step} enum. */
    protected Operation(Kernel kernel, Class<S> operation) {
        this(kernel, kernel.steps(operation));
    }

    /** An operation whose steps depend on its caller, too. */
    protected Operation(Kernel kernel, Steps<S> steps) {
        this.kernel = kernel;
        this.steps = steps;
    }
}
