// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

/**
 * A variant with one step of its operations dropped.
 *
 * @param base the variant
 * @param step the step, a constant of the operation's {@code Step}
 */
record WithoutStep(Variant base, Enum<?> step) implements Variant {
    @Override
    public String name() {
        return base.name() + "-" + step.name();
    }

    @Override
    public boolean isOwn() {
        return base.isOwn();
    }

    @Override
    public Origin origin() {
        Class<?> operation = step.getDeclaringClass().getEnclosingClass();
        String whose = operation == null ? "" : operation.getSimpleName() + "'s ";
        return Origin.mutant("as " + base.name() + ", but without " + whose + step.name());
    }
}
