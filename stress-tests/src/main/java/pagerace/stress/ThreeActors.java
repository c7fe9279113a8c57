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

/** The {@linkplain Harness harness} of every point with three actors. */
@JCStressTest
@State
public class ThreeActors {
    private final Scenario.OfThree<?, ?, ?> scenario;

    private @Nullable Object firstEnd;
    private @Nullable Object secondEnd;
    private @Nullable Object thirdEnd;

    /** A fresh scenario of the {@linkplain Harness.Measured measured} point. */
    public ThreeActors() {
        this(Harness.Measured.POINT);
    }

    ThreeActors(Point point) {
        scenario = (Scenario.OfThree<?, ?, ?>) point.on(new HardwareMachine());
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

    /** The first opponent. */
    @Actor
    public void second() {
        try {
            secondEnd = scenario.second();
        } catch (Stuck gaveUp) {
            secondEnd = null;
        }
    }

    /** The second opponent. */
    @Actor
    public void third() {
        try {
            thirdEnd = scenario.third();
        } catch (Stuck gaveUp) {
            thirdEnd = null;
        }
    }

    /** The judge. */
    @Arbiter
    public void judge(OutcomeWord result) {
        result.word = Harness.outcome(scenario, firstEnd, secondEnd, thirdEnd);
    }
}
