// SPDX-License-Identifier: Apache-2.0
package pagerace.kernel;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A release of Linux: {@code 2.6.22}, {@code 5.15}, a candidate of one ({@code 5.9-rc}), or one of its stable series ({@code
 * 6.12.69}). Before 3.0 the third number makes a release of its own; since then it counts the updates of one.
 *
 * @param series the numbers that make a mainline release: 2.6.22 is 2,006,022, and 5.15 is 5,015,000
 * @param update the update of its stable series; 0 for the mainline release itself
 * @param candidate whether it is a candidate, before the release
 */
public record Release(int series, int update, boolean candidate) implements Comparable<Release> {
    private static final Pattern SYNTAX =
            Pattern.compile("(?:v|Linux )?(\\d{1,3})\\.(\\d{1,3})(?:\\.(\\d{1,4}))?(-rc\\d*)?(?:[-+].*)?");

    /** The version that {@code text} names, whether such a release exists or not; empty if it names none. */
    public static Optional<Release> parse(String text) {
        Matcher matcher = SYNTAX.matcher(text.strip());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int major = Integer.parseInt(matcher.group(1));
        int minor = Integer.parseInt(matcher.group(2));
        int third = matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3));
        boolean candidate = matcher.group(4) != null;
        boolean old = major < 3;
        return Optional.of(
                new Release(major * 1_000_000 + minor * 1_000 + (old ? third : 0), old ? 0 : third, candidate));
    }

    /** The mainline release that it is, leads to, or updates. */
    public Release mainline() {
        return new Release(series, 0, false);
    }

    /** Whether it is a mainline release, neither a candidate nor an update. */
    public boolean isMainline() {
        return update == 0 && !candidate;
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
