// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.runners.TestList;
import pagerace.machine.Stuck;
import pagerace.race.Catalogue;
import pagerace.race.Point;
import pagerace.race.Scenario;
import pagerace.race.Stuckness;

/**
 * What runs a point: one fresh scenario on real threads. Each actor runs once and leaves its end, then the judge says the outcome. If a
 * wait gave up, in an actor or in the judge, the outcome is {@link Stuckness#STUCK}, and nobody judges. There is a class for each
 * number of actors, since JCStress wants a method for each actor.
 *
 * <p>A {@link Worker} defines these classes anew for each point that it measures, by a {@link PointLoader} that is named after the
 * point: so the point, its steps and its platform are constants of the compiler, and no point inherits the profile of another.
 */
public final class Harness {
    /** Not of the harnesses themselves, which tests give a point of their own. */
    static final class Measured {
        /** The point that the loader of this class is named after. */
        static final Point POINT =
                Catalogue.point(Measured.class.getClassLoader().getName());

        private Measured() {}
    }

    private Harness() {}

    /** The key of the {@linkplain Measured measured} point. */
    public static String key() {
        return Measured.POINT.key();
    }

    /** What JCStress knows of the harness of {@code point}. */
    static TestInfo of(Point point) {
        return TestList.getInfo((point.actors() == 2 ? TwoActors.class : ThreeActors.class).getName());
    }

    /** The word for what {@code scenario} came to, whose actors ended so; null for one that gave up. */
    static String outcome(Scenario scenario, @Nullable Object... ends) {
        if (Arrays.stream(ends).anyMatch(Objects::isNull)) {
            return Stuckness.STUCK.name();
        }
        try {
            return scenario.judge(List.of(ends)).name();
        } catch (Stuck gaveUp) {
            return Stuckness.STUCK.name();
        }
    }
}
