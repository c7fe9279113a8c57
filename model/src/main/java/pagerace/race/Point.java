// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagerace.machine.HardwareMachine;
import pagerace.machine.Machine;

/**
 * A race, one of its variants, and a value for each dimension: what is explored, stressed and graded.
 *
 * @param race the race's name
 * @param variant the fix
 * @param dimensions one value per dimension of the race, in the race's order
 * @param reachableFrom the strongest memory model under which the forbidden outcome is reachable
 * @param control for a point that should hold, the variant which in the same dimensions shows the forbidden outcome; null
 *     where the host cannot show any
 * @param stress how the stress plan treats the point
 * @param steps the steps of its operations that can be dropped, one by one or together, to see whether they are needed
 * @param setup makes a fresh scenario on a machine
 */
public record Point(
        String race,
        Variant variant,
        List<Dimension> dimensions,
        Reachability reachableFrom,
        @Nullable Variant control,
        Stress stress,
        List<? extends Enum<?>> steps,
        Setup setup) {

    /** Makes scenarios. */
    @FunctionalInterface
    public interface Setup {
        /** A fresh scenario on {@code machine}. */
        Scenario on(Machine machine);

        /**
         * Makes scenarios in which {@code step} is dropped as well.
         *
         * @throws UnsupportedOperationException if this cannot drop any
         */
        default Setup without(Enum<?> step) {
            throw new UnsupportedOperationException("no step can be dropped here: " + step);
        }
    }

    /** Makes scenarios of {@code variant} at {@code at}; {@code made} does it without the steps in {@code dropped}. */
    private record Dropping(Candidate variant, Place at, List<Enum<?>> dropped, Setup made) implements Setup {
        Dropping(Candidate variant, Place at, List<Enum<?>> dropped) {
            this(variant, at, dropped, variant.setup(at, dropped));
        }

        @Override
        public Scenario on(Machine machine) {
            return made.on(machine);
        }

        @Override
        public Setup without(Enum<?> step) {
            return new Dropping(
                    variant,
                    at,
                    Stream.<Enum<?>>concat(dropped.stream(), Stream.of(step)).toList());
        }
    }

    /** How the stress plan treats a point. */
    public enum Stress {
        /** Real threads run it in every plan. */
        PLANNED,
        /** The explorer covers it; real threads do not run it by default. */
        EXPLORED_ONLY
    }

    /** The point of {@code variant} at {@code at}. */
    static Point of(String race, Candidate variant, Place at) {
        Reachability from = variant.reachableFrom(at);
        return new Point(
                race,
                variant,
                at.dimensions(),
                from,
                from.isReachableOn(Reachability.TSO) ? null : variant.control(at),
                variant.isPlanned(at) ? Stress.PLANNED : Stress.EXPLORED_ONLY,
                variant.steps(at).stream()
                        .flatMap(steps -> steps.inOrder().stream())
                        .toList(),
                new Dropping(variant, at, List.of()));
    }

    /** A point none of whose steps can be dropped. */
    public Point(
            String race,
            Variant variant,
            List<Dimension> dimensions,
            Reachability reachableFrom,
            @Nullable Variant control,
            Stress stress,
            Setup setup) {
        this(race, variant, dimensions, reachableFrom, control, stress, List.of(), setup);
    }

    /**
     * {@code race/variant[dimension,...]}, without brackets where there are no dimensions: the name of the point in filters,
     * reports and tests.
     */
    public String key() {
        return keyOf(variant);
    }

    /** The key of the control, if there is one. */
    public @Nullable String controlKey() {
        return control == null ? null : keyOf(control);
    }

    private String keyOf(Variant which) {
        return race + "/" + which.name() + place();
    }

    /** The dimensions in brackets, as in {@link #key}; empty where there are none. */
    public String place() {
        return dimensions.isEmpty()
                ? ""
                : dimensions.stream().map(Dimension::label).collect(Collectors.joining(",", "[", "]"));
    }

    /** How many actors it has. */
    public int actors() {
        return on(new HardwareMachine()).actors().size();
    }

    /** A fresh scenario of this point on {@code machine}. */
    public Scenario on(Machine machine) {
        return setup.on(machine);
    }

    /**
     * This point with {@code step} dropped: a mutant that nobody had to declare. Nobody knows yet what it can reach.
     *
     * @param step one of {@link #steps}
     */
    public Point without(Enum<?> step) {
        return new Point(
                race,
                new WithoutStep(variant, step),
                dimensions,
                Reachability.UNKNOWN,
                null,
                Stress.EXPLORED_ONLY,
                steps.stream().filter(other -> other != step).toList(),
                setup.without(step));
    }

    /**
     * This point, of which somebody has found out what it can do.
     *
     * @param found from where on the forbidden outcome is reachable
     * @param deadlocks whether the actors can deadlock
     */
    public Point expecting(Reachability found, boolean deadlocks) {
        Variant needed = found.isReachableOn(Reachability.TSO) ? null : control;
        Variant known = deadlocks ? new Deadlocking(variant) : variant;
        return new Point(race, known, dimensions, found, needed, stress, steps, setup);
    }
}
