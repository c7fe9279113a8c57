// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.State;
import pagerace.machine.HardwareMachine;
import pagerace.machine.Stuck;
import pagerace.race.Point;
import pagerace.race.Scenario;

/** The {@linkplain Harness harness} of every point with two actors. */
@JCStressTest
@State
public class TwoActors {
    private final Scenario.OfTwo<?, ?> scenario;

    private @Nullable Object firstEnd;
    private @Nullable Object secondEnd;

    /** A fresh scenario of the {@linkplain Harness.Measured measured} point. */
    public TwoActors() {
        this(Harness.Measured.POINT);
    }

    TwoActors(Point point) {
        scenario = (Scenario.OfTwo<?, ?>) point.on(new HardwareMachine());
    }

    /** The initiator. */
    @Actor
    public void first() {
        try {
            firstEnd = scenario.first();
        } catch (Stuck gaveUp) {
            firstEnd = null;
        }
    }

    /** The opponent. */
    @Actor
    public void second() {
        try {
            secondEnd = scenario.second();
        } catch (Stuck gaveUp) {
            secondEnd = null;
        }
    }

    /** The judge. */
    @Arbiter
    public void judge(OutcomeWord result) {
        result.word = Harness.outcome(scenario, firstEnd, secondEnd);
    }
}
