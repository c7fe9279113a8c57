// SPDX-License-Identifier: Apache-2.0
package pagerace.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReleasesTest {
    private static Release release(String name) {
        return Release.parse(name).orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.6.22", "3.4", "5.9-rc", "6.12.69", "7.0"})
    void aReleaseSaysItsName(String name) {
        assertThat(release(name)).hasToString(name);
    }

    @Test
    void namesAsTheyAreFoundAreUnderstood() {
        assertThat(release("v5.15")).isEqualTo(release("5.15"));
        assertThat(release("5.15.0")).isEqualTo(release("5.15"));
        assertThat(release("5.15.0-91-generic")).isEqualTo(release("5.15"));
        assertThat(release("6.1.27+deb12")).isEqualTo(release("6.1.27"));
        assertThat(release("6.0-rc8")).isEqualTo(release("6.0-rc"));
        assertThat(release("6.6.87.2-microsoft-standard-WSL2")).isEqualTo(release("6.6.87"));
        assertThat(release("2.6.32.71").mainline()).isEqualTo(release("2.6.32"));
        assertThat(release("6.12.69-rc1").mainline()).isEqualTo(release("6.12"));
        assertThat(Release.parse("5.9-rcX")).isEmpty();
        assertThat(Release.parse("2.6.1000")).isEmpty();
        assertThat(Release.parse("5")).isEmpty();
        assertThat(Release.parse("five.ten")).isEmpty();
        assertThat(Release.parse("99999.1")).isEmpty();
    }

    @Test
    void releasesComeInTheirOrder() {
        assertThat(new String[] {"2.6.9", "2.6.22", "3.0", "3.19", "4.0", "5.9-rc", "5.9", "5.9.1", "5.10", "6.12.69"})
                .isSortedAccordingTo((a, b) -> release(a).compareTo(release(b)));
    }

    @ParameterizedTest
    @CsvSource({
        "2.6.22, 2.6.23",
        "2.6.39, 3.0",
        "3.19, 4.0",
        "4.20, 5.0",
        "5.15, 5.16",
        "5.19, 6.0",
        "6.12.69, 6.13",
        "6.19, 7.0"
    })
    void oneReleaseFollowsAnother(String release, String next) {
        assertThat(release(release).next()).isEqualTo(release(next));
    }

    @ParameterizedTest
    @CsvSource({"5.20, 5.19", "5.155.3, 5.19", "2.6.40, 2.6.39", "2.7.1, 2.6.39", "3.20-rc1, 3.19", "6.20, 6.19"})
    void aNumberThatNoReleaseHasIsBetweenTwoMajorNumbers(String number, String after) {
        assertThat(release(number).afterWhich()).contains(release(after));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.4.37", "2.6.39", "3.0", "5.19.17", "6.0-rc1", "7.0", "9.9"})
    void whatMayBeAReleaseIsNot(String number) {
        assertThat(release(number).afterWhich()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "all|2.6.9|true",
                "-|5.15|false",
                "5.9 .. 5.10|5.8|false",
                "5.9 .. 5.10|5.9|true",
                "5.9 .. 5.10|5.10.4|true",
                "5.9 .. 5.10|5.11|false",
                ">= 6.1|6.0|false",
                ">= 6.1|7.2|true",
                "<= 2.6.22|2.6.22|true",
                "<= 2.6.22|2.6.23|false",
                "5.18|5.18.3|true",
                "5.18|5.17|false",
                "5.9-rc|5.9|false",
                "5.9-rc|5.9-rc5|true",
                "6.12.69|6.12|false",
                "6.12.69|6.12.68|false",
                "6.12.69|6.12.70|true",
                "6.12.69|6.13|false",
                ">= 6.3, arm64; >= 6.4, riscv|6.3|true",
                "<= 5.2; >= 5.3|5.3|true",
                "5.5 .. 5.17|5.5-rc3|false",
                "5.5 .. 5.17|5.6-rc3|true",
            })
    void aRangeHasReleases(String range, String asked, boolean has) {
        assertThat(Releases.parse(range).contains(release(asked))).isEqualTo(has);
    }

    @Test
    void aConditionIsKept() {
        assertThat(Releases.parse(">= 6.3, arm64; >= 6.4, riscv").spans())
                .extracting(Releases.Span::where)
                .containsExactly("arm64", "riscv");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "some",
                "5.9 - 5.10",
                "5.9-5.10",
                "6.1+",
                "v6.1",
                "5.10 .. 5.9",
                ">= new",
                "all but 5.3-rc",
                ".. 5.17"
            })
    void whatIsNoRangeIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Releases.parse(text))
                .withMessageContaining("\"" + text + "\"");
    }
}
