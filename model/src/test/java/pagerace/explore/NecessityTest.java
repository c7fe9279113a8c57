// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static org.assertj.core.api.Assertions.assertThat;
import static pagerace.explore.Necessity.Verdict.NEEDED;
import static pagerace.explore.Necessity.Verdict.NOT_EXERCISED;
import static pagerace.explore.Necessity.Verdict.OF_NO_HELP;
import static pagerace.explore.Necessity.Verdict.REDUNDANT;

import java.util.List;
import org.junit.jupiter.api.Test;
import pagerace.explore.Necessity.Finding;
import pagerace.mm.op.Fork;
import pagerace.mm.op.GupFast;
import pagerace.race.Catalogue;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;

class NecessityTest {
    private static final Race FORK = Catalogue.race("GupFastVsFork").orElseThrow();

    @Test
    void theTableOfOnePinAgainstFork() {
        Necessity necessity = Necessity.of(FORK, point -> point.key().endsWith("[write,small,later-pin,x86]"));
        Golden.check("necessity.txt", necessity.table());
    }

    @Test
    void aRaceWithoutDimensionsHasOnePlace() {
        Race race = Catalogue.race("UnpinDirtyVsClean").orElseThrow();
        assertThat(Necessity.of(race, point -> point.key().contains("ALWAYS_LOCK"))
                        .table()
                        .lines()
                        .filter(line -> line.startsWith("    ")))
                .isNotEmpty()
                .allMatch(line -> line.endsWith("  in the only place"));
    }

    @Test
    void aDeclaredMutantAndTheSameStepDroppedAgree() {
        Necessity necessity = Necessity.of(
                FORK,
                point -> point.key().endsWith("[write,small,first-pin,arm64]")
                        && point.key().contains("RECHECK_SEQ["));
        Necessity declared = Necessity.of(
                FORK, point -> point.key().equals("GupFastVsFork/DROP_SEQ_RECHECK[write,small,first-pin,arm64]"));
        assertThat(necessity.findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.from())
                        .isEqualTo(declared.findings().get(0).from())
                        .isEqualTo(Reachability.SC));
    }

    @Test
    void aVerdictComparesWithTheOriginal() {
        Point point = Catalogue.point("GupFastVsFork/SEQ_ANON_EXCLUSIVE[write,small,later-pin,x86]");
        assertThat(new Finding(point, point, Reachability.TSO, Reachability.WEAK, true).verdict())
                .isEqualTo(NEEDED);
        assertThat(new Finding(point, point, Reachability.WEAK, Reachability.WEAK, true).verdict())
                .isEqualTo(OF_NO_HELP);
        assertThat(new Finding(point, point, Reachability.NEVER, Reachability.NEVER, true).verdict())
                .isEqualTo(REDUNDANT);
        assertThat(new Finding(point, point, Reachability.NEVER, Reachability.NEVER, false).verdict())
                .isEqualTo(NOT_EXERCISED);
        assertThat(new Finding(point, point, Reachability.NEVER, Reachability.WEAK, true).inWords())
                .isEqualTo("at a price: from WEAK, and without it never");
        assertThat(new Finding(point, point, Reachability.NEVER, Reachability.UNKNOWN, true).inWords())
                .isEqualTo("unknown");
    }

    /** GUP-fast looks at the PMD entry again, which nobody here writes; and at the entry, which fork write-protects if it is writable. */
    @Test
    void aStepThatNothingDisturbsIsNotCalledRedundant() {
        assertThat(words("RECHECK_PMD", "[write,small,later-pin,x86]")).isEqualTo(NOT_EXERCISED);
        assertThat(words("RECHECK_HEAD", "[write,large,later-pin,x86]")).isEqualTo(OF_NO_HELP);
        assertThat(words("RECHECK_HEAD", "[write,small,later-pin,x86]")).isEqualTo(NOT_EXERCISED);
        assertThat(words("RECHECK_PTE", "[read,small,later-pin,x86]")).isEqualTo(NOT_EXERCISED);
        assertThat(words("REQUIRE_EXCLUSIVE", "[write,small,later-pin,x86]"))
                .as("a writable entry is exclusive anyway")
                .isEqualTo(NOT_EXERCISED);
        assertThat(words("RECHECK_PTE", "[write,small,later-pin,x86]")).isEqualTo(REDUNDANT);
        assertThat(Necessity.of(
                                FORK,
                                point -> point.key().equals("GupFastVsFork/LOCK_BEFORE_SEQ[write,small,later-pin,x86]"))
                        .findings())
                .as("the same accesses in another order")
                .extracting(Finding::verdict)
                .containsExactly(REDUNDANT);
        assertThat(Necessity.of(
                                Catalogue.race("ShareVsGupFast").orElseThrow(),
                                point -> point.key()
                                        .equals("ShareVsGupFast/CLEAR_AND_FENCE-SHARE_CHECK[ksm,pin,write,small,x86]"))
                        .findings())
                .as("GUP-fast writes the count that KSM looks at a second time")
                .extracting(Finding::verdict)
                .containsExactly(REDUNDANT);
        assertThat(words("RECHECK_SEQ", "[write,small,later-pin,x86]")).isEqualTo(NEEDED);
    }

    private static Necessity.Verdict words(String step, String place) {
        return Necessity.of(FORK, point -> point.key().equals("GupFastVsFork/SEQ_ANON_EXCLUSIVE-" + step + place))
                .findings()
                .get(0)
                .verdict();
    }

    @Test
    void severalStepsCanBeDroppedTogether() {
        Point point = Catalogue.point("GupFastVsFork/SEQ_ANON_EXCLUSIVE[write,small,later-pin,x86]")
                .without(GupFast.Step.RECHECK_SEQ)
                .without(Fork.Step.SEQ);
        assertThat(point.key())
                .isEqualTo("GupFastVsFork/SEQ_ANON_EXCLUSIVE-RECHECK_SEQ-SEQ[write,small,later-pin,x86]");
        assertThat(List.<Object>copyOf(point.steps()))
                .isNotEmpty()
                .doesNotContain(GupFast.Step.RECHECK_SEQ, Fork.Step.SEQ);
        assertThat(Explorer.of(point).explore(Sc.MODEL).outcomes())
                .extracting(Object::toString)
                .doesNotContain("SLOW_FORK_RUNNING", "UNDONE_BY_SEQ")
                .contains("OUT_OF_SYNC");
    }

    @Test
    void combinationsAreDescribedByFewPatterns() {
        List<List<String>> all = List.of(
                List.of("write", "x86"),
                List.of("write", "arm64"),
                List.of("write", "other"),
                List.of("read", "x86"),
                List.of("read", "arm64"));
        assertThat(Boxes.cover(all, all)).containsExactly("[*,*]");
        assertThat(Boxes.cover(all.subList(0, 3), all)).containsExactly("[write,*]");
        assertThat(Boxes.cover(List.of(all.get(0), all.get(1)), all)).containsExactly("[write,x86|arm64]");
        assertThat(Boxes.cover(List.of(all.get(0), all.get(4)), all)).containsExactly("[write,x86]", "[read,arm64]");
        assertThat(Boxes.cover(List.of(), all)).isEmpty();
    }
}
