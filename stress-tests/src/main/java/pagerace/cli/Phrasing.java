// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.util.Collection;
import java.util.Locale;
import pagerace.race.Reachability;
import pagerace.race.Variant;

/** How {@code list} and {@code explain} put things. */
final class Phrasing {
    private Phrasing() {}

    /** From the best to the worst of several places: {@code never .. WEAK}. */
    static String range(Collection<Reachability> places) {
        Reachability best = Reachability.SEQUENTIAL;
        Reachability worst = Reachability.UNKNOWN;
        for (Reachability from : places) {
            best = from.compareTo(best) > 0 ? from : best;
            worst = from.compareTo(worst) < 0 ? from : worst;
        }
        return best == worst ? best.inWords() : best.inWords() + " .. " + worst.inWords();
    }

    /** {@code mainline}. */
    static String of(Variant.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
