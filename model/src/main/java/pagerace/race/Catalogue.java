// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import pagerace.own.OwnFixes;

/** All races. */
public final class Catalogue {
    /** The races that come with PageRace, in the order in which reports show them. Registering a race is adding it here. */
    public static final List<Race> BUILT_IN = List.of(
            new GupFastVsFork(),
            new ShareVsGupFast(),
            new ShrinkVsPin(),
            new ShrinkVsPinVsLeave(),
            new FaultAroundVsHolePunch(),
            new GupWriteVsWriteback(),
            new UnpinDirtyVsClean(),
            new LongtermPinVsTruncate(),
            new StripBuffersVsSetDirty(),
            new StripBuffersVsCleanVsUnpin(),
            new FreezeVsSpeculativeGet(),
            new PageMkwriteVsTruncate(),
            new MkcleanVsWriteFault(),
            new MkcleanVsZap(),
            new InvalidateVsSecondaryFault(),
            new InvalidateVsRemove(),
            new VhostAccessVsInvalidate());

    /**
     * The same, with the fixes that users put on the class path: each is a variant of its race, behind the built-in ones.
     *
     * <p>If one of them cannot be used, the failure to initialize this class is {@linkplain pagerace.own.BadFix#causeOf caused} by
     * a sentence that says why.
     */
    public static final List<Race> RACES = ExtendedRace.extend(BUILT_IN, OwnFixes.onClassPath());

    /** What every stress run measures besides its plan. It is no race of the catalogue, and {@link #points} has none of its points. */
    public static final Race CANARY = new Canary();

    private Catalogue() {}

    /** Every point of every race. */
    public static Stream<Point> points() {
        return RACES.stream().flatMap(race -> race.points().stream());
    }

    /** The race called {@code name}: one of the catalogue, or the {@linkplain #CANARY canary}. */
    public static Optional<Race> race(String name) {
        return Stream.concat(RACES.stream(), Stream.of(CANARY))
                .filter(race -> race.name().equals(name))
                .findFirst();
    }

    /**
     * The point with that key.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Point point(String key) {
        // Every stress fork starts here, so only its own race is spelled out.
        return race(key.substring(0, Math.max(0, key.indexOf('/')))).stream()
                .flatMap(race -> race.points().stream())
                .filter(point -> point.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no point is called " + key));
    }
}
