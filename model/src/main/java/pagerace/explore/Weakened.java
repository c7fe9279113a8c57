// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import pagerace.machine.Order;

/** A phase of an actor that does without something: it never gets as far as asking for it. */
final class Weakened implements Phase {
    private final Weakening weakening;
    private final Phase phase;

    Weakened(Weakening weakening, Phase phase) {
        this.weakening = weakening;
        this.phase = phase;
    }

    @Override
    public long take(Access asked) {
        if (weakening.drops(asked)) {
            return asked.kind() == Access.Kind.TRY_ACQUIRE_WHEN_CLEAR ? 1 : 0;
        }
        return phase.take(weakening.relaxes(asked) ? asked.ordered(Order.RELAXED) : asked);
    }

    @Override
    public RuleViolation refuse(RuleViolation violation) {
        return phase.refuse(violation);
    }
}
