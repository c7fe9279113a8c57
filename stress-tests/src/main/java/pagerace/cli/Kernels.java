// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pagerace.kernel.Commit;
import pagerace.kernel.Release;
import pagerace.kernel.Releases;
import pagerace.race.Dimension;
import pagerace.race.Nearest;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;
import pagerace.race.Variant;

/**
 * Which variants a release of Linux has, what is broken in them, and what mended it. A filter of points says so behind an
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
        return Release.parse(text)
                .orElseThrow(() -> new BadInput("There is no kernel release " + text.strip()
                        + "; write it as uname -r does, for instance " + Nearest.to(text.strip(), known()) + "."));
    }

    /** Every release with which some range of the table of commits begins. */
    private static List<String> known() {
        return Commit.all().stream()
                .map(commit -> commit.first().mainline())
                .distinct()
                .map(Release::toString)
                .toList();
    }

    /** Whether {@code release} had or has {@code variant}. */
    static boolean has(Release release, Variant variant) {
        boolean isReleased = variant.kind() == Variant.Kind.HISTORY || variant.kind() == Variant.Kind.MAINLINE;
        return isReleased && Releases.parse(variant.kernels()).contains(release);
    }

    /** From where on a forbidden outcome of {@code variant} is reachable, in the worst of its places. */
    static Reachability worst(Race race, Variant variant) {
        return race.points().stream()
                .filter(point -> point.variant() == variant)
                .map(Point::reachableFrom)
                .min(Comparator.naturalOrder())
                .orElse(Reachability.UNKNOWN);
    }

    /**
     * What mended {@code broken}, which {@code release} has: the first later variant of a kernel that is better in all the places
     * that both have, with its release and commit; in words.
     */
    static String mendedBy(Race race, Variant broken, Release release) {
        Map<List<? extends Dimension>, Reachability> places = places(race, broken);
        Optional<Variant> better = race.variants().stream()
                .<Variant>map(variant -> variant)
                .filter(variant -> first(variant, release) != null && isBetter(places, places(race, variant)))
                .min(Comparator.comparing(variant -> Objects.requireNonNull(first(variant, release))));
        if (broken.kind() == Variant.Kind.MAINLINE) {
            return "nothing, mainline has it still";
        }
        if (better.isEmpty()) {
            return "nothing that the catalogue has";
        }
        Variant variant = better.get();
        String commit = variant.commit().equals("-") ? "" : " (" + variant.commit() + ")";
        Reachability left = worst(race, variant);
        return first(variant, release) + commit + ", " + variant.name()
                + (left == Reachability.NEVER ? "" : "; there from " + Words.of(left));
    }

    /** The first release after {@code release} that has {@code variant}; null if none has. */
    private static @Nullable Release first(Variant variant, Release release) {
        boolean isReleased = variant.kind() == Variant.Kind.HISTORY || variant.kind() == Variant.Kind.MAINLINE;
        Collection<Releases.Span> spans =
                isReleased ? Releases.parse(variant.kernels()).spans() : List.of();
        return spans.stream()
                .map(Releases.Span::from)
                .filter(Objects::nonNull)
                .filter(from -> from.compareTo(release.mainline()) > 0 && from.isMainline())
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    private static Map<List<? extends Dimension>, Reachability> places(Race race, Variant variant) {
        Map<List<? extends Dimension>, Reachability> places = new HashMap<>();
        race.points().stream()
                .filter(point -> point.variant() == variant)
                .forEach(point -> places.put(point.dimensions(), point.reachableFrom()));
        return places;
    }

    /** Whether the worst of the places that both have is better, and none is worse. */
    private static boolean isBetter(
            Map<List<? extends Dimension>, Reachability> before, Map<List<? extends Dimension>, Reachability> after) {
        Reachability worstBefore = Reachability.UNKNOWN;
        Reachability worstAfter = Reachability.UNKNOWN;
        boolean noneWorse = true;
        for (Map.Entry<List<? extends Dimension>, Reachability> place : before.entrySet()) {
            Reachability then = after.get(place.getKey());
            if (then != null) {
                noneWorse &= then.compareTo(place.getValue()) >= 0;
                worstBefore = Collections.min(List.of(worstBefore, place.getValue()));
                worstAfter = Collections.min(List.of(worstAfter, then));
            }
        }
        return noneWorse && worstAfter.compareTo(worstBefore) > 0;
    }
}
