// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinksTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "20201030225250.GB6357@xz-x1: Peter Xu's review"
                        + " | https://lore.kernel.org/all/20201030225250.GB6357@xz-x1/ Peter Xu's review",
                "2-v2-dfe9ecdb6c74+2066-gup_fork_jgg@nvidia.com: the patch"
                        + " | https://lore.kernel.org/all/2-v2-dfe9ecdb6c74+2066-gup_fork_jgg@nvidia.com/ the patch",
                "LWN 849638 and 849876: 2021 in 123456 words"
                        + " | https://lwn.net/Articles/849638/ and https://lwn.net/Articles/849876/ 2021 in 123456 words",
                "CVE-2020-29374: not this race | CVE-2020-29374: not this race",
                "13ec9308a857 (6.3): KVM | 13ec9308a857 (6.3): KVM",
                "a write fault, at 5.15 | a write fault, at 5.15",
            })
    void whatIsNamedIsSpelledOut(String text, String spelled) {
        assertThat(Links.spelled(text)).isEqualTo(spelled);
    }

    @Test
    void thePartsAreTheText() {
        assertThat(Links.in("CVE-2020-29374 and 57efa1fe5957"))
                .extracting(Links.Part::text)
                .containsExactly("CVE-2020-29374", " and ", "57efa1fe5957");
        assertThat(Links.in("CVE-2020-29374 and 57efa1fe5957"))
                .extracting(Links.Part::address)
                .containsExactly(
                        "https://www.cve.org/CVERecord?id=CVE-2020-29374",
                        null,
                        "https://git.kernel.org/linus/57efa1fe5957");
    }
}
