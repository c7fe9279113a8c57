// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import pagerace.stress.Limits;

/** Durations as people write them: {@code 4m}, {@code 1m30s}, {@code 240s}, {@code PT4M}; and {@code auto} for a stress run. */
final class Budget {
    /** As long as it takes. */
    static final String AUTO = "auto";

    private Budget() {}

    static Limits limits(String text) {
        return text.strip().equalsIgnoreCase(AUTO) ? Limits.BY_NEED : Limits.of(parse(text));
    }

    static Duration parse(String text) {
        String bare = text.strip().toUpperCase(Locale.ROOT);
        Duration budget;
        try {
            budget = Duration.parse(bare.startsWith("P") || bare.startsWith("-P") ? bare : "PT" + bare);
        } catch (DateTimeParseException | ArithmeticException e) {
            String hint = bare.matches("[1-9][0-9]*") ? bare.toLowerCase(Locale.ROOT) + "s" : "4m, 240s or PT4M";
            throw new BadInput("The time \"" + text + "\" is not a duration; write " + hint + ".");
        }
        if (budget.isZero() || budget.isNegative()) {
            throw new BadInput("The time \"" + text + "\" is no time at all; write 4m, 240s or PT4M.");
        }
        return budget;
    }

    /** {@code 1m05s}. */
    static String text(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        return seconds < 60 ? seconds + "s" : String.format(Locale.ROOT, "%dm%02ds", seconds / 60, seconds % 60);
    }
}
