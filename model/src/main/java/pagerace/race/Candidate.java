// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagerace.machine.Machine;
import pagerace.mm.op.Steps;

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

    /** The steps of its operations that can be dropped one by one to see whether they are needed. */
    List<Steps<?>> steps(Place at);

    /** A fresh scenario on {@code machine}, with {@code changes} in its operations. */
    Scenario<?, ?> on(Machine machine, Place at, Changes changes);
}
