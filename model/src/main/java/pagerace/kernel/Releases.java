// SPDX-License-Identifier: Apache-2.0
package pagerace.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The mainline releases that have something, as the catalogue writes them: {@code all}, {@code 5.9 .. 5.10}, {@code <= 5.8},
 * {@code >= 6.1}, {@code 5.9-rc}; several with a semicolon between, each perhaps with a condition behind a comma: {@code >= 6.3,
 * arm64; >= 6.4, riscv}. A dash stands for none.
 *
 * @param spans the ranges
 */
public record Releases(List<Span> spans) {
    /**
     * One range.
     *
     * @param from the first release that has it; null if nobody knows of one that had not
     * @param to the last; null if the present kernel has it
     * @param where the architecture or filesystem that it is about, or nothing
     */
    public record Span(@Nullable Release from, @Nullable Release to, String where) {
        /**
         * Whether {@code release} is one of them. A stable update is what its mainline release was, and what was written for it; a
         * candidate has what was there before and is still there after it, and what only candidates had.
         */
        public boolean contains(Release release) {
            if (from != null && from.equals(to) && !from.isMainline()) {
                return from.candidate()
                        ? release.candidate() && release.series() == from.series()
                        : release.series() == from.series() && release.update() >= from.update();
            }
            Release mainline = release.mainline();
            int begins = from == null ? -1 : from.compareTo(mainline);
            return (release.candidate() ? begins < 0 : begins <= 0) && (to == null || to.compareTo(mainline) >= 0);
        }
    }

    /** Makes the list unmodifiable. */
    public Releases {
        spans = List.copyOf(spans);
    }

    /**
     * Reads such a text.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Releases parse(String text) {
        if (text.equals("-")) {
            return new Releases(List.of());
        }
        List<Span> spans = new ArrayList<>();
        for (String part : text.split(";", -1)) {
            int comma = part.indexOf(',');
            String range = (comma < 0 ? part : part.substring(0, comma)).strip();
            spans.add(span(range, comma < 0 ? "" : part.substring(comma + 1).strip(), text));
        }
        return new Releases(spans);
    }

    private static Span span(String range, String where, String text) {
        if (range.equals("all")) {
            return new Span(null, null, where);
        }
        if (range.startsWith(">= ")) {
            return new Span(release(range.substring(3), text), null, where);
        }
        if (range.startsWith("<= ")) {
            return new Span(null, release(range.substring(3), text), where);
        }
        int dots = range.indexOf(" .. ");
        Release from = release(dots < 0 ? range : range.substring(0, dots), text);
        Release to = dots < 0 ? from : release(range.substring(dots + 4), text);
        if (from.compareTo(to) > 0) {
            throw new IllegalArgumentException("\"" + text + "\" ends before it begins");
        }
        return new Span(from, to, where);
    }

    private static Release release(String name, String text) {
        Optional<Release> release =
                Release.parse(name).filter(parsed -> parsed.toString().equals(name));
        return release.orElseThrow(() -> new IllegalArgumentException("\"" + text + "\" is no range of releases"));
    }

    /** Whether some architecture or filesystem has it in {@code release}. */
    public boolean contains(Release release) {
        return spans.stream().anyMatch(span -> span.contains(release));
    }
}
