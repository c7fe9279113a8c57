// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

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
        return Trace.print(schedule, Catalogue.race(point.race()).orElseThrow().actors())
                .replaceAll("(?m):\\d+(?=$|; )", ":*");
    }

    @Test
    void aPinThatForkMisses() {
        Golden.check(
                "check-only.txt",
                trace("GupFastVsFork/CHECK_ONLY[write,small,later-pin,x86]", Sc.MODEL, "OUT_OF_SYNC"));
    }

    @Test
    void anOddCountInTheStoreBuffer() {
        Golden.check(
                "lock-before-seq-reference-last.txt",
                trace(
                        "GupFastVsFork/LOCK_BEFORE_SEQ_REFERENCE_LAST[write,small,later-pin,x86]",
                        Tso.MODEL,
                        "OUT_OF_SYNC"));
    }

    @Test
    void aPinCountReadTooEarly() {
        Golden.check("seq.txt", trace("GupFastVsFork/SEQ[write,small,later-pin,x86]", Weak.MODEL, "OUT_OF_SYNC"));
    }

    @Test
    void aFolioLockAwaitedUnderThePageTableLock() {
        Golden.check(
                "wait-for-folio-lock.txt",
                trace("FaultAroundVsHolePunch/WAIT_FOR_FOLIO_LOCK[plain,at-page-of-two,punch]", Sc.MODEL, "STUCK"));
    }
}
