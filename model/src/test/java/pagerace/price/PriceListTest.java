// SPDX-License-Identifier: Apache-2.0
package pagerace.price;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import pagerace.own.FenceFirst;
import pagerace.race.Catalogue;
import pagerace.race.OwnRaces;
import pagerace.race.Point;

class PriceListTest {
    private static final List<Series> SERIES = PriceList.series();

    private static List<Priced> all() {
        return SERIES.stream().flatMap(series -> series.variants().stream()).toList();
    }

    @Test
    void nothingIsOnItTwiceInOneSeries() {
        for (Series series : SERIES) {
            assertThat(series.variants().stream().map(Priced::key)).doesNotHaveDuplicates();
        }
    }

    @Test
    void everyPointThatThreadsRunHasThePriceOfEachActor() {
        Map<String, Set<String>> operations = all().stream()
                .collect(Collectors.groupingBy(
                        Priced::point, Collectors.mapping(Priced::operation, Collectors.toSet())));
        Catalogue.RACES.forEach(race -> race.points().stream()
                .filter(point -> point.stress() == Point.Stress.PLANNED)
                .forEach(point -> assertThat(operations.get(point.key()))
                        .as(point.key())
                        .containsExactlyInAnyOrderElementsOf(race.actors())));
    }

    @Test
    void everyVariantOfEveryRaceHasAPrice() {
        List<String> priced = all().stream()
                .map(each -> each.subject() + "/" + each.variant())
                .toList();
        Catalogue.RACES.forEach(race ->
                race.variants().forEach(variant -> assertThat(priced).contains(race.name() + "/" + variant.name())));
    }

    @Test
    void theBaseIsWhatTheVariantMends() {
        assertThat(baseOf("GupFastVsFork/SEQ_ANON_EXCLUSIVE[write,small,later-pin,x86]"))
                .isEqualTo("GupFastVsFork/NO_EARLY_COPY[write,small,later-pin,x86]");
        assertThat(baseOf("InvalidateVsSecondaryFault/INTERVAL[lockless]"))
                .isEqualTo("InvalidateVsSecondaryFault/INTERVAL_NO_CHECK[lockless]");
    }

    /** The unfixed kernel pins no page for reading through a read-only entry, so there is no such point of it. */
    @Test
    void whereTheUnfixedVariantHasNoPointTheFirstThatHasOneIsTheBase() {
        assertThat(baseOf("GupFastVsFork/DROP_EXCLUSIVE_CHECK[read,small,later-pin,x86]"))
                .isEqualTo("GupFastVsFork/SEQ_ANON_EXCLUSIVE[read,small,later-pin,x86]");
    }

    @Test
    void anOwnFixIsPricedBesideWhatItStartsFrom() {
        FenceFirst fix = new FenceFirst();
        List<Series> series = PriceList.ofRace(OwnRaces.with(fix)).toList();
        assertThat(series).hasSameSizeAs(ofRace("UnpinDirtyVsClean"));
        assertThat(series)
                .allSatisfy(each -> assertThat(each.base().variant()).isEqualTo("PRECHECK"))
                .allSatisfy(each -> assertThat(each.variants())
                        .extracting(Priced::variant)
                        .endsWith("FENCE_FIRST")
                        .contains("PRECHECK_AFTER_FENCE"));
    }

    private static List<Series> ofRace(String name) {
        return SERIES.stream().filter(series -> series.subject().equals(name)).toList();
    }

    private static String baseOf(String point) {
        return SERIES.stream()
                .filter(series -> series.variants().stream()
                        .anyMatch(priced -> priced.point().equals(point)))
                .map(series -> series.base().point())
                .distinct()
                .collect(Collectors.joining(" and "));
    }
}
