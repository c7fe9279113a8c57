// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.State;
import pagerace.machine.HardwareMachine;
import pagerace.machine.Stuck;
import pagerace.race.Catalogue;
import pagerace.race.Point;
import pagerace.race.Scenario;
import pagerace.race.Stuckness;

/**
 * The harness of every point: one fresh scenario on real threads. Each actor runs once and leaves its end here, then the judge says
 * the outcome. If a wait gave up, in an actor or in the judge, the outcome is {@link Stuckness#STUCK}, and nobody judges.
 *
 * <p>A {@link Worker} defines this class anew for each point that it measures, by a {@link PointLoader} that is named after the
 * point: so the point, its steps and its platform are constants of the compiler, and no point inherits the profile of another.
 */
@JCStressTest
@State
public class TwoActors {
    /** Not of the harness itself, which tests give a point of their own. */
    private static final class Measured {
        static final Point POINT =
                Catalogue.point(Measured.class.getClassLoader().getName());

        private Measured() {}
    }

    private final Scenario<?, ?> scenario;

    private @Nullable Object firstEnd;
    private @Nullable Object secondEnd;

    /** A fresh scenario of the point that its class loader is named after. */
    public TwoActors() {
        this(Measured.POINT);
    }

    TwoActors(Point point) {
        scenario = point.on(new HardwareMachine());
    }

    /** The key of the point that {@link #TwoActors()} makes scenarios of. */
    public static String key() {
        return Measured.POINT.key();
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
