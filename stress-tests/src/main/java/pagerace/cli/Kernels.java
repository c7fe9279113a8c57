// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pagerace.kernel.Commit;
import pagerace.kernel.Release;
import pagerace.kernel.Releases;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;
import pagerace.race.Variant;

/**
 * Which variants a release of Linux has, what is broken in them, and what fixed it. A filter of points says so behind an
 * {@code @}: {@code GupFastVsFork@5.15}, or {@code @5.15} for all races.
 */
final class Kernels {
    /** What parts the points that a filter names from the release in which it wants them. */
    static final char IN = '@';

    private Kernels() {}

    /** {@code filter}, in {@code kernel} only; the same filter if that is null. */
    static String filter(String filter, @Nullable String kernel) {
        return kernel == null ? filter : filter.strip() + IN + release(kernel);
    }

    /**
     * The release that {@code text} names.
     *
     * @throws BadInput if it names none
     */
    static Release release(String text) {
        Release release = Release.parse(text)
                .orElseThrow(() -> new BadInput("There is no kernel release " + text.strip()
                        + "; write it as a tag or uname -r does, for instance 5.15 or 6.1.0-13-amd64."));
        release.afterWhich().ifPresent(last -> {
            throw new BadInput("There is no Linux " + release.mainline() + ": after " + last + " came " + last.next()
                    + meant(release)
                            .map(other -> "; did you mean " + other + "?")
                            .orElse("."));
        });
        return release;
    }

    /** The update of a stable series whose last dot may be missing: 5.15.5 for 5.155. */
    private static Optional<Release> meant(Release release) {
        String name = release.mainline().toString();
        return name.matches(".*\\d{3}")
                ? Release.parse(name.substring(0, name.length() - 1) + "." + name.substring(name.length() - 1))
                        .filter(other -> other.afterWhich().isEmpty())
                : Optional.empty();
    }

    /** The newest release that a commit of the catalogue came in. Of later ones it knows no more than of this one. */
    private static Release newest() {
        return Commit.all().stream()
                .map(commit -> commit.first().mainline())
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    /** What to say of a release that is newer than the catalogue; empty for others, and if none was named. */
    static Optional<String> caveat(@Nullable String kernel) {
        return Optional.ofNullable(kernel)
                .map(Kernels::release)
                .filter(release -> release.mainline().compareTo(newest()) > 0)
                .map(release -> "Linux " + release + ", answered as " + newest()
                        + ", the newest release from which the catalogue has a commit");
    }

    /** Whether {@code release} had or has {@code variant}. */
    static boolean has(Release release, Variant variant) {
        return variant.kind().isReleased() && Releases.parse(variant.kernels()).contains(release);
    }

    /** From where on a forbidden outcome of {@code variant} is reachable, in the worst of its places. */
    static Reachability worst(Race race, Variant variant) {
        return race.points().stream()
                .filter(point -> point.variant() == variant)
                .map(Point::reachableFrom)
                .min(Reachability.WORST_FIRST)
                .orElse(Reachability.UNKNOWN);
    }

    /** What fixed {@code broken}, by the table of commits: each release with its commit, the last one for good; in words. */
    static String mendedBy(Race race, Variant broken) {
        if (broken.kind() == Variant.Kind.MAINLINE) {
            return "nothing, mainline still has it";
        }
        String name = race.name() + "/" + broken.name();
        List<String> mended = new ArrayList<>();
        for (Commit commit : Commit.all()) {
            String release = commit.first() + " (" + commit.id() + ")";
            if (commit.mends().contains(name)) {
                mended.add(release);
            } else if (commit.mendsInPart().contains(name)) {
                mended.add(release + ", in part");
            }
        }
        return mended.isEmpty() ? "no commit that the catalogue knows" : String.join("; ", mended);
    }
}
