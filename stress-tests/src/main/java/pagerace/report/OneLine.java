// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Text of unknown origin for a terminal, a log or a line of a format: it stays within its line, and is no command to the
 * reader of that line.
 *
 * <p>Labels, failures and reasons stand in files that anybody may have written. What controls a terminal, ends a line,
 * turns the direction of writing, or is no character at all becomes a blank. A CI runner takes a line that begins with two
 * colons for a command: here they stand apart, wherever a line may come to be broken.
 */
public final class OneLine {
    private static final String CONTROL = "[\\p{Cc}\\p{Cs}\\u2028\\u2029\\u202A-\\u202E\\u2066-\\u2069\\uFFFE\\uFFFF]";
    private static final Pattern COLONS = Pattern.compile("(?<!\\S):{2,}");

    private OneLine() {}

    /** {@code text} as one line, without its end. */
    public static String of(String text) {
        return COLONS.matcher(text.replaceAll(CONTROL, " "))
                .replaceAll(colons -> ": ".repeat(colons.group().length() - 1) + ":");
    }

    /** Each line of {@code text}, which we have broken into lines ourselves, with its end. */
    static String each(String text) {
        return text.lines().map(line -> of(line) + "\n").collect(Collectors.joining());
    }
}
