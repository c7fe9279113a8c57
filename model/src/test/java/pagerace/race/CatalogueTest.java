// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import pagerace.explore.Exploration;
import pagerace.explore.Explorer;
import pagerace.explore.MemoryModel;
import pagerace.explore.Sc;
import pagerace.explore.Tso;
import pagerace.explore.Unfolded;
import pagerace.explore.Weak;
import pagerace.race.Outcome.Mark;
import pagerace.race.Point.Stress;

/** The catalogue keeps its own contract: its texts, its keys, its controls, and what it says of x86. */
class CatalogueTest {
    static final List<Race> RACES = Catalogue.RACES;

    /** Each point whose platform, if it has one, is x86, and what the explorer found there. */
    private static final Map<String, Explored> EXPLORED = new LinkedHashMap<>();

    /** What a point came to one actor after the other, interleaved, and with store buffers; and what its actors do. */
    private record Explored(
            Point point, Set<Outcome> sequential, Set<Outcome> sc, Set<Outcome> tso, List<String> steps) {
        Reachability forbidden() {
            return hasForbidden(sequential)
                    ? Reachability.SEQUENTIAL
                    : hasForbidden(sc) ? Reachability.SC : hasForbidden(tso) ? Reachability.TSO : Reachability.NEVER;
        }

        @Override
        public String toString() {
            return point.key();
        }

        private static boolean hasForbidden(Set<Outcome> outcomes) {
            return outcomes.stream().anyMatch(outcome -> outcome.mark() == Mark.FORBIDDEN);
        }
    }

    @BeforeAll
    static void explore() {
        Catalogue.points().filter(CatalogueTest::isX86).forEach(point -> {
            Explorer<Outcome> explorer = Explorer.of(point);
            Set<Outcome> sequential = complete(point, explorer.exploreSequentially());
            Set<Outcome> sc = explore(point, explorer, Sc.MODEL);
            Set<Outcome> tso = explore(point, explorer, Tso.MODEL);
            EXPLORED.put(point.key(), new Explored(point, sequential, sc, tso, Unfolded.of(explorer)));
        });
    }

    private static Set<Outcome> explore(Point point, Explorer<Outcome> explorer, MemoryModel model) {
        return complete(point, explorer.explore(model));
    }

    private static Set<Outcome> complete(Point point, Exploration<Outcome> exploration) {
        assertThat(exploration.bound()).as(point.key()).isNull();
        return exploration.outcomes();
    }

    private static Explored explored(@Nullable String key) {
        return requireNonNull(EXPLORED.get(key), () -> "explored: " + key);
    }

    private static boolean isX86(Point point) {
        return point.dimensions().stream()
                .filter(dimension -> dimension.dimension().equals("platform"))
                .allMatch(dimension -> dimension.label().startsWith("x86"));
    }

    /** What x86 shows, if {@code recorded} is right. */
    private static Reachability onX86(Reachability recorded) {
        return switch (recorded) {
            case SEQUENTIAL, SC, TSO -> recorded;
            case WEAK, NEVER, UNKNOWN -> Reachability.NEVER;
        };
    }

    @Test
    void recordsFromWhereThePointsAreReachable() {
        Map<String, Reachability> recorded = new TreeMap<>();
        Map<String, Reachability> explored = new TreeMap<>();
        EXPLORED.forEach((key, found) -> {
            recorded.put(key, onX86(found.point.reachableFrom()));
            explored.put(key, found.forbidden());
        });
        assertThat(explored).isEqualTo(recorded);
    }

    @Test
    void windowsNeedAnOverlap() {
        EXPLORED.forEach((key, found) ->
                assertThat(found.sequential).as(key).noneMatch(outcome -> outcome.mark() == Mark.WINDOW));
    }

    @ParameterizedTest
    @FieldSource("RACES")
    void everyOutcomeOccursAndNoOther(Race race) {
        Set<Outcome> found = new HashSet<>();
        EXPLORED.values().stream()
                .filter(explored -> explored.point.race().equals(race.name()))
                .forEach(explored -> found.addAll(explored.tso));
        found.remove(Stuckness.STUCK);
        found.removeAll(Set.of(Lifetime.values()));
        assertThat(found).containsExactlyInAnyOrderElementsOf(race.outcomes());
    }

    @Test
    void onlyOneMutantBreaksARuleOfReferenceCounts() {
        String mutant = "PageMkwriteVsTruncate/NO_RECHECK";
        Map<String, Set<Outcome>> found = new TreeMap<>();
        EXPLORED.forEach((key, explored) -> found.put(key, explored.tso));
        Catalogue.points()
                .filter(point -> !isX86(point) && point.key().startsWith(mutant))
                .forEach(point -> found.put(point.key(), explore(point, Explorer.of(point), Weak.MODEL)));
        Map<String, Set<Outcome>> broken = new TreeMap<>();
        found.forEach((key, outcomes) -> {
            Set<Outcome> rules = new HashSet<>(outcomes);
            rules.retainAll(Set.of(Lifetime.values()));
            if (!rules.isEmpty()) {
                broken.put(key, rules);
            }
        });
        assertThat(broken)
                .isEqualTo(Stream.of(
                                "[truncate,missing,x86]",
                                "[truncate,missing,arm64]",
                                "[invalidate,missing,x86]",
                                "[invalidate,missing,arm64]",
                                "[truncate,protected,arm64]")
                        .collect(toMap(place -> mutant + place, place -> Set.of(Lifetime.TOUCHED_WHEN_FREE))));
    }

    @Test
    void onlyVariantsThatSaySoDeadlock() {
        EXPLORED.forEach((key, found) -> assertThat(found.tso.contains(Stuckness.STUCK))
                .as(key)
                .isEqualTo(found.point.variant().deadlocks()));
        assertThat(EXPLORED.values()).anyMatch(found -> found.point.variant().deadlocks());
    }

    @Test
    void weakerModelsReachNoLess() {
        EXPLORED.forEach((key, found) -> {
            assertThat(found.sc).as(key).containsAll(found.sequential);
            assertThat(found.tso).as(key).containsAll(found.sc);
        });
    }

    @Test
    void controlsAreCaughtOnX86() {
        EXPLORED.forEach((key, found) -> {
            String control = found.point.controlKey();
            if (control != null) {
                assertThat(explored(control).forbidden())
                        .as("%s: control %s", key, control)
                        .isNotEqualTo(Reachability.NEVER);
            }
        });
    }

    @Test
    void controlsAreOfTheCatalogueOnEveryPlatform() {
        Set<String> keys = Catalogue.points().map(Point::key).collect(toSet());
        assertThat(Catalogue.points().map(Point::controlKey).filter(control -> control != null))
                .isNotEmpty()
                .allMatch(keys::contains);
    }

    /** A verdict HOLDS needs its control in the same run; LATENT does not. */
    @Test
    void whatIsPlannedAndShouldHoldHasAPlannedControl() {
        assertThat(EXPLORED.values())
                .filteredOn(found -> found.point.stress() == Stress.PLANNED)
                .filteredOn(found -> found.point.reachableFrom() == Reachability.NEVER)
                .isNotEmpty()
                .allSatisfy(found -> {
                    String control = found.point.controlKey();
                    assertThat(control).as(found.point.key()).isNotNull();
                    assertThat(explored(control).point.stress())
                            .as("%s: control %s", found.point.key(), control)
                            .isEqualTo(Stress.PLANNED);
                });
    }

    @Test
    void onlyX86IsPlanned() {
        assertThat(Catalogue.points().filter(point -> point.stress() == Stress.PLANNED))
                .allMatch(CatalogueTest::isX86);
    }

    /** Equal in some dimensions two variants may be, if their difference matters elsewhere; a mutant there is vacuous. */
    @ParameterizedTest
    @FieldSource("RACES")
    void noVariantIsAnotherInDisguise(Race race) {
        for (Variant one : race.variants()) {
            for (Variant other : race.variants()) {
                if (!one.equals(other)) {
                    assertDifferent(behaviour(race, one), behaviour(race, other), one, other);
                }
            }
        }
    }

    private static void assertDifferent(
            Map<List<Dimension>, List<?>> one, Map<List<Dimension>, List<?>> other, Variant first, Variant second) {
        Set<List<Dimension>> shared = new HashSet<>(one.keySet());
        shared.retainAll(other.keySet());
        Set<List<Dimension>> equal = new HashSet<>(shared);
        equal.removeIf(dimensions -> !requireNonNull(one.get(dimensions)).equals(other.get(dimensions)));
        if (first.kind() == Variant.Kind.MUTANT) {
            assertThat(equal).as("mutant %s is %s", first, second).isEmpty();
        } else if (!shared.isEmpty()) {
            assertThat(equal).as("%s is %s", first, second).isNotEqualTo(shared);
        }
    }

    private static Map<List<Dimension>, List<?>> behaviour(Race race, Variant variant) {
        return EXPLORED.values().stream()
                .filter(found -> found.point.race().equals(race.name()))
                .filter(found -> found.point.variant().equals(variant))
                .collect(toMap(found -> found.point.dimensions(), found -> List.of(found.steps, found.sc, found.tso)));
    }

    @Test
    void keysAreUnique() {
        assertThat(Catalogue.points().map(Point::key)).doesNotHaveDuplicates();
        assertThat(RACES.stream().map(Race::name)).doesNotHaveDuplicates();
    }

    @Test
    void everyRaceAndPointIsFoundByName() {
        for (Race race : RACES) {
            assertThat(Catalogue.race(race.name())).containsSame(race);
            assertThat(race.name()).matches("[A-Z][A-Za-z]+Vs[A-Z][A-Za-z]+");
        }
        assertThat(Catalogue.race("NoSuchRace")).isEmpty();
        Point some = RACES.get(0).points().get(0);
        assertThat(Catalogue.point(some.key()).key()).isEqualTo(some.key());
        assertThatThrownBy(() -> Catalogue.point("NoSuchRace/NO_FIX[]"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NoSuchRace/NO_FIX[]");
    }

    @Test
    void aKeySaysRaceVariantAndDimensions() {
        assertThat(Catalogue.points().map(Point::key))
                .contains("GupFastVsFork/SEQ_ANON_EXCLUSIVE[write,small,later-pin,x86]");
        assertThat(Catalogue.point("GupFastVsFork/SEQ_ANON_EXCLUSIVE[write,small,later-pin,x86]")
                        .controlKey())
                .isEqualTo("GupFastVsFork/CHECK_ONLY[write,small,later-pin,x86]");
    }

    @ParameterizedTest
    @FieldSource("RACES")
    void everyVariantHasAPointOnX86(Race race) {
        Set<Variant> withPoints = new HashSet<>();
        race.points().stream().filter(CatalogueTest::isX86).forEach(point -> {
            assertThat(point.race()).isEqualTo(race.name());
            withPoints.add(point.variant());
        });
        assertThat(withPoints).containsExactlyInAnyOrderElementsOf(race.variants());
    }

    @ParameterizedTest
    @FieldSource("RACES")
    void dimensionsAreTheSameInAllPoints(Race race) {
        assertThat(race.points().stream()
                        .map(point -> point.dimensions().stream()
                                .map(Dimension::dimension)
                                .collect(toList()))
                        .distinct())
                .hasSize(1);
        race.points().stream()
                .flatMap(point -> point.dimensions().stream())
                .distinct()
                .forEach(dimension -> {
                    assertThat(dimension.label()).matches("[a-z0-9-]+");
                    assertPhrase(dimension.sentence());
                });
    }

    /** To drop a step that the kernel does not do there would be to drop nothing, and to call the step redundant. */
    @Test
    void whatCanBeDroppedIsThere() {
        for (Race race : Catalogue.BUILT_IN) {
            for (Candidate variant : race.variants()) {
                Place.all(race.dimensions()).stream()
                        .filter(variant::has)
                        .forEach(at -> variant.steps(at).stream()
                                .flatMap(steps -> steps.inOrder().stream())
                                .forEach(step -> assertThat(variant.kernel(at).has(step))
                                        .as("%s of %s at %s", step, variant, at)
                                        .isTrue()));
            }
        }
    }

    /** A rule that is about no place of its race says nothing. */
    @Test
    void everyRuleOfARowIsAboutSomePlace() {
        for (Race race : Catalogue.BUILT_IN) {
            List<Place> places = Place.all(race.dimensions());
            for (Candidate variant : race.variants()) {
                assertThat(((Listed) variant).row().places())
                        .as(race.name() + "/" + variant)
                        .allSatisfy(where ->
                                assertThat(places).anyMatch(at -> where.stream().allMatch(at::is)));
            }
        }
    }

    @ParameterizedTest
    @FieldSource("RACES")
    void textsArePhrases(Race race) {
        assertThat(race.question()).endsWith("?");
        Stream.of(race.anchor(), race.invariant()).forEach(CatalogueTest::assertPhrase);
        assertThat(race.notModelled()).isNotEmpty().allSatisfy(CatalogueTest::assertPhrase);
        assertThat(race.actors()).doesNotHaveDuplicates().allSatisfy(CatalogueTest::assertPhrase);
        assertThat(race.points())
                .extracting(Point::actors)
                .containsOnly(race.actors().size());
        race.outcomes().forEach(outcome -> assertPhrase(outcome.sentence()));
        race.variants().forEach(variant -> {
            assertPhrase(variant.difference());
            assertThat(variant.kernels()).isNotBlank();
            assertThat(variant.commit()).isNotBlank();
            boolean released = variant.kind() == Variant.Kind.HISTORY || variant.kind() == Variant.Kind.MAINLINE;
            assertThat(variant.kernels().equals("-")).as("released: " + variant).isEqualTo(!released);
        });
        assertThat(race.variants()).anyMatch(variant -> variant.kind() == Variant.Kind.MAINLINE);
    }

    private static void assertPhrase(String text) {
        assertThat(text)
                .isNotBlank()
                .isEqualTo(text.strip())
                .doesNotEndWith(".")
                .doesNotContain("  ", "\n");
    }

    private static List<Integer> bars(String line) {
        return IntStream.range(0, line.length())
                .filter(i -> line.charAt(i) == '|')
                .boxed()
                .toList();
    }

    @ParameterizedTest
    @FieldSource("RACES")
    void breakingSchedulesAreAColumnForEachActorAndAnAftermath(Race race) {
        List<String> lines = race.breakingSchedule().lines().toList();
        List<String> table =
                lines.stream().takeWhile(line -> line.contains("|")).toList();
        assertThat(table).hasSizeGreaterThan(3).allSatisfy(line -> {
            assertThat(bars(line))
                    .as(line)
                    .isEqualTo(bars(table.get(0)))
                    .hasSize(race.actors().size() - 1);
            assertThat(line).matches("[^|]* (\\|( +| \\S[^|]* ))*\\|( \\S.*)?");
        });
        assertThat(table.subList(1, table.size()))
                .as("each line is a step of one of the actors")
                .allMatch(line -> Stream.of(line.split("\\|", -1))
                                .filter(cell -> !cell.isBlank())
                                .count()
                        == 1);
        assertThat(lines.subList(table.size(), lines.size()))
                .as("what comes of it")
                .isNotEmpty()
                .noneMatch(line -> line.contains("|") || line.isBlank() || line.endsWith("."));
        assertThat(race.variants().stream()
                        .map(Variant::name)
                        .filter(name -> lines.get(0).contains("(" + name + ")")))
                .as("the variant that it breaks")
                .hasSize(1);
    }

    @Test
    void stucknessIsForbidden() {
        assertThat(Stuckness.STUCK.mark()).isEqualTo(Mark.FORBIDDEN);
        assertPhrase(Stuckness.STUCK.sentence());
        assertThat(RACES.stream().flatMap(race -> race.outcomes().stream()).map(Outcome::name))
                .allSatisfy(name -> assertThat(name).isUpperCase())
                .doesNotContain("STUCK");
    }

    @Test
    void reachabilityIsAnOrder() {
        assertThat(Reachability.SC.isReachableOn(Reachability.TSO)).isTrue();
        assertThat(Reachability.TSO.isReachableOn(Reachability.TSO)).isTrue();
        assertThat(Reachability.WEAK.isReachableOn(Reachability.TSO)).isFalse();
        assertThat(Reachability.NEVER.isReachableOn(Reachability.WEAK)).isFalse();
        assertThat(Reachability.UNKNOWN.isReachableOn(Reachability.WEAK)).isFalse();
    }
}
