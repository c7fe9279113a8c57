// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.util.Collection;
import java.util.Locale;
import pagerace.race.Reachability;
import pagerace.race.Variant;

/** How {@code list} and {@code explain} put things. */
final class Phrasing {
    private Phrasing() {}

    /** {@code never}, {@code sequential}, {@code SC}, {@code TSO} or {@code WEAK}. */
    static String of(Reachability from) {
        return switch (from) {
            case SC, TSO, WEAK -> from.name();
            case SEQUENTIAL, NEVER, UNKNOWN -> from.name().toLowerCase(Locale.ROOT);
        };
    }

    /** From the best to the worst of several places: {@code never .. WEAK}. */
    static String range(Collection<Reachability> places) {
        Reachability best = Reachability.SEQUENTIAL;
        Reachability worst = Reachability.UNKNOWN;
        for (Reachability from : places) {
            best = from.compareTo(best) > 0 ? from : best;
            worst = from.compareTo(worst) < 0 ? from : worst;
        }
        return best == worst ? of(best) : of(best) + " .. " + of(worst);
    }

    /** {@code mainline}. */
    static String of(Variant.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
