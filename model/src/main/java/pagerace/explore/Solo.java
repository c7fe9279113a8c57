// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import pagerace.machine.Machine;

/**
 * What an operation does that runs alone, from setup to its end.
 *
 * @param initial what each word holds after setup, in the order of setup
 * @param accesses every access and fence, in program order
 */
public record Solo(List<Long> initial, List<Taken> accesses) {
    /**
     * Runs the operation that {@code setup} makes.
     *
     * @return empty if it waits for ever: alone, it deadlocks with itself
     */
    public static Optional<Solo> of(Function<? super Machine, ? extends Supplier<?>> setup) {
        ExploredMachine machine = new ExploredMachine();
        Supplier<?> operation = setup.apply(machine);
        List<Long> initial = Arrays.stream(machine.endSetup()).boxed().toList();
        return machine.runAlone(operation).map(accesses -> new Solo(initial, List.copyOf(accesses)));
    }
}
