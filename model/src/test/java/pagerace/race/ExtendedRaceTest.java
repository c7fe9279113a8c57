// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import pagerace.explore.Exploration;
import pagerace.explore.Explorer;
import pagerace.explore.Prediction;
import pagerace.explore.Sc;
import pagerace.machine.HardwareMachine;
import pagerace.machine.Machine;
import pagerace.mm.Kernel;
import pagerace.mm.Steps;
import pagerace.mm.op.Fork;
import pagerace.mm.op.Freeze;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.Linux;
import pagerace.mm.op.MarkDirty;
import pagerace.mm.op.ReclaimFile;
import pagerace.mm.op.Writeback;
import pagerace.own.Another;
import pagerace.own.BadFix;
import pagerace.own.FenceFirst;
import pagerace.own.OwnFix;
import pagerace.own.OwnFixes;
import pagerace.race.Point.Stress;

class ExtendedRaceTest {
    private static List<Point> points(OwnFix<?, ?> fix) {
        return OwnRaces.with(fix).points().stream()
                .filter(point -> point.variant().name().equals(fix.name()))
                .toList();
    }

    private static Candidate variant(OwnFix<?, ?> fix) {
        List<? extends Candidate> all = OwnRaces.with(fix).variants();
        return all.get(all.size() - 1);
    }

    private static void assertRefused(String sentence, OwnFix<?, ?>... fixes) {
        assertThatThrownBy(() -> OwnRaces.with(fixes))
                .isInstanceOf(BadFix.class)
                .hasMessage(sentence);
    }

    /** Which marks the operation's own steps, and changes nothing. */
    private static final class Marking extends OwnFix<GupFast, GupFast.Step> {
        Marking() {
            super(
                    "GupFastVsFork",
                    "SEQ_ANON_EXCLUSIVE",
                    GupFast.class,
                    Linux.V6_1.steps(GupFast.Step.class),
                    "nothing is changed");
        }

        @Override
        public GupFast operation(Machine machine, GupFast builtIn, Steps<GupFast.Step> added) {
            return builtIn;
        }
    }

    @Test
    void aStepOfTheBuiltInOperationIsDroppedInIt() {
        Point point = points(new Marking()).get(0);
        assertThat(Prediction.of(point.without(GupFast.Step.RECHECK_SEQ)).reachableFrom())
                .as("whose unfixed sibling is DROP_SEQ_RECHECK")
                .isEqualTo(Reachability.SC);
    }

    @Test
    void aSubclassOfWhatIsReplacedIsAnotherOperation() {
        Kernel replacing = Linux.V6_1.replacing(OwnVariant.replacement(
                new Another<>("GupFastVsFork", "CHECK_ONLY", Freeze.class, "MINE", freeze -> {
                    throw new AssertionError("not asked");
                }),
                List.of(),
                new HardwareMachine()));
        Freeze subclass = new Freeze(Linux.V6_1) {};
        assertThat(replacing.replace(subclass)).isSameAs(subclass);
    }

    /** Whichever operation is replaced by itself, the kernel keeps its steps and policies, and the point its states. */
    @ParameterizedTest
    @FieldSource("pagerace.race.Catalogue#BUILT_IN")
    void whatReplacesAnOperationByItselfChangesNothing(Race race) {
        Candidate start = race.variants().stream()
                .filter(variant -> variant.kind() == Variant.Kind.MAINLINE)
                .reduce((first, last) -> last)
                .orElseThrow();
        Place at = Place.all(race.dimensions()).stream()
                .filter(start::has)
                .findFirst()
                .orElseThrow();
        Exploration<Outcome> before =
                Explorer.of(Point.of(race.name(), start, at)).explore(Sc.MODEL);
        assertThat(OwnVariant.operations(start, at)).isNotEmpty().allSatisfy(operation -> {
            OwnFix<?, ?> fix = new Another<>(race.name(), start.name(), operation, "MINE");
            Point same = Point.of(race.name(), OwnVariant.of(fix, start, List.of(at)), at);
            Exploration<Outcome> after = Explorer.of(same).explore(Sc.MODEL);
            assertThat(after.states()).isEqualTo(before.states());
            assertThat(after.outcomes()).isEqualTo(before.outcomes());
        });
    }

    @Test
    void anOwnFixIsTheLastVariantOfItsRaceAndAllElseIsAsItWas() {
        Race builtIn = Catalogue.race("UnpinDirtyVsClean").orElseThrow();
        Race race = OwnRaces.with(new FenceFirst());
        assertThat(List.<Candidate>copyOf(
                        race.variants().subList(0, builtIn.variants().size())))
                .isEqualTo(builtIn.variants());
        assertThat(race.variants()).hasSize(builtIn.variants().size() + 1);
        assertThat(race.points()).hasSize(builtIn.points().size() + 1);
        assertThat(race.name()).isEqualTo(builtIn.name());
        assertThat(race.question()).isEqualTo(builtIn.question());
        assertThat(race.anchor()).isEqualTo(builtIn.anchor());
        assertThat(race.invariant()).isEqualTo(builtIn.invariant());
        assertThat(race.breakingSchedule()).isEqualTo(builtIn.breakingSchedule());
        assertThat(race.notModelled()).isEqualTo(builtIn.notModelled());
        assertThat(race.actors()).isEqualTo(builtIn.actors());
        assertThat(List.<Outcome>copyOf(race.outcomes())).isEqualTo(builtIn.outcomes());
        assertThat(race.dimensions()).isEqualTo(builtIn.dimensions());
    }

    @Test
    void racesWithoutOwnFixesAreThemselves() {
        List<Race> races = ExtendedRace.extend(Catalogue.BUILT_IN, new OwnFixes(List.of(new FenceFirst()), List.of()));
        assertThat(races).hasSameSizeAs(Catalogue.BUILT_IN);
        for (int i = 0; i < races.size(); i++) {
            Race builtIn = Catalogue.BUILT_IN.get(i);
            assertThat(races.get(i) == builtIn).isEqualTo(!builtIn.name().equals("UnpinDirtyVsClean"));
        }
    }

    @Test
    void thePointOfAnOwnFix() {
        assertThat(points(new FenceFirst())).singleElement().satisfies(point -> {
            assertThat(point.key()).isEqualTo("UnpinDirtyVsClean/FENCE_FIRST");
            assertThat(point.variant().kind()).isEqualTo(Variant.Kind.OWN);
            assertThat(point.variant().isOwn()).isTrue();
            assertThat(point.variant().difference()).isEqualTo("as PRECHECK, but a full fence comes first");
            assertThat(point.reachableFrom()).isEqualTo(Reachability.UNKNOWN);
            assertThat(point.controlKey()).isEqualTo("UnpinDirtyVsClean/PRECHECK");
            assertThat(point.stress()).isEqualTo(Stress.PLANNED);
            assertThat(List.<Object>copyOf(point.steps()))
                    .containsExactly(FenceFirst.Step.FENCE, FenceFirst.Step.NOTHING);
            Point without = point.without(FenceFirst.Step.FENCE);
            assertThat(without.variant().isOwn()).isTrue();
            assertThat(without.variant().difference()).isEqualTo("as FENCE_FIRST, but without FenceFirst's FENCE");
        });
    }

    @Test
    void severalFixesOfOneRaceStandSideBySide() {
        Race race = OwnRaces.with(
                new FenceFirst(), new Another<>("UnpinDirtyVsClean", "PRECHECK", MarkDirty.class, "SECOND"));
        assertThat(race.variants()).extracting(Variant::name).endsWith("FENCE_FIRST", "SECOND");
    }

    @Test
    void thePlacesAreThoseOfTheStartWhereItHasTheOperation() {
        OwnFix<?, ?> reclaim = new Another<>("StripBuffersVsSetDirty", "KEEP_PINNED", ReclaimFile.class, "MINE");
        Candidate mine = variant(reclaim);
        Candidate start = ((OwnVariant) mine).start();
        List<Place> all = Place.all(OwnRaces.with(reclaim).dimensions());
        assertThat(all).allMatch(at -> start.has(at) || !mine.has(at));
        assertThat(all).anyMatch(at -> start.has(at) && !mine.has(at));
        assertThat(all.stream().filter(mine::has))
                .isNotEmpty()
                .allMatch(at -> OwnVariant.operations(start, at).contains(ReclaimFile.class));
    }

    @Test
    void itIsPlannedWhereTheStartIs() {
        List<Point> points = points(new Another<>("GupFastVsFork", "CHECK_ONLY", Fork.class, "MINE"));
        assertThat(points.stream().filter(point -> point.stress() == Stress.PLANNED))
                .extracting(Point::key)
                .containsExactly(
                        "GupFastVsFork/MINE[write,small,later-pin,x86]",
                        "GupFastVsFork/MINE[write,large,later-pin,x86]");
        assertThat(points).extracting(Point::controlKey).allMatch(key -> key != null && key.contains("/CHECK_ONLY["));
    }

    @Test
    void aStartThatIsPlannedNowherePutsItInItsFirstPlace() {
        OwnFix<?, ?> fix = new Another<>("GupFastVsFork", "DROP_PTE_RECHECK", GupFast.class, "MINE");
        List<Point> points = points(fix);
        assertThat(points.get(0).stress()).isEqualTo(Stress.PLANNED);
        assertThat(points.subList(1, points.size()))
                .isNotEmpty()
                .allMatch(point -> point.stress() == Stress.EXPLORED_ONLY);
    }

    @Test
    void aStartThatHoldsLendsItsControl() {
        assertThat(points(new Another<>("UnpinDirtyVsClean", "ALWAYS_LOCK", Writeback.class, "MINE")))
                .singleElement()
                .satisfies(point -> assertThat(point.controlKey()).isEqualTo("UnpinDirtyVsClean/PRECHECK"));
    }

    @Test
    void itsPriceIsComparedWithWhatTheStartMends() {
        OwnFix<?, ?> fix = new FenceFirst();
        Race race = OwnRaces.with(fix);
        assertThat(race.unfixed(variant(fix))).isSameAs(race.variants().get(0));
    }

    @Test
    void aRaceThatDoesNotExist() {
        assertRefused(
                "The own fix pagerace.own.Another is for the race GupFastVsfork, which does not exist; the nearest is"
                        + " GupFastVsFork.",
                new Another<>("GupFastVsfork", "CHECK_ONLY", Fork.class, "MINE"));
    }

    @Test
    void aVariantThatDoesNotExist() {
        assertRefused(
                "The own fix pagerace.own.Another starts from GupFastVsFork/CHECK, which is no built-in variant; the"
                        + " nearest is CHECK_ONLY.",
                new Another<>("GupFastVsFork", "CHECK", Fork.class, "MINE"));
    }

    @Test
    void anotherOwnFixIsNoStart() {
        assertRefused(
                "The own fix pagerace.own.Another starts from UnpinDirtyVsClean/FENCE_FIRST, which is no built-in variant;"
                        + " the race has PRECHECK, PRECHECK_AFTER_FENCE, ALWAYS_LOCK, TEST_AND_SET_UNORDERED,"
                        + " TEST_AND_SET_ORDERED.",
                new FenceFirst(),
                new Another<>("UnpinDirtyVsClean", "FENCE_FIRST", MarkDirty.class, "MINE"));
    }

    @Test
    void aNameThatIsTaken() {
        assertRefused(
                "The own fix pagerace.own.Another is called SEQ, as another variant of GupFastVsFork is; let it override"
                        + " name() and return, say, OWN_SEQ.",
                new Another<>("GupFastVsFork", "CHECK_ONLY", Fork.class, "SEQ"));
        assertRefused(
                "The own fix pagerace.own.FenceFirst is called FENCE_FIRST, as another variant of UnpinDirtyVsClean is; let"
                        + " it override name() and return, say, OWN_FENCE_FIRST.",
                new FenceFirst(),
                new FenceFirst());
    }

    @Test
    void aNameThatIsNone() {
        assertRefused(
                "The own fix pagerace.own.Another is called \"my fix\", but the name of a variant is a letter, then letters,"
                        + " digits and underscores, all capital: let it override name() and return, say, OWN_MYFIX.",
                new Another<>("GupFastVsFork", "CHECK_ONLY", Fork.class, "my fix"));
    }

    @Test
    void anOperationThatTheRaceDoesNotDo() {
        assertRefused(
                "The own fix pagerace.own.Another replaces MarkDirty, which GupFastVsFork/CHECK_ONLY does not build by itself; it builds"
                        + " GupFast, Fork, WriteFault.",
                new Another<>("GupFastVsFork", "CHECK_ONLY", MarkDirty.class, "MINE"));
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnce() {
        assertThatThrownBy(() -> ExtendedRace.extend(
                        Catalogue.BUILT_IN,
                        new OwnFixes(
                                List.of(
                                        new FenceFirst(),
                                        new Another<>("No", "CHECK_ONLY", Fork.class, "A"),
                                        new Another<>("GupFastVsFork", "NO", Fork.class, "B")),
                                List.of("One cannot be loaded."))))
                .message()
                .hasLineCount(3)
                .startsWith("One cannot be loaded.");
    }
}
