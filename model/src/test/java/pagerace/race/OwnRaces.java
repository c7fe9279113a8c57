// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import java.util.List;
import pagerace.own.OwnFix;
import pagerace.own.OwnFixes;

/** Races with own fixes, as they would be with these on the class path. */
public final class OwnRaces {
    private OwnRaces() {}

    /** The race that {@code fixes} are for. */
    public static Race with(OwnFix<?, ?>... fixes) {
        return ExtendedRace.extend(Catalogue.BUILT_IN, new OwnFixes(List.of(fixes), List.of())).stream()
                .filter(race -> race.name().equals(fixes[0].race()))
                .findFirst()
                .orElseThrow();
    }

    /** The first point of {@code fix}. */
    public static Point firstPoint(OwnFix<?, ?> fix) {
        return with(fix).points().stream()
                .filter(point -> point.variant().name().equals(fix.name()))
                .findFirst()
                .orElseThrow();
    }
}
