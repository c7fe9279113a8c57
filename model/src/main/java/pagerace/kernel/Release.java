// SPDX-License-Identifier: Apache-2.0
package pagerace.kernel;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A release of Linux: {@code 2.6.22}, {@code 5.15}, a candidate of one ({@code 5.9-rc}), or one of its stable series ({@code
 * 6.12.69}). Before 3.0 the third number makes a release of its own; since then it counts the updates of one.
 *
 * @param series the numbers that make a mainline release: 2.6.22 is 2,006,022, and 5.15 is 5,015,000
 * @param update the update of its stable series; 0 for the mainline release itself
 * @param candidate whether it is a candidate, before the release
 */
public record Release(int series, int update, boolean candidate) implements Comparable<Release> {
    private static final Pattern SYNTAX = Pattern.compile(
            "(?:v|Linux )?(\\d{1,3})\\.(\\d{1,3})(?:\\.(\\d{1,3})(?:\\.(\\d{1,4}))?)?(-rc\\d*)?(?:(?!-rc)[-+].*)?");

    /** After which Linus Torvalds counted on from zero. */
    private static final List<String> LAST_OF_MAJOR = List.of("2.6.39", "3.19", "4.20", "5.19", "6.19");

    private static final List<String> FIRST_OF_MAJOR = List.of("3.0", "4.0", "5.0", "6.0", "7.0");

    /**
     * The version that {@code text} names, written as {@code uname -r} or a tag does: {@code 5.15.0-91-generic}, {@code v6.1},
     * {@code 2.6.32.71}; whether such a release exists or not: {@link #afterWhich}. Empty if it names none.
     */
    public static Optional<Release> parse(String text) {
        Matcher matcher = SYNTAX.matcher(text.strip());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int major = number(matcher.group(1));
        boolean old = major < 3;
        int third = number(matcher.group(3));
        int update = old ? number(matcher.group(4)) : third;
        int series = major * 1_000_000 + number(matcher.group(2)) * 1_000 + (old ? third : 0);
        return Optional.of(new Release(series, update, matcher.group(5) != null && update == 0));
    }

    private static int number(@Nullable String digits) {
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    /** The mainline release that it is, leads to, or updates. */
    public Release mainline() {
        return new Release(series, 0, false);
    }

    /** The last release before a major number that this is between: 5.19 for 5.20, which nobody released. Else empty. */
    public Optional<Release> afterWhich() {
        for (int i = 0; i < LAST_OF_MAJOR.size(); i++) {
            Release last = parse(LAST_OF_MAJOR.get(i)).orElseThrow();
            if (series > last.series && series < last.next().series) {
                return Optional.of(last);
            }
        }
        return Optional.empty();
    }

    /** Whether it is a mainline release, neither a candidate nor an update. */
    public boolean isMainline() {
        return update == 0 && !candidate;
    }

    /** The mainline release after it. */
    public Release next() {
        int last = LAST_OF_MAJOR.indexOf(mainline().toString());
        if (last >= 0) {
            return parse(FIRST_OF_MAJOR.get(last)).orElseThrow();
        }
        return new Release(series + (series < 3_000_000 ? 1 : 1_000), 0, false);
    }

    @Override
    public int compareTo(Release other) {
        if (series != other.series) {
            return Integer.compare(series, other.series);
        }
        return candidate == other.candidate ? Integer.compare(update, other.update) : candidate ? -1 : 1;
    }

    @Override
    public String toString() {
        int major = series / 1_000_000;
        String name = major + "." + series / 1_000 % 1_000;
        if (major < 3) {
            name += "." + series % 1_000;
        }
        return name + (update > 0 ? "." + update : "") + (candidate ? "-rc" : "");
    }
}
