// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagerace.kernel.Commit;
import pagerace.race.Catalogue;
import pagerace.race.Point;

/** What is said of one release, by {@code list} and behind the {@code @} of a filter. */
class KernelsTest {
    private static final Selection ALL = new Selection(Catalogue.RACES);

    private static List<String> keys(List<Point> points) {
        return points.stream().map(Point::key).toList();
    }

    @Test
    void aReleaseHasItsOwnVariantsOnly() {
        String text = Ran.of("list", "--kernel", "5.15").out();
        assertThat(text.lines().findFirst().orElse(""))
                .isEqualTo(
                        "Linux 5.15 as it was released: what the catalogue has of it. Stable updates may carry later fixes.");
        assertThat(text)
                .contains("\nreachable: ", "\nIf only WEAK reaches it, ")
                .containsPattern("\nGupFastVsFork .*\n  variant +kernels +kind +reachable +later\n");
        assertThat(text)
                .contains("\n  SEQ_TWO_STEP_PIN ", "\n  SKIP_PINNED ")
                .doesNotContain("\n  CHECK_ONLY ", "SEQ_ANON_EXCLUSIVE ", " mutant ", " proposal ");
        assertThat(Ran.of("list", "--kernel", "v5.15.0-91-generic").out()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "5.15.5|5.15.5, answered as 5.15 and variants that only a stable update has",
                "9.9|9.9, answered as 6.17, the newest release from which the catalogue has a commit",
                "7.1-rc2|7.1-rc, answered as 6.17, the newest release from which the catalogue has a commit",
                "6.17|6.17 as it was released",
            })
    void whatTheCatalogueCannotTellApartIsSaid(String kernel, String answered) {
        assertThat(Ran.of("list", "--kernel", kernel).out()).startsWith("Linux " + answered + ": what ");
        boolean newer = answered.contains("newest");
        assertThat(Ran.of("explore", "InvalidateVsRemove", "--kernel", kernel)
                        .out()
                        .startsWith("Linux " + answered + ".\n"))
                .isEqualTo(newer);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "5.155|There is no Linux 5.155: after 5.19 came 6.0; did you mean 5.15.5?",
                "2.6.327|There is no Linux 2.6.327: after 2.6.39 came 3.0; did you mean 2.6.32.7?",
                "5.20|There is no Linux 5.20: after 5.19 came 6.0.",
                "5.999|There is no Linux 5.999: after 5.19 came 6.0.",
            })
    void aReleaseThatNobodyMadeIsRefused(String kernel, String sentence) {
        Ran.of("list", "--kernel", kernel).isRefusedWith(sentence);
        Ran.of("explore", "GupFastVsFork@" + kernel).isRefusedWith(sentence);
    }

    @Test
    void whatIsBrokenSaysWhatMendedIt() {
        assertThat(Ran.of("list", "--kernel", "6.1", "--broken").out())
                .containsPattern("\n  FLUSH_UNDER_PTL +3.15 .. 6.1 +history +SC +fixed by: 6.2 \\(5df397dec7c4\\)\n")
                .containsPattern("\n  STORE_THEN_MARK +all +mainline +SC +fixed by: nothing, mainline still has it\n")
                .doesNotContain(" holds");
        assertThat(Ran.of("list", "--kernel", "2.6.9", "--broken", "InvalidateVsRemove")
                        .out())
                .startsWith("Linux 2.6.9 as it was released: nothing that the catalogue has is broken. ")
                .hasLineCount(1);
    }

    @Test
    void aCandidateHasWhatOnlyCandidatesHad() {
        assertThat(Ran.of("list", "--kernel", "5.3-rc1", "VhostAccessVsInvalidate")
                        .out())
                .startsWith("Linux 5.3-rc, a candidate: what the catalogue has of it.")
                .contains("RCU_DIRTY_FIRST", "fixed by: 5.3 (3d2c7d370475)")
                .doesNotContain("COPY_TO_USER");
        assertThat(Ran.of("list", "--kernel", "5.10", "--broken", "ShrinkVsPin").out())
                .contains("fixed by: 5.11 (feb889fb40fa), in part; 5.19 (6c287605fd56)\n");
    }

    @Test
    void theFilterKnowsReleases() {
        List<Point> points = ALL.selectAll("GupFastVsFork@5.10.4");
        assertThat(points).extracting(point -> point.variant().name()).containsOnly("CHECK_ONLY");
        assertThat(keys(ALL.selectAll("@5.10"))).containsAll(keys(points)).hasSizeGreaterThan(points.size());
        assertThat(ALL.select("MkcleanVsZap@6.2"))
                .as("a control comes along, whatever release it is of")
                .extracting(point -> point.variant().name())
                .contains("UNCOUNT_AFTER_FLUSH", "FLUSH_UNDER_PTL");
        assertThat(Kernels.filter(" GupFastVsFork ", "5.10")).isEqualTo("GupFastVsFork@5.10");
        assertThat(Kernels.filter("GupFastVsFork", null)).isEqualTo("GupFastVsFork");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "InvalidateVsRemove@4.4|Linux 4.4 has no variant of InvalidateVsRemove; list InvalidateVsRemove says which"
                        + " releases have one.",
                "GupFastVsFork/CHECK_ONLY@4.4|Linux 4.4 has no variant of GupFastVsFork/CHECK_ONLY; list GupFastVsFork says"
                        + " which releases have one.",
                "InvalidateVsRemoval@5.10|There is no race InvalidateVsRemoval; the nearest is InvalidateVsRemove.",
                "GupFastVsFork@fivefifteen|There is no kernel release fivefifteen; write it as a tag or uname -r does, for instance 5.15 or"
                        + " 6.1.0-13-amd64.",
                "@5.10@5.11|There is no kernel release 5.10@5.11; write it as a tag or uname -r does, for instance 5.15 or"
                        + " 6.1.0-13-amd64.",
            })
    void whatNoReleaseHasIsSaid(String filter, String sentence) {
        Ran.of("explore", filter).isRefusedWith(sentence);
    }

    @Test
    void brokenAsksAboutARelease() {
        Ran.of("list", "--broken")
                .isRefusedWith(
                        "--broken asks about one release; name it by --kernel, for instance --kernel 5.15 --broken.");
    }

    @Test
    void pointsAndObjectsAreFilteredAlike() {
        assertThat(Ran.of("list", "--kernel", "5.10", "--points", "GupFastVsFork")
                        .out()
                        .lines())
                .isNotEmpty()
                .allMatch(line -> line.startsWith("GupFastVsFork/CHECK_ONLY["));
        assertThat(Ran.of("list", "--kernel", "5.10", "--json", "GupFastVsFork")
                        .out()
                        .lines())
                .singleElement()
                .asString()
                .contains("\"name\":\"CHECK_ONLY\"");
    }

    @Test
    void theTableOfCommitsIsListed() {
        assertThat(Ran.of("list", "--commits").out().lines())
                .hasSize(1 + Commit.all().size())
                .first()
                .asString()
                .matches("commit +first in +known +CVE +stable updates +what it does");
        assertThat(Ran.of("list", "--commits").out().lines())
                .anyMatch(line ->
                        line.matches("57efa1fe5957 +5\\.11 +read +- +5\\.10\\.4 +fork makes a sequence count odd .*"))
                .anyMatch(line -> line.matches("3d2c7d370475 +5\\.3 +unconfirmed .*"));
    }
}
