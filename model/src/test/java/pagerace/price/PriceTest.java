// SPDX-License-Identifier: Apache-2.0
package pagerace.price;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import pagerace.price.Price.Claim;
import pagerace.price.Price.Ratio;

class PriceTest {
    private static Claim claim(double low, double high, @Nullable Ratio again) {
        return Price.claim(false, new Ratio((low + high) / 2, low, high, 16), again);
    }

    @Test
    void aDifferenceIsClaimedBeyondFivePercentOnly() {
        assertThat(claim(1.06, 1.2, null)).isEqualTo(Claim.DIFFERENT);
        assertThat(claim(0.8, 0.94, null)).isEqualTo(Claim.DIFFERENT);
        assertThat(claim(1.04, 1.2, null)).isEqualTo(Claim.ABOUT_EQUAL);
        assertThat(claim(0.9, 1.1, null)).isEqualTo(Claim.ABOUT_EQUAL);
    }

    /** The base against itself is the control: what it shows is chance, in either direction. */
    @Test
    void andBeyondWhatTheBaseShowsAgainstItself() {
        Ratio noisy = new Ratio(1.1, 1.05, 1.3, 16);
        assertThat(claim(1.25, 1.6, noisy)).isEqualTo(Claim.NONE);
        assertThat(claim(1.35, 1.6, noisy)).isEqualTo(Claim.DIFFERENT);
        assertThat(claim(0.5, 0.76, noisy)).isEqualTo(Claim.DIFFERENT);
        assertThat(claim(0.5, 0.78, noisy)).isEqualTo(Claim.NONE);
        assertThat(claim(0.5, 0.78, new Ratio(0.9, 0.75, 1, 16))).isEqualTo(Claim.NONE);
    }

    @Test
    void aBaseThatTakesLessThanNoTimeAllowsNoClaim() {
        Ratio noise = new Ratio(0.9, -1.2, 1.1, 16);
        assertThat(claim(8, 9, noise)).isEqualTo(Claim.NONE);
        assertThat(claim(0.01, 0.02, noise)).isEqualTo(Claim.NONE);
    }

    @Test
    void whereNothingMayBeSaidThatIsNotAboutEqual() {
        assertThat(claim(0.6, 1.7, null)).isEqualTo(Claim.NONE);
        assertThat(claim(1.0, 1.3, null)).isEqualTo(Claim.NONE);
    }
}
