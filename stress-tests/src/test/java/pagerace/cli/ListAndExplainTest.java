// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import pagerace.race.Catalogue;
import pagerace.race.Outcome;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;

/** What the catalogue holds, in words. */
class ListAndExplainTest {
    private static Stream<String> races() {
        return Catalogue.RACES.stream().map(Race::name);
    }

    @Test
    void everyRaceAndEveryVariantHasALineThatBeginsWithItsName() {
        Ran list = Ran.of("list");
        assertThat(list.out())
                .startsWith("reachable: ")
                .contains(
                        " never < WEAK < TSO < SC < sequential; sequential means that it goes wrong without any race.\n\n");
        List<String> names = list.out()
                .lines()
                .skip(2)
                .filter(line -> !line.matches("  variant +kernels +kind +reachable +difference"))
                .map(line -> line.replaceAll("(?<=\\w) .*", ""))
                .toList();
        assertThat(names)
                .containsExactlyElementsOf(Catalogue.RACES.stream()
                        .flatMap(race -> Stream.concat(
                                Stream.of(race.name()), race.variants().stream().map(variant -> "  " + variant.name())))
                        .toList());
        assertThat(list.code()).isZero();
    }

    @Test
    void aLineSaysKernelsKindReachabilityAndDifference() {
        assertThat(Ran.of("list", "GupFastVsFork").out().lines())
                .filteredOn(line -> line.startsWith("Gup"))
                .singleElement()
                .asString()
                .startsWith("GupFastVsFork  Can GUP-fast return a pin");
        assertThat(Ran.of("list", "GupFastVsFork").out())
                .containsPattern("\n  SEQ_ANON_EXCLUSIVE +>= 6.1 +mainline +never .. WEAK +as before,")
                .containsPattern("\n  CHECK_ONLY +5.9 .. 5.10 +history +SC +fork looks for pins,");
    }

    @Test
    void everyPointHasALine() {
        assertThat(Ran.of("list", "--points").out().lines())
                .containsExactlyElementsOf(Catalogue.points().map(Point::key).toList());
        assertThat(Ran.of("list", "--points", "UnpinDirtyVsClean").out().lines())
                .hasSize(5)
                .allMatch(line -> line.startsWith("UnpinDirtyVsClean/"));
    }

    @Test
    void aRangeGoesFromTheBestToTheWorst() {
        assertThat(Phrasing.range(List.of(Reachability.WEAK, Reachability.SC, Reachability.NEVER)))
                .isEqualTo("never .. SC");
        assertThat(Phrasing.range(List.of(Reachability.TSO, Reachability.TSO))).isEqualTo("TSO");
        assertThat(Phrasing.range(List.of(Reachability.UNKNOWN, Reachability.WEAK)))
                .isEqualTo("unknown .. WEAK");
        assertThat(Phrasing.range(List.of(Reachability.SEQUENTIAL))).isEqualTo("sequential");
    }

    @ParameterizedTest
    @MethodSource("races")
    void aRaceIsExplainedInFull(String name) {
        Race race = Catalogue.race(name).orElseThrow();
        Ran ran = Ran.of("explain", name);
        assertThat(ran.code()).isZero();
        String words = ran.out().replaceAll("\\s+", " ");
        assertThat(words).contains(race.question(), race.anchor(), race.invariant());
        for (Outcome outcome : race.outcomes()) {
            assertThat(words)
                    .contains(outcome.name() + " " + outcome.mark().name().toLowerCase(Locale.ROOT) + " "
                            + outcome.sentence());
        }
        race.breakingSchedule().lines().forEach(line -> assertThat(ran.out()).contains("\n  " + line.stripTrailing()));
        race.notModelled().forEach(omission -> assertThat(words).contains("- " + omission));
        race.variants().forEach(variant -> assertThat(ran.out()).contains("\n  " + variant.name() + " "));
    }

    @Test
    void aBrokenVariantIsExplainedDownToItsSchedule() {
        Ran ran = Ran.of("explain", "GupFastVsFork/CHECK_ONLY");
        assertThat(ran.out())
                .contains("kernels    5.9 .. 5.10\n  commit     https://git.kernel.org/linus/f3c64eda3e50\n")
                .contains(
                        "reachable  SC\n",
                        "control    none needed: x86 allows this variant's own bug, so threads can show it\n",
                        "steps      GupFast: ")
                .contains(
                        "\nGupFastVsFork/CHECK_ONLY[write,small,later-pin,x86]\n  access     the user of the pin writes")
                .contains("The simplest schedule to OUT_OF_SYNC under SC (not reachable under: sequential)\n")
                .contains("parent.pte: pte W,D,A pfn=1 -> pte D,A pfn=1");
        assertThat(ran.code()).isZero();
    }

    @Test
    void aVariantSaysWhereItStandsAndByWhatItIsControlled() {
        assertThat(Ran.of("explain", "GupFastVsFork/SEQ_ANON_EXCLUSIVE").out())
                .contains("reachable  WEAK  [*,small,first-pin,*] [*,large,*,*]\n")
                .contains("             never  [*,small,later-pin,*]\n")
                .contains("control    CHECK_ONLY  [write,*,*,*]\n             DROP_SEQ_RECHECK  [read,*,*,*]\n")
                .contains("\nGupFastVsFork/SEQ_ANON_EXCLUSIVE[write,small,first-pin,x86]\n")
                .contains(
                        "The simplest schedule to OUT_OF_SYNC under WEAK (not reachable under: sequential, SC, TSO)\n");
    }

    @Test
    void whereNothingForbiddenIsReachableItSaysHowThatIsKnown() {
        assertThat(Ran.of("explain", "GupFastVsFork/SEQ_ANON_EXCLUSIVE[write,small,later-pin,x86]")
                        .out())
                .contains("\nGupFastVsFork/SEQ_ANON_EXCLUSIVE[write,small,later-pin,x86]\n")
                .containsPattern(
                        "\nNo execution reaches a forbidden outcome: all were explored, .* under SC, TSO and WEAK\n"
                                + "\\([\\d,]+ states\\)\\.\n$");
    }

    @Test
    void aVariantWithoutDimensionsAndADeadlock() {
        assertThat(Ran.of("explain", "InvalidateVsRemove/LOCKLESS_WAIT").out())
                .contains("threads    run it in every plan\n", "The simplest schedule to READ_AFTER_FREE under SC");
        assertThat(Ran.of("explain", "FaultAroundVsHolePunch/WAIT_FOR_FOLIO_LOCK")
                        .out())
                .contains("The simplest schedule to STUCK under SC");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "list    | GupFastVsFrok | There is no race GupFastVsFrok; the nearest is GupFastVsFork.",
                "list    | GupFastVsFork/SEQ | There is no race GupFastVsFork/SEQ; the nearest is GupFastVsFork.",
                "explain | Gup | There is no race Gup; the nearest is GupFastVsFork.",
                "explain | GupFastVsFork/SE | The race GupFastVsFork has no variant SE; the nearest is SEQ.",
                "explain | GupFastVsFork/SEQ[x86] | [x86] does not say access or mapped or history; a key of GupFastVsFork ends"
                        + " with [access,mapped,history,platform], for instance GupFastVsFork/SEQ[write,small,first-pin,x86].",
                "explain | ShrinkVsPin/SKIP_PINNED[pin,small] | [pin,small] does not say then or platform; a key of"
                        + " ShrinkVsPin ends with [reference,mapped,then,platform], for instance"
                        + " ShrinkVsPin/SKIP_PINNED[pin,small,read-then-write,x86].",
                "explore | ShrinkVsPin/SKIP_PINNED[pin,smal,write,x86] | There is no point"
                        + " ShrinkVsPin/SKIP_PINNED[pin,smal,write,x86]; the nearest is"
                        + " ShrinkVsPin/SKIP_PINNED[pin,small,write,x86].",
                "explain | SKIP_PINNED | SKIP_PINNED is a variant of ShrinkVsPin, ShrinkVsPinVsLeave and GupWriteVsWriteback; write"
                        + " ShrinkVsPin/SKIP_PINNED.",
                "explain | ShrinkVsPin/* | ShrinkVsPin/* is a pattern, and this command takes one name; explore takes"
                        + " patterns.",
                "explain | Shrink* | Shrink* is a pattern, and this command takes one name; explore takes patterns.",
                "list | --columns | pagerace list does not understand --columns; see pagerace list --help.",
                "explore | Foo | There is no race Foo; list names the races.",
                "export | ShrinkVsPin/FOO | The race ShrinkVsPin has no variant FOO; list ShrinkVsPin names those it has.",
                "export | ShrinkVsPin | export takes one variant, and ShrinkVsPin is a race; write, for instance,"
                        + " ShrinkVsPin/MAPCOUNT_REUSE.",
                "doctor | --hlep | pagerace doctor does not understand --hlep; the nearest is --help.",
                "explian | GupFastVsFork | pagerace does not understand explian; the nearest is explain.",
            })
    void whatIsNotUnderstoodIsAnsweredByTheNearest(String command, String argument, String sentence) {
        Ran.of(command, argument).isRefusedWith(sentence);
    }

    @Test
    void helpIsACommandToo() {
        assertThat(Ran.of("help")).isEqualTo(Ran.of("--help"));
        assertThat(Ran.of("help", "explain")).isEqualTo(Ran.of("explain", "--help"));
        assertThat(Ran.of("explain", "--help").out()).startsWith("Usage: pagerace explain ");
        Ran.of("help", "explian").isRefusedWith("pagerace does not understand explian; the nearest is explain.");
    }

    @Test
    void nothingToExplain() {
        Ran.of("explain").isRefusedWith("Missing required parameter: 'RACE[/VARIANT]'; see pagerace explain --help.");
    }
}
