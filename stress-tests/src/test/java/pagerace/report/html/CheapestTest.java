// SPDX-License-Identifier: Apache-2.0
package pagerace.report.html;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import pagerace.price.Course;
import pagerace.price.Price;
import pagerace.price.Price.Claim;
import pagerace.price.Price.Ratio;
import pagerace.race.Reachability;
import pagerace.race.Variant.Kind;
import pagerace.race.Variant.Origin;
import pagerace.report.PointFacts;
import pagerace.report.RaceFacts.VariantFacts;
import pagerace.report.Result;
import pagerace.verdict.Cause;
import pagerace.verdict.PredictionSummary;
import pagerace.verdict.Verdict;

class CheapestTest {
    private static final PointResults BASE = point("BASE", "[a]", Verdict.HOLDS, price(Claim.SAME, Ratio.ONE));
    private static final PointResults SAME = point("SAME", "[a]", Verdict.HOLDS, price(Claim.SAME, Ratio.ONE));
    private static final PointResults ABOUT =
            point("ABOUT", "[a]", Verdict.HOLDS, price(Claim.ABOUT_EQUAL, ratio(1.02, 1.1)));
    private static final PointResults DEAR =
            point("DEAR", "[a]", Verdict.HOLDS, price(Claim.DIFFERENT, ratio(1.2, 1.4)));
    private static final PointResults DEARER =
            point("DEARER", "[a]", Verdict.HOLDS, price(Claim.DIFFERENT, ratio(1.5, 1.9)));
    private static final PointResults CHEAP =
            point("CHEAP", "[a]", Verdict.HOLDS, price(Claim.DIFFERENT, ratio(0.6, 0.9)));
    private static final PointResults NOISY = point("NOISY", "[a]", Verdict.HOLDS, price(Claim.NONE, ratio(0.5, 0.7)));
    private static final PointResults TWIN =
            point("TWIN", "[a]", Verdict.HOLDS, price(Claim.DIFFERENT, ratio(0.8, 0.95)));

    private static Ratio ratio(double low, double high) {
        return new Ratio((low + high) / 2, low, high, 16);
    }

    private static Price price(Claim claim, Ratio ratio) {
        return new Price("-", "actor", "-", new Course.Accesses(1, 1, 1, 1), 10, ratio, claim, null, null, null);
    }

    private static PointResults point(String variant, String place, Verdict verdict, @Nullable Price price) {
        return point(Kind.PROPOSAL, variant, place, verdict, price);
    }

    private static PointResults point(Kind kind, String variant, String place, Verdict verdict, @Nullable Price price) {
        Reachability from = verdict == Verdict.HOLDS ? Reachability.NEVER : Reachability.SC;
        return new PointResults(
                new PointFacts(
                        "R/" + variant + place,
                        "R",
                        variant,
                        place,
                        Map.of(),
                        from,
                        null,
                        true,
                        PredictionSummary.NONE),
                new VariantFacts(variant, new Origin(kind, "-", "-", "-"), false),
                List.of(new Result(
                        "-",
                        null,
                        1,
                        0,
                        0,
                        0,
                        Map.of(),
                        Map.of(),
                        price == null ? List.of() : List.of(price),
                        List.of(),
                        verdict,
                        "",
                        verdict == Verdict.INCONCLUSIVE ? Cause.INSTRUMENT : null,
                        verdict.isFailing())));
    }

    private static PointResults controlledBy(String control, PointResults point) {
        PointFacts facts = point.facts();
        return new PointResults(
                new PointFacts(
                        facts.key(),
                        facts.race(),
                        facts.variant(),
                        facts.place(),
                        facts.dimensions(),
                        facts.reachableFrom(),
                        control,
                        facts.planned(),
                        facts.predicted()),
                point.variant(),
                point.results());
    }

    private static Cheapest only(PointResults... points) {
        List<Cheapest> answers = Cheapest.of(List.of(points), 0);
        assertThat(answers).hasSize(1);
        return answers.get(0);
    }

    @Test
    void anIntervalBelowAllOthersWins() {
        Cheapest answer = only(BASE, DEAR, CHEAP);
        assertThat(answer.cheapest()).containsExactly(CHEAP);
        assertThat(answer.dearer()).containsExactly(BASE, DEAR);
        assertThat(answer.marks(CHEAP)).isTrue();
        assertThat(answer.marks(DEAR)).isFalse();
    }

    @Test
    void overlappingIntervalsCannotBeToldApart() {
        assertThat(only(BASE, TWIN, CHEAP).cheapest()).containsExactly(TWIN, CHEAP);
    }

    @Test
    void aboutEqualIsEqual() {
        Cheapest answer = only(BASE, SAME, ABOUT, DEARER);
        assertThat(answer.cheapest()).containsExactly(BASE, SAME, ABOUT);
        assertThat(answer.dearer()).containsExactly(DEARER);
    }

    @Test
    void whereNothingMayBeSaidNothingIs() {
        PointResults unpriced = point("UNPRICED", "[a]", Verdict.HOLDS, null);
        Cheapest answer = only(BASE, NOISY, unpriced);
        assertThat(answer.cheapest()).containsExactly(BASE);
        assertThat(answer.unsaid()).containsExactly(NOISY, unpriced);
    }

    @Test
    void withoutPricesNobodyIsCheapest() {
        Cheapest answer = only(point("UNPRICED", "[a]", Verdict.HOLDS, null));
        assertThat(answer.operation()).isEmpty();
        assertThat(answer.cheapest()).isEmpty();
    }

    @Test
    void theOnlyOneIsNotMarked() {
        assertThat(only(DEAR).cheapest()).containsExactly(DEAR);
        assertThat(only(DEAR).marks(DEAR)).isFalse();
    }

    @Test
    void whatFailsAnywhereTakesNoPart() {
        PointResults elsewhere = point("CHEAP", "[b]", Verdict.BROKEN, null);
        assertThat(only(BASE, CHEAP, elsewhere).cheapest()).containsExactly(BASE);
    }

    @Test
    void whatIsBrokenElsewhereTakesPartAndSaysSo() {
        PointResults elsewhere = point("CHEAP", "[b]", Verdict.LATENT, null);
        assertThat(only(BASE, CHEAP, elsewhere).cheapest()).containsExactly(CHEAP);
        assertThat(Cheapest.elsewhere(List.of(BASE, CHEAP, elsewhere), CHEAP)).isEqualTo(Reachability.SC);
        assertThat(Cheapest.elsewhere(List.of(BASE, CHEAP, elsewhere), BASE)).isNull();
    }

    @Test
    void whatMendsSomethingElseIsComparedByItself() {
        List<PointResults> points = List.of(controlledBy("X", BASE), controlledBy("X", DEAR), controlledBy("Y", CHEAP));
        assertThat(Cheapest.of(points, 0))
                .extracting(answer -> answer.cheapest().get(0).variant().name())
                .containsExactly("BASE", "CHEAP");
    }

    @Test
    void aMutantTakesNoPart() {
        PointResults mutant =
                point(Kind.MUTANT, "MUTANT", "[a]", Verdict.HOLDS, price(Claim.DIFFERENT, ratio(0.1, 0.2)));
        assertThat(only(BASE, mutant).cheapest()).containsExactly(BASE);
        assertThat(Cheapest.of(List.of(mutant), 0)).isEmpty();
    }

    @Test
    void eachPlaceIsComparedByItself() {
        PointResults other = point("OTHER", "[b]", Verdict.HOLDS, price(Claim.SAME, Ratio.ONE));
        assertThat(Cheapest.of(List.of(CHEAP, other), 0))
                .extracting(Cheapest::place)
                .containsExactly("[a]", "[b]");
    }
}
