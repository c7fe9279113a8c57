// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.Set;

/**
 * What all states of one exploration under {@link Weak} have in common.
 *
 * @param actors how many actors there are
 * @param locations how many words there are
 * @param faults the orderings that are left out
 */
record WeakShape(int actors, int locations, Set<Fault> faults) {
    /** One ordering left out, for tests that must notice. */
    enum Fault {
        /** {@code smp_wmb} does nothing. */
        NO_WMB,
        /** {@code smp_rmb} does nothing. */
        NO_RMB,
        /** Acquire does nothing. */
        NO_ACQUIRE,
        /** Release orders its own actor's accesses but carries nothing that they saw. */
        NO_CUMULATIVITY,
        /** A full fence orders its own actor's accesses but does not wait for propagation. */
        NO_PROPAGATION,
        /** A read takes over nothing from the write that it reads. */
        NO_READS_FROM,
        /** Dependencies order nothing. */
        NO_DEPENDENCIES
    }

    WeakShape {
        faults = Set.copyOf(faults);
    }

    boolean has(Fault fault) {
        return faults.contains(fault);
    }
}
