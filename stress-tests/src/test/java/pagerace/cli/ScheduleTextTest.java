// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pagerace.explore.Site;
import pagerace.explore.Trace;
import pagerace.explore.Transcript;
import pagerace.explore.Transcript.Line;
import pagerace.explore.Transcript.Tells;
import pagerace.explore.Transcript.Use;
import pagerace.race.Catalogue;
import pagerace.race.Outcome;
import pagerace.race.Point;
import pagerace.race.Reachability;
import pagerace.race.Stuckness;
import pagerace.terminal.Terminal;

/** A schedule in any width: the table where it fits, else a line for each step, and nothing is lost. */
class ScheduleTextTest {
    private static final Site SITE = new Site("pagerace.mm.op.Fork$Copy", "copyPte", 17);

    private static final Transcript TRANSCRIPT = new Transcript(
            List.of("reclaim", "GUP-fast"),
            List.of(
                    step(0, "trylock(folio.flags) = true", "folio.flags", "uptodate -> locked,uptodate", null),
                    step(0, "WRITE_ONCE(pte, none)", "pte", null, "waits in the store buffer"),
                    step(
                            1,
                            "READ_ONCE(pte) = pte W pfn=1",
                            "pte",
                            null,
                            "none still waits in the store buffer of reclaim"),
                    new Line(Tells.WAIT, 1, "waits for ptl (held by reclaim)", null, "ptl", null, null, null, null),
                    new Line(
                            Tells.MEMORY,
                            0,
                            "reclaim's store buffer drains: pte pte W pfn=1 -> none",
                            null,
                            "pte",
                            "pte W pfn=1 -> none",
                            "",
                            null,
                            null),
                    step(0, "unlock(ptl)", "ptl", "held -> free", null),
                    new Line(Tells.END, 0, "DONE", null, null, null, null, null, null),
                    new Line(
                            Tells.END,
                            1,
                            "waits for ever for ptl (held by reclaim)",
                            null,
                            "ptl",
                            null,
                            null,
                            null,
                            SITE)));

    private static Line step(int actor, String text, String word, @Nullable String change, @Nullable String note) {
        return new Line(Tells.STEP, actor, text, Use.UPDATE, word, change, note, null, SITE);
    }

    private static String text(int columns, boolean source) {
        return ScheduleText.of(TRANSCRIPT, Stuckness.STUCK, new Terminal(columns, false, false), source);
    }

    @Test
    void aLineForEachStepWhereTheTableDoesNotFit() {
        assertThat(text(80, false)).isEqualTo("""
                   reclaim
                1  trylock(folio.flags) = true
                     folio.flags: +locked
                2  WRITE_ONCE(pte, none)
                     waits in the store buffer
                       GUP-fast
                3      READ_ONCE(pte) = pte W pfn=1
                         none still waits in the store buffer of reclaim
                       waits for ptl (held by reclaim)
                     reclaim's store buffer drains: pte pte W pfn=1 -> none
                   reclaim
                4  unlock(ptl)
                     ptl: held -> free
                   reclaim => DONE
                       GUP-fast waits for ever for ptl (held by reclaim)
                   outcome => STUCK: a bounded wait gave up: actors wait for each other
                """);
    }

    @Test
    void theSourceStandsBehindTheStep() {
        assertThat(text(80, true).lines())
                .contains(
                        "1  trylock(folio.flags) = true  (Fork.java:17)",
                        "       GUP-fast waits for ever for ptl (held by reclaim)  (Fork.java:17)");
    }

    @Test
    void theTableLosesItsSourceBeforeItIsGivenUp() {
        String table = Trace.print(TRANSCRIPT);
        String withoutSource = Trace.print(TRANSCRIPT, Trace.Source.NONE);
        String withFile = Trace.print(TRANSCRIPT, Trace.Source.FILE);
        String outcome = "   outcome => STUCK: a bounded wait gave up: actors wait for each other\n";
        assertThat(text(Terminal.UNLIMITED, false)).isEqualTo(table + outcome);
        assertThat(text(width(table), false)).isEqualTo(table + outcome);
        assertThat(text(width(table) - 1, false)).isEqualTo(withoutSource + outcome);
        assertThat(text(width(withoutSource), false)).isEqualTo(withoutSource + outcome);
        assertThat(text(width(withoutSource) - 1, false)).startsWith("   reclaim\n1  trylock");
        assertThat(text(width(withFile), true)).isEqualTo(withFile + outcome).contains("  (Fork.java:17)\n");
        assertThat(text(width(withFile) - 1, true)).startsWith("   reclaim\n1  trylock");
    }

    /** The excerpt that docs/traces.md shows of the narrow form. */
    @Test
    void thePageShowsWhatIsPrinted() throws IOException {
        Point point = Catalogue.point("GupFastVsFork/LOCK_BEFORE_SEQ_REFERENCE_LAST[write,small,later-pin,x86]");
        Transcript transcript =
                Objects.requireNonNull(Predictions.of(point).simplest()).transcript();
        Outcome outcome = Catalogue.race(point.race()).orElseThrow().outcomes().stream()
                .filter(one -> one.name().equals("OUT_OF_SYNC"))
                .findFirst()
                .orElseThrow();
        List<String> printed = ScheduleText.of(transcript, outcome, new Terminal(80, false, false), false)
                .lines()
                .toList();
        String page = Files.readString(Path.of("..", "docs", "traces.md"));
        List<String> shown = page.substring(page.indexOf("## On a narrow terminal"), page.indexOf("## The picture"))
                .lines()
                .filter(line -> line.startsWith("    "))
                .map(line -> line.substring(4))
                .toList();
        assertThat(shown).hasSizeGreaterThan(10);
        assertThat(printed).containsSubsequence(shown);
    }

    private static int width(String table) {
        return table.lines().mapToInt(String::length).max().orElse(0);
    }

    /** Of each race the first point that breaks from each model on. */
    static Stream<Point> broken() {
        Set<String> seen = new HashSet<>();
        return Catalogue.points()
                .filter(point ->
                        point.reachableFrom() != Reachability.NEVER && point.reachableFrom() != Reachability.UNKNOWN)
                .filter(point -> seen.add(point.race() + point.reachableFrom()));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void everyStepStandsInEveryWidthAndNothingIsTooWide(Point point) {
        Transcript transcript =
                Objects.requireNonNull(Predictions.of(point).simplest()).transcript();
        for (int columns : new int[] {60, 80, 120, 160, 200}) {
            for (boolean source : new boolean[] {false, true}) {
                String shown =
                        ScheduleText.of(transcript, Stuckness.STUCK, new Terminal(columns, false, false), source);
                assertThat(shown.lines()).allMatch(line -> line.length() <= columns);
                String words = shown.replaceAll("\\s+", " ");
                for (Line line : transcript.lines()) {
                    assertThat(words).contains(line.text().replaceAll("\\s+", " "));
                    if (source && line.site() != null) {
                        assertThat(words).contains(line.site().inFile());
                    }
                }
            }
        }
    }
}
