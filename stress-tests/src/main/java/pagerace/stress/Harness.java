// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import org.jspecify.annotations.Nullable;
import pagerace.machine.HardwareMachine;
import pagerace.machine.Stuck;
import pagerace.race.Point;
import pagerace.race.Scenario;
import pagerace.race.Stuckness;

/**
 * The protocol that every harness follows. A harness is one fresh scenario on real threads: each actor runs once and leaves
 * its end here, then the judge says the outcome. If a wait gave up, in an actor or in the judge, the outcome is
 * {@link Stuckness#STUCK}, and nobody judges.
 *
 * <p>Subclasses are emitted; JCStress wants actors and arbiter on the class itself, so each has three methods of one line.
 */
abstract class Harness {
    private final Scenario<?, ?> scenario;

    private @Nullable Object firstEnd;
    private @Nullable Object secondEnd;

    Harness(Point point) {
        scenario = point.on(new HardwareMachine());
    }

    final void runFirst() {
        try {
            firstEnd = scenario.first();
        } catch (Stuck gaveUp) {
            firstEnd = null;
        }
    }

    final void runSecond() {
        try {
            secondEnd = scenario.second();
        } catch (Stuck gaveUp) {
            secondEnd = null;
        }
    }

    final void runJudge(OutcomeWord result) {
        result.word = outcome();
    }

    private String outcome() {
        Object first = firstEnd;
        Object second = secondEnd;
        if (first == null || second == null) {
            return Stuckness.STUCK.name();
        }
        try {
            return Scenario.judgeEnds(scenario, first, second).name();
        } catch (Stuck gaveUp) {
            return Stuckness.STUCK.name();
        }
    }
}
