// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagerace.machine.Machine;
import pagerace.mm.Kernel;
import pagerace.mm.Steps;

/** A variant that can be run: it knows where it makes sense, what to expect there, and how to set itself up. */
public interface Candidate extends Variant {
    /** Whether the variant makes a point there. */
    default boolean has(Place at) {
        return true;
    }

    /** The strongest memory model under which the forbidden outcome is reachable there. */
    Reachability reachableFrom(Place at);

    /**
     * The variant whose forbidden outcome x86 shows in the same place: the proof that the instrument would have seen one.
     * Asked only where x86 cannot show this variant's own; null where it cannot show any.
     */
    @Nullable
    Variant control(Place at);

    /** Whether real threads run it there in every plan. */
    boolean isPlanned(Place at);

    /** The kernel of this variant in that place. */
    Kernel kernel(Place at);

    /** The steps of that kernel that can be dropped one by one to see whether they are needed. */
    List<Steps<?>> steps(Place at);

    /** A fresh scenario on {@code machine}, whose operations are those of {@code kernel}. */
    Scenario on(Machine machine, Place at, Kernel kernel);

    /** What makes scenarios of it there, without the steps in {@code dropped}. */
    default Point.Setup setup(Place at, List<? extends Enum<?>> dropped) {
        Kernel kernel = kernel(at).dropping(dropped);
        return machine -> on(machine, at, kernel);
    }
}
