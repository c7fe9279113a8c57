// SPDX-License-Identifier: Apache-2.0
package pagerace.price;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import pagerace.price.Price.Ratio;

class PriceControlTest {
    private static final PriceControl DEARER = PriceControl.of(new Ratio(2, 1.9, 2.1, 16));
    private static final PriceControl DEARER_YET = PriceControl.of(new Ratio(3, 1.8, 4, 16));
    private static final PriceControl CHEAPER = PriceControl.of(new Ratio(0.5, 0.4, 0.6, 16));

    @Test
    void itCountsIfTheFenceCostsMore() {
        assertThat(DEARER.makesVoid()).isFalse();
        assertThat(DEARER.inWords()).isEqualTo("a fence more costs 2.00 [1.90, 2.10] times as much");
    }

    @Test
    void aFenceThatCostsLessMakesThePricesVoid() {
        assertThat(CHEAPER.makesVoid()).isTrue();
        assertThat(CHEAPER.inWords())
                .isEqualTo(
                        "void: a fence more costs 0.50 [0.40, 0.60] times as much, which must cost more on any host");
    }

    @Test
    void soDoesOneOfWhichNothingCanBeSaid() {
        assertThat(PriceControl.of(new Ratio(2, 1.05, 9, 16)).makesVoid()).isTrue();
        assertThat(PriceControl.of(null).inWords()).isEqualTo("void: the control was not timed");
        assertThat(new PriceControl(null, null).makesVoid()).isTrue();
    }

    /** A file may claim what it likes. */
    @Test
    void theVerdictFollowsFromTheRatioAlone() {
        assertThat(new PriceControl(CHEAPER.ratio(), null)).isEqualTo(CHEAPER);
        assertThat(new PriceControl(DEARER.ratio(), "somebody says so")).isEqualTo(DEARER);
    }

    @Test
    void ofSeveralTheWorstCounts() {
        assertThat(PriceControl.worst(List.of(DEARER, CHEAPER))).isEqualTo(CHEAPER);
        assertThat(PriceControl.worst(List.of(DEARER, DEARER_YET))).isEqualTo(DEARER_YET);
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
