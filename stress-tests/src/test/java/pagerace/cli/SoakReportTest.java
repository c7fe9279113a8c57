// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import pagerace.soak.Mutant;
import pagerace.soak.Soak.Settings;
import pagerace.soak.SoakResult;
import pagerace.soak.SoakResult.Counter;
import pagerace.soak.SoakResult.Evaluated;
import pagerace.terminal.Terminal;
import picocli.CommandLine;

class SoakReportTest {
    private static final Evaluated LOOKED_AT = new Evaluated(
            "exclusivity", "writable entries of the parent", "between rounds", 1234567, 1022, 1, "folios");
    private static final Evaluated NEVER =
            new Evaluated("isolation", "the child does not see the parent's store", "by data", 0, 0, 1, "pages");
    private static final Evaluated ON_ONE_THREAD =
            new Evaluated("exclusive pins", "the folio of a pin", "between rounds", 5, 1, 2, "threads");
    private static final Counter FORKED = new Counter("FORK", "SHARED", 7, "> 0", true);
    private static final Counter NOT_FORKED = new Counter("FORK", "COPIED", 0, "> 0", false);
    private static final String FOUND = "exclusivity: folio 7 is exclusive and mapped twice";
    private static final String SIZE = "2.0 s, 3 rounds, 30,000,000 operations\n";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private static SoakResult result(
            @Nullable Mutant mutant, @Nullable String violation, Evaluated evaluated, Counter counter) {
        return new SoakResult(
                Settings.of(1, 2, mutant),
                Duration.ofSeconds(2),
                3,
                SoakResult.ENOUGH_OPERATIONS,
                violation,
                List.of(),
                List.of(LOOKED_AT, evaluated),
                List.of(FORKED, counter),
                List.of(1L, 2L));
    }

    private SoakReport report(SoakResult result, boolean complete) {
        return new SoakReport(new PrintStream(out, true, StandardCharsets.UTF_8), Terminal.FILE, result, complete);
    }

    private boolean mainline(@Nullable String violation, Evaluated evaluated, Counter counter, boolean complete) {
        return report(result(null, violation, evaluated, counter), complete).ofMainline();
    }

    private boolean mutant(Mutant mutant, @Nullable String violation, Evaluated evaluated) {
        return report(result(mutant, violation, evaluated, FORKED), true).ofMutant(mutant);
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void mainlineThatHolds() {
        assertThat(mainline(null, LOOKED_AT, FORKED, true)).isTrue();
        assertThat(printed())
                .contains(
                        "  invariant    evaluated           times  on            what\n",
                        "  exclusivity  between rounds  1,234,567  1,022 folios  writable entries of the parent\n",
                        "  operation  ended in  times  healthy\n",
                        "  FORK       SHARED        7  > 0\n")
                .endsWith("HOLDS: no invariant was violated in " + SIZE);
    }

    @Test
    void mainlineThatIsViolated() {
        assertThat(mainline(FOUND, NEVER, NOT_FORKED, true)).isFalse();
        assertThat(printed()).endsWith(FOUND + "\nVIOLATED after " + SIZE);
    }

    @Test
    void aCheckThatWasNeverMadeFailsTheRun() {
        assertThat(mainline(null, NEVER, FORKED, true)).isFalse();
        assertThat(printed())
                .contains(
                        "\nUNEVALUATED: \"isolation\" was evaluated 0 times by data: the child does not see the parent's store\n")
                .endsWith("UNEVALUATED: no invariant was violated, but not every check was made, in " + SIZE);
    }

    @Test
    void soDoesOneThatWasNotMadeForEachThread() {
        assertThat(mainline(null, ON_ONE_THREAD, FORKED, true)).isFalse();
        assertThat(printed())
                .contains(
                        "  exclusive pins  between rounds          5  1 of 2 threads  the folio of a pin\n",
                        "\nUNEVALUATED: \"exclusive pins\" was evaluated on 1 of 2 threads between rounds: the folio of a pin\n");
    }

    @Test
    void anInterruptionExcusesThat() {
        assertThat(mainline(null, NEVER, FORKED, false)).isTrue();
        assertThat(printed())
                .contains(
                        "\nToo early to say: \"isolation\" was evaluated 0 times by data: the child does not see the parent's store\n")
                .doesNotContain("UNEVALUATED");
    }

    @Test
    void anOperationThatNeverEndedAsItShould() {
        assertThat(mainline(null, LOOKED_AT, NOT_FORKED, true)).isFalse();
        assertThat(printed())
                .contains("\nUNHEALTHY: FORK ended 0 times in COPIED, not > 0\n")
                .endsWith("UNHEALTHY: no invariant was violated, but not everything happened that should, in " + SIZE);
    }

    @Test
    void aMutantThatIsCaught() {
        assertThat(mutant(Mutant.DROP_UNSHARE, FOUND, NEVER)).isTrue();
        assertThat(printed()).isEqualTo(FOUND + "\nCAUGHT after " + SIZE);
    }

    @Test
    void aMutantThatMustBeCaughtAndIsNot() {
        assertThat(mutant(Mutant.DROP_UNSHARE, null, LOOKED_AT)).isFalse();
        assertThat(printed()).isEqualTo("NOT CAUGHT in " + SIZE);
    }

    @Test
    void aMutantThatNeedNotBeCaught() {
        assertThat(mutant(Mutant.UNPIN_PRECHECK, null, LOOKED_AT)).isTrue();
        assertThat(printed()).isEqualTo("NOT CAUGHT, rare, in " + SIZE);
    }

    @Test
    void thatItWasNotCaughtSaysNothingIfNobodyLooked() {
        assertThat(mutant(Mutant.UNPIN_PRECHECK, null, NEVER)).isFalse();
        assertThat(printed())
                .startsWith(
                        "UNEVALUATED: \"isolation\" was evaluated 0 times by data: the child does not see the parent's store\n");
    }

    private int exitCode(SoakResult result, String... arguments) {
        SoakCommand command = new SoakCommand(
                new Console(new PrintStream(out, true, StandardCharsets.UTF_8), Terminal.FILE),
                (settings, time, progress) -> result);
        return new CommandLine(command).execute(arguments);
    }

    @Test
    void whatFailsExitsWithOne() {
        assertThat(exitCode(result(null, null, LOOKED_AT, FORKED))).isZero();
        assertThat(exitCode(result(null, FOUND, LOOKED_AT, FORKED))).isEqualTo(1);
        assertThat(exitCode(result(null, null, NEVER, FORKED))).isEqualTo(1);
        assertThat(exitCode(result(null, null, LOOKED_AT, NOT_FORKED))).isEqualTo(1);
        SoakResult notCaught = result(Mutant.DROP_UNSHARE, null, LOOKED_AT, FORKED);
        assertThat(exitCode(notCaught, "--mutant=DROP_UNSHARE")).isEqualTo(1);
        assertThat(exitCode(notCaught, "--all")).isEqualTo(1);
    }

    @Test
    void aMutantThatCrashes() {
        assertThat(mutant(Mutant.DROP_UNSHARE, "CRASH: thread 1: an exception", LOOKED_AT))
                .isFalse();
        assertThat(printed()).endsWith("NOT CAUGHT: something else went wrong after " + SIZE);
    }
}
