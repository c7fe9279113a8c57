// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pagerace.machine.HardwareMachine;
import pagerace.machine.Machine;
import pagerace.mm.Kernel;
import pagerace.mm.Steps;
import pagerace.own.OwnFix;

/**
 * A user's own fix as a variant of its race.
 *
 * @param fix the fix
 * @param start the variant that it starts from
 * @param places where that variant is looked at and has the operation that the fix replaces
 */
record OwnVariant(OwnFix<?, ?> fix, Candidate start, List<Place> places) implements Candidate {
    /** {@code fix} as a variant of a race that can be looked at in {@code all} places. */
    static OwnVariant of(OwnFix<?, ?> fix, Candidate start, List<Place> all) {
        return new OwnVariant(
                fix,
                start,
                all.stream()
                        .filter(at -> start.has(at) && operations(start, at).contains(fix.replaces()))
                        .toList());
    }

    /** The classes of the operations that {@code variant} builds there. */
    static Set<Class<?>> operations(Candidate variant, Place at) {
        Set<Class<?>> built = new LinkedHashSet<>();
        Kernel listing = variant.kernel(at).replacing(new Kernel.Replacement() {
            @Override
            public <T> T of(T operation) {
                built.add(operation.getClass());
                return operation;
            }
        });
        Scenario unused = variant.on(new HardwareMachine(), at, listing);
        return built;
    }

    @Override
    public boolean has(Place at) {
        return places.contains(at);
    }

    /** Nobody has recorded it: the explorer must say. */
    @Override
    public Reachability reachableFrom(Place at) {
        return Reachability.UNKNOWN;
    }

    @Override
    public @Nullable Variant control(Place at) {
        return start.reachableFrom(at).isReachableOn(Reachability.TSO) ? start : start.control(at);
    }

    /** Where the variant is that it starts from; if that is nowhere, in the first place. */
    @Override
    public boolean isPlanned(Place at) {
        return places.stream().anyMatch(start::isPlanned) ? start.isPlanned(at) : at.equals(places.get(0));
    }

    @Override
    public List<Steps<?>> steps(Place at) {
        return List.of(fix.steps());
    }

    @Override
    public Kernel kernel(Place at) {
        return start.kernel(at);
    }

    @Override
    public Scenario on(Machine machine, Place at, Kernel kernel) {
        return start.on(machine, at, kernel.replacing(replacement(fix, List.of(), machine)));
    }

    /** The fix's own steps are dropped as those of the kernel are. */
    @Override
    public Point.Setup setup(Place at, List<? extends Enum<?>> dropped) {
        Kernel kernel = kernel(at).dropping(dropped);
        return machine -> start.on(machine, at, kernel.replacing(replacement(fix, dropped, machine)));
    }

    /** The operation of {@code fix}, without the steps in {@code dropped}, in the place of exactly the one that it replaces. */
    static <R, S extends Enum<S>> Kernel.Replacement replacement(
            OwnFix<R, S> fix, List<? extends Enum<?>> dropped, Machine machine) {
        return new Kernel.Replacement() {
            @Override
            @SuppressWarnings("unchecked") // of exactly the class R, so R is a T
            public <T> T of(T operation) {
                if (operation.getClass() != fix.replaces()) {
                    return operation;
                }
                R own = fix.operation(
                        machine, fix.replaces().cast(operation), fix.steps().except(dropped));
                if (own == null) {
                    throw new IllegalStateException("the operation of " + fix.name() + " is null");
                }
                return (T) own;
            }
        };
    }

    @Override
    public String name() {
        return fix.name();
    }

    @Override
    public Origin origin() {
        return Origin.own("as " + start.name() + ", but " + fix.difference());
    }
}
