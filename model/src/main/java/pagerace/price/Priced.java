// SPDX-License-Identifier: Apache-2.0
package pagerace.price;

import java.util.function.Function;
import java.util.function.Supplier;
import pagerace.machine.Machine;

/**
 * An operation that has a price: one variant of it, run alone from one state.
 *
 * @param subject the race or the workload
 * @param place the state, where there are several, in brackets as in {@link pagerace.race.Point#key}; else empty
 * @param operation what runs, in kernel terms: {@code fork}
 * @param variant which variant of it
 * @param setup makes the state on a machine, and the operation on it. The operation may run again whenever all words have been
 *     set back to what they were
 */
public record Priced(
        String subject, String place, String operation, String variant, Function<Machine, Supplier<?>> setup) {
    /** Where it stands: {@code GupFastVsFork/SEQ[write,small,later-pin,x86]}, for an actor the key of its point. */
    public String point() {
        return subject + "/" + variant + place;
    }

    /** Its name: {@link #point} and {@link #operation}. Unique in the {@link PriceList}. */
    public String key() {
        return point() + ": " + operation;
    }
}
