// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import pagerace.race.Catalogue;
import pagerace.race.Outcome;
import pagerace.race.Point;

/** Traces of the catalogue's points in the kernel's words, as golden files. */
class CatalogueTraceTest {
    private static String trace(String key, MemoryModel model, String outcome) {
        Point point = Catalogue.point(key);
        Map<Outcome, Schedule> schedules = Explorer.of(point).explore(model).schedules();
        Schedule schedule = schedules.entrySet().stream()
                .filter(entry -> entry.getKey().name().equals(outcome))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> new AssertionError(outcome + " is not reachable, but " + schedules.keySet()));
        return Trace.print(schedule, Catalogue.race(point.race()).orElseThrow().actors());
    }

    /** The same without the numbers of lines, which move with every edit. */
    private static String lasting(String key, MemoryModel model, String outcome) {
        return trace(key, model, outcome).replaceAll("(?m):\\d+(?=$|; )", ":*");
    }

    /** Numbered lines of the excerpt that docs/traces.md shows, spaces aside. */
    @Test
    void thePageShowsWhatIsPrinted() throws IOException {
        List<String> printed = words(trace(
                "GupFastVsFork/LOCK_BEFORE_SEQ_REFERENCE_LAST[write,small,later-pin,x86]", Tso.MODEL, "OUT_OF_SYNC"));
        List<String> shown = words(Files.readString(Path.of("..", "docs", "traces.md"))).stream()
                .filter(line -> line.matches("\\d+ .*\\w\\.\\w+:\\d+"))
                .toList();
        assertThat(shown).hasSize(6).isSubsetOf(printed);
    }

    private static List<String> words(String text) {
        return text.lines().map(line -> line.strip().replaceAll(" +", " ")).toList();
    }

    @Test
    void aPinThatForkMisses() {
        Golden.check(
                "check-only.txt",
                lasting("GupFastVsFork/CHECK_ONLY[write,small,later-pin,x86]", Sc.MODEL, "OUT_OF_SYNC"));
    }

    @Test
    void anOddCountInTheStoreBuffer() {
        Golden.check(
                "lock-before-seq-reference-last.txt",
                lasting(
                        "GupFastVsFork/LOCK_BEFORE_SEQ_REFERENCE_LAST[write,small,later-pin,x86]",
                        Tso.MODEL,
                        "OUT_OF_SYNC"));
    }

    @Test
    void aPinCountReadTooEarly() {
        Golden.check("seq.txt", lasting("GupFastVsFork/SEQ[write,small,later-pin,x86]", Weak.MODEL, "OUT_OF_SYNC"));
    }

    @Test
    void aFolioLockAwaitedUnderThePageTableLock() {
        Golden.check(
                "wait-for-folio-lock.txt",
                lasting("FaultAroundVsHolePunch/WAIT_FOR_FOLIO_LOCK[plain,at-page-of-two,punch]", Sc.MODEL, "STUCK"));
    }
}
