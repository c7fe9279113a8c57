// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import java.util.Comparator;
import java.util.Locale;

/** The strongest memory model under which a point's forbidden outcome can already be reached. */
public enum Reachability {
    /** No race is needed: one actor after the other reaches it. */
    SEQUENTIAL,
    /** Some interleaving reaches it. */
    SC,
    /** A store buffer is needed: x86 can show it. */
    TSO,
    /** A weaker machine than x86 is needed. */
    WEAK,
    /** Nothing reaches it. */
    NEVER,
    /** Nobody has established it yet. */
    UNKNOWN;

    /** As people read it: a memory model by its name, and else a word, such as {@code sequential}. */
    public String inWords() {
        return switch (this) {
            case SC, TSO, WEAK -> name();
            case SEQUENTIAL, NEVER, UNKNOWN -> name().toLowerCase(Locale.ROOT);
        };
    }

    /** The worst in front, and NEVER last: what nobody knows may be bad. */
    public static final Comparator<Reachability> WORST_FIRST =
            Comparator.<Reachability, Boolean>comparing(from -> from == NEVER).thenComparing(Comparator.naturalOrder());

    /** Whether a host with the memory model {@code host} (SC, TSO or WEAK) can reach it; false if unknown. */
    public boolean isReachableOn(Reachability host) {
        return this != UNKNOWN && this != NEVER && compareTo(host) <= 0;
    }
}
