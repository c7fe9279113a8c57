// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import pagerace.race.Catalogue;
import pagerace.race.Reachability;

class OrderingsTest {
    @Test
    void aPinAgainstFork() {
        Orderings orderings =
                Orderings.of(Catalogue.point("GupFastVsFork/SEQ_ANON_EXCLUSIVE[write,small,later-pin,x86]"));
        Golden.check("orderings.txt", orderings.table().replaceAll(":\\d+", ":*"));
    }

    @Test
    void aLockGoesWithItsRelease() {
        Orderings orderings = Orderings.of(Catalogue.point("FaultAroundVsHolePunch/MAINLINE[plain,at-page,punch]"));
        assertThat(orderings.from()).isEqualTo(Reachability.NEVER);
        assertThat(orderings.findings())
                .contains(
                        new Orderings.Finding("the lock folio.flags in HolePunch", Reachability.SC),
                        new Orderings.Finding("the lock folio.flags in FaultAround", Reachability.SC))
                .doesNotHaveDuplicates();
    }
}
