// SPDX-License-Identifier: Apache-2.0
package pagerace.price;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import pagerace.price.Price.Claim;
import pagerace.price.Price.Ratio;

class PriceControlTest {
    private static final PriceControl DEARER = ofRounds(new Ratio(2, 1.9, 2.1, 16));
    private static final PriceControl DEARER_YET = ofRounds(new Ratio(3, 1.8, 4, 16));
    private static final PriceControl CHEAPER = ofRounds(new Ratio(0.5, 0.4, 0.6, 16));

    private static PriceControl untimed(String subject) {
        return new PriceControl(subject, 1, null, 0, null, null);
    }

    private static PriceControl ofRounds(Ratio fence) {
        return PriceControl.of("Race", 1, fence, List.of());
    }

    private static PriceControl beside(Price... prices) {
        return PriceControl.of("Race", 1, new Ratio(2, 1.9, 2.1, 16), List.of(prices));
    }

    private static Price price(double nanos, @Nullable Ratio again) {
        Course.Accesses accesses = new Course.Accesses(1, 0, 0, 0);
        return new Price(
                "Race/A[small]", "pin", "Race/A[small]", accesses, nanos, Ratio.ONE, Claim.SAME, again, null, null);
    }

    @Test
    void pricesCountIfTheFenceCostsMore() {
        assertThat(DEARER.makesVoid()).isFalse();
        assertThat(PriceControl.inWords(List.of(DEARER)))
                .isEqualTo("a fence more costs 2.00 [1.90, 2.10] times as much");
    }

    @Test
    void aFenceThatCostsLessMakesThemVoid() {
        assertThat(CHEAPER.voidBecause())
                .isEqualTo("a fence more costs 0.50 [0.40, 0.60] times as much, which must cost more on any host");
        assertThat(ofRounds(new Ratio(1.05, 1.05, 9, 16)).makesVoid()).isTrue();
    }

    /** A busy host makes noise of some rounds; a JVM has the median of its own. */
    @Test
    void ofRoundsTheMedianMustLieBeyondTheLimitAndOfJvmsTheInterval() {
        assertThat(ofRounds(new Ratio(9, -0.5, 11, 16)).makesVoid()).isFalse();
        assertThat(PriceControl.of("Race", 6, new Ratio(9, 1.05, 11, 6), List.of())
                        .makesVoid())
                .isTrue();
        assertThat(PriceControl.of("Race", 6, new Ratio(9, 1.06, 11, 6), List.of())
                        .makesVoid())
                .isFalse();
    }

    @Test
    void anOperationThatTakesNoTimeMakesThemVoid() {
        assertThat(beside(price(5, null), price(0.1, null)).makesVoid()).isFalse();
        assertThat(beside(price(5, null), price(0, null)).voidBecause()).isEqualTo("an operation took 0.00 ns");
        assertThat(beside(price(-3, null), price(5, null)).voidBecause()).isEqualTo("an operation took -3.00 ns");
    }

    @Test
    void whatDoesNotEndAloneTakesNoTimeAndMakesNothingVoid() {
        assertThat(beside(Price.ofDeadlock("Race/A", "pin", "Race/A")).makesVoid())
                .isFalse();
    }

    @Test
    void aBaseThatDiffersFromItselfMakesThemVoid() {
        Price alike = price(5, new Ratio(1.01, -0.5, 4, 16));
        assertThat(beside(alike, price(5, new Ratio(2, 2, 2, 16)), price(5, new Ratio(0.5, 0.5, 0.5, 16)))
                        .makesVoid())
                .isFalse();
        assertThat(beside(alike, price(5, new Ratio(2.1, 2, 3, 16))).voidBecause())
                .isEqualTo("a base took 2.10 [2.00, 3.00] times as long when it was compiled once more");
        assertThat(beside(price(5, new Ratio(0.4, 0.3, 3, 16)), alike).makesVoid())
                .isTrue();
        assertThat(beside(price(5, new Ratio(-1, -2, 3, 16)), alike).makesVoid())
                .isTrue();
    }

    /** A file may claim what it likes. */
    @Test
    void theVerdictFollowsFromTheRest() {
        assertThat(claiming(CHEAPER, null)).isEqualTo(CHEAPER);
        assertThat(claiming(DEARER, "somebody says so")).isEqualTo(DEARER);
        assertThat(claiming(untimed("Race"), null).voidBecause()).isEqualTo("the control was not timed");
    }

    private static PriceControl claiming(PriceControl control, @Nullable String voidBecause) {
        return new PriceControl(
                control.subject(), control.jvms(), control.ratio(), control.leastNanos(), control.again(), voidBecause);
    }

    @Test
    void ofTwoTheWorseCounts() {
        PriceControl untimed = untimed("Race");
        assertThat(List.of(
                        PriceControl.worst(DEARER, CHEAPER),
                        PriceControl.worst(CHEAPER, DEARER),
                        PriceControl.worst(DEARER, DEARER_YET),
                        PriceControl.worst(DEARER_YET, DEARER),
                        PriceControl.worst(untimed, CHEAPER),
                        PriceControl.worst(CHEAPER, untimed)))
                .containsExactly(CHEAPER, CHEAPER, DEARER_YET, DEARER_YET, untimed, untimed);
    }

    @Test
    void ofSeveralSubjectsTheWorstIsNamedAndThoseThatAreVoid() {
        assertThat(PriceControl.inWords(List.of(DEARER_YET, CHEAPER, DEARER, untimed("Other"))))
                .isEqualTo("a fence more costs 3.00 [1.80, 4.00] times as much; void: Race, since "
                        + CHEAPER.voidBecause() + "; void: Other, since the control was not timed");
    }

    @Test
    void onlyPricesOfSubjectsThatAreNotVoidCount() {
        Price price = price(5, null);
        Price ofAnother = Price.ofDeadlock("Other/A", "pin", "Other/A");
        PriceControl another = PriceControl.of("Other", 1, new Ratio(2, 1.9, 2.1, 16), List.of());
        assertThat(file(List.of(DEARER, another), price, ofAnother).counting()).containsExactly(price, ofAnother);
        assertThat(file(List.of(CHEAPER, another), price, ofAnother).counting()).containsExactly(ofAnother);
        assertThat(file(List.of(CHEAPER, another), price, ofAnother).prices()).containsExactly(price, ofAnother);
        assertThat(file(List.of(), price).counting()).isEmpty();
    }

    @Test
    void whatHasNoControlIsNamed() {
        Price price = price(5, null);
        assertThat(file(List.of(DEARER), price, price).uncontrolled()).isEmpty();
        assertThat(file(List.of(CHEAPER), price).uncontrolled()).isEmpty();
        assertThat(file(List.of(), price, price).uncontrolled()).containsExactly("Race");
    }

    private static PriceFile file(List<PriceControl> controls, Price... prices) {
        return new PriceFile(PriceFile.SCHEMA, "2 CPUs", "17", "short", true, controls, List.of(prices));
    }

    /** One store and one load each, and one fence: nothing else may make the difference. */
    @Test
    void theTwoDifferByOneFence() {
        List<Priced> both = PriceControl.series().variants();
        assertThat(both)
                .extracting(priced -> Course.of(priced).orElseThrow().accesses())
                .containsExactly(new Course.Accesses(1, 1, 0, 0), new Course.Accesses(1, 1, 0, 1));
    }
}
