// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.util.Collection;
import java.util.Locale;
import pagerace.race.Reachability;
import pagerace.race.Variant;

/** How {@code list} and {@code explain} put things. */
final class Phrasing {
    private static final int WIDTH = 100;

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

    /** {@code text} behind {@code begin}, in lines of readable width; those that follow are indented as far as it is long. */
    static String paragraph(String begin, String text) {
        StringBuilder lines = new StringBuilder();
        StringBuilder line = new StringBuilder(begin);
        boolean empty = true;
        for (String word : text.split(" ", -1)) {
            if (!empty && line.length() + 1 + word.length() > WIDTH) {
                lines.append(line).append('\n');
                line = new StringBuilder(" ".repeat(begin.length()));
                empty = true;
            }
            line.append(empty ? "" : " ").append(word);
            empty = false;
        }
        return lines.append(line).append('\n').toString();
    }
}
