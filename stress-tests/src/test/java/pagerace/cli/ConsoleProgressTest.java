// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import pagerace.race.Catalogue;
import pagerace.stress.Progress.Standing;
import pagerace.terminal.Terminal;
import pagerace.verdict.Given;
import pagerace.verdict.TestRace;
import pagerace.verdict.Tier;

/** How far a run is: the time and the tier first, and on a terminal never more than a line. */
class ConsoleProgressTest {
    private static final String WHOLE =
            "[22s, about 7s left] C2 with random scheduling, 3 of 5 points have what they need, now"
                    + " UnpinDirtyVsClean/PRECHECK; so far 58 % of two CPUs, 13.0 % stolen, both threads ran in 40 of 100 slots";

    private static String said(Terminal terminal, int... seconds) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        ConsoleProgress progress =
                new ConsoleProgress(new Console(new PrintStream(said, true, StandardCharsets.UTF_8), terminal));
        for (int second : seconds) {
            Duration elapsed = Duration.ofSeconds(second);
            progress.forking(
                    elapsed,
                    () -> new Standing(
                            Catalogue.point("UnpinDirtyVsClean/PRECHECK"),
                            second == 22 ? Tier.C2_STRESS : Tier.C1,
                            3,
                            5,
                            new Given(0.58, TestRace.BAD),
                            elapsed,
                            Duration.ofSeconds(7),
                            true));
        }
        progress.done();
        return said.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aTerminalShowsWhatFitsAndNothingOfTheLineBefore() {
        String first = "[22s, about 7s left] C2 with random scheduling, 3 of 5 ...";
        String second = "[23s, about 7s left] C1, 3 of 5 points have what they ...";
        String third = "[22s, about 7s left] C2 with random scheduling, 3 of 5 ...";
        assertThat(said(new Terminal(60, true, false), 22, 23, 22))
                .isEqualTo("\r" + first + "\r" + second + " ".repeat(first.length() - second.length()) + "\r" + third
                        + "\r" + " ".repeat(third.length()) + "\r");
    }

    @Test
    void aLogHasAWholeLineEveryTenSeconds() {
        assertThat(said(Terminal.FILE, 22, 23, 32))
                .isEqualTo(
                        WHOLE + "\n" + WHOLE.replace("22s", "32s").replace("C2 with random scheduling", "C1") + "\n");
        assertThat(said(new Terminal(80, false, false), 22).lines())
                .hasSizeGreaterThan(1)
                .allMatch(line -> line.length() <= 80);
    }
}
