// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One kernel: the steps that each operation does in it, and its policies. It knows nothing of the platform that it runs on.
 *
 * <p>Immutable. A release is its predecessor {@link #with} a step more; a mutant is a release {@link #without} one; a proposal is a
 * release with other steps. Which release has which stands in {@link pagerace.mm.op.Linux}. An operation for which nothing
 * was said does none of its steps.
 */
public final class Kernel {
    /** What stands in the place of an operation. */
    public interface Replacement {
        /** {@code operation}, or what stands in its place. */
        <T> T of(T operation);
    }

    private final String release;
    private final String difference;
    private final Map<Class<?>, Steps<?>> steps;
    private final Map<Class<?>, Policy> policies;
    private final @Nullable Replacement replacement;

    private Kernel(
            String release,
            String difference,
            Map<Class<?>, Steps<?>> steps,
            Map<Class<?>, Policy> policies,
            @Nullable Replacement replacement) {
        this.release = release;
        this.difference = difference;
        this.steps = steps;
        this.policies = policies;
        this.replacement = replacement;
    }

    /** A kernel in which no operation does any step and no policy is chosen. */
    public static Kernel named(String release) {
        return new Kernel(release, "", Collections.emptyMap(), Collections.emptyMap(), null);
    }

    /** The same kernel under the name of a release; what made it of another one is no difference any more. */
    public Kernel as(String release) {
        return new Kernel(release, "", steps, policies, replacement);
    }

    /**
     * This kernel, in which operations do {@code added} as well.
     *
     * @param added constants of the {@code Step} enums of one or more operations
     * @throws IllegalArgumentException if an operation does one of them already, or one is a policy
     */
    public Kernel with(Enum<?>... added) {
        Kernel kernel = this;
        for (Enum<?> step : added) {
            requireStep(step);
            if (kernel.has(step)) {
                throw new IllegalArgumentException("Cannot add " + nameOf(step) + ": " + kernel + " does it already");
            }
            kernel = kernel.changed(step, true).described("with " + nameOf(step));
        }
        return kernel;
    }

    /**
     * This kernel, in which operations do not do {@code dropped}.
     *
     * @throws IllegalArgumentException if an operation does not do one of them anyway, or one is a policy
     */
    public Kernel without(Enum<?>... dropped) {
        Kernel kernel = this;
        for (Enum<?> step : dropped) {
            requireStep(step);
            if (!kernel.has(step)) {
                throw new IllegalArgumentException("Cannot drop " + nameOf(step) + ": " + kernel + " does not do it");
            }
            kernel = kernel.changed(step, false).described("without " + nameOf(step));
        }
        return kernel;
    }

    /** This kernel, with another policy of the kind of {@code policy}. */
    public Kernel with(Policy policy) {
        Map<Class<?>, Policy> changed = new LinkedHashMap<>(policies);
        changed.put(((Enum<?>) policy).getDeclaringClass(), policy);
        return new Kernel(release, difference, steps, Collections.unmodifiableMap(changed), replacement)
                .described("with " + nameOf((Enum<?>) policy));
    }

    /**
     * This kernel, in which one operation does exactly {@code all}: a form of it for other callers, filesystems or architectures than
     * those of {@link pagerace.mm.op.Linux}.
     *
     * @param operation the operation's steps
     */
    public <E extends Enum<E>> Kernel with(Class<E> operation, Steps<E> all) {
        return put(operation, all)
                .described("with the " + operationOf(operation) + " of "
                        + all.inOrder().stream().map(Enum::name).toList());
    }

    /** This kernel, in which one operation does what it does in {@code other}. */
    public <E extends Enum<E>> Kernel with(Class<E> operation, Kernel other) {
        return put(operation, other.steps(operation)).described("with the " + operationOf(operation) + " of " + other);
    }

    /** This kernel, without those of {@code dropped} that some operation does. */
    public Kernel dropping(List<? extends Enum<?>> dropped) {
        Kernel kernel = this;
        for (Enum<?> step : dropped) {
            kernel = kernel.has(step) ? kernel.without(step) : kernel;
        }
        return kernel;
    }

    /** This kernel, in which {@code given} decides what stands in the place of each operation. */
    public Kernel replacing(Replacement given) {
        return new Kernel(release, difference, steps, policies, given);
    }

    /** The steps of the operation whose {@code Step} enum is {@code operation}. */
    @SuppressWarnings("unchecked") // put with their own class only
    public <E extends Enum<E>> Steps<E> steps(Class<E> operation) {
        Steps<?> all = steps.get(operation);
        return all == null ? Steps.none() : (Steps<E>) all; // asked by the million, so nothing is made here
    }

    /** The kernel's policy of the kind of {@code otherwise}, which it has if nothing was said. */
    @SuppressWarnings("unchecked") // put under their own class only
    public <P extends Enum<P> & Policy> P policy(P otherwise) {
        Policy chosen = policies.get(otherwise.getDeclaringClass());
        return chosen == null ? otherwise : (P) chosen;
    }

    /**
     * {@code operation}, or the one that stands in its place. A scenario builds each operation of its actors, and each
     * part of one, through this.
     */
    public <T> T replace(T operation) {
        Replacement own = replacement; // scenarios are made by the million, and nearly always replace nothing
        return own == null ? operation : own.of(operation);
    }

    /** The release: {@code 6.1}; that of the kernel which this one was made of. */
    public String release() {
        return release;
    }

    /** The release, and what is different: {@code 6.1 without Share.SHARE_CHECK}. */
    @Override
    public String toString() {
        return release + difference;
    }

    /** Whether some operation does {@code step}. */
    public boolean has(Enum<?> step) {
        Steps<?> all = steps.get(step.getDeclaringClass());
        return all != null && all.inOrder().contains(step);
    }

    private static void requireStep(Enum<?> constant) {
        if (constant instanceof Policy) {
            throw new IllegalArgumentException(
                    nameOf(constant) + " is a policy, not a step: give it alone, by with(" + nameOf(constant) + ")");
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // a step is of its declaring class
    private Kernel changed(Enum<?> step, boolean add) {
        Class operation = step.getDeclaringClass();
        Steps before = steps(operation);
        return put(operation, add ? before.with((Enum) step) : before.without((Enum) step));
    }

    private Kernel put(Class<?> operation, Steps<?> all) {
        Map<Class<?>, Steps<?>> changed = new LinkedHashMap<>(steps);
        changed.put(operation, all);
        return new Kernel(release, difference, Collections.unmodifiableMap(changed), policies, replacement);
    }

    private Kernel described(String change) {
        String soFar = difference.isEmpty() ? "" : difference + ",";
        return new Kernel(release, soFar + " " + change, steps, policies, replacement);
    }

    private static String nameOf(Enum<?> constant) {
        Class<?> type = constant.getDeclaringClass();
        return (type.getEnclosingClass() == null ? type.getSimpleName() : operationOf(type)) + "." + constant.name();
    }

    private static String operationOf(Class<?> steps) {
        Class<?> operation = steps.getEnclosingClass();
        return operation == null ? steps.getSimpleName() : operation.getSimpleName();
    }
}
