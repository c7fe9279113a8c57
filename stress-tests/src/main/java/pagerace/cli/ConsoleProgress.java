// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;
import pagerace.stress.Progress;
import pagerace.verdict.Given;
import pagerace.verdict.Probe;

/** How far a stress run is, on one line: what matters most first, since a terminal shows no more than fits. */
final class ConsoleProgress implements Progress {
    private final ProgressLine line;

    ConsoleProgress(Console out) {
        line = new ProgressLine(out.out(), out.terminal());
    }

    @Override
    public void forking(Duration elapsed, Supplier<Standing> asked) {
        if (!line.isDue(elapsed)) {
            return;
        }
        Standing standing = asked.get();
        line.show(
                elapsed,
                String.format(
                        Locale.ROOT,
                        "[%s, %s%s left] %s, %d of %d points have what they need, now %s%s",
                        Budget.text(elapsed),
                        standing.isEstimate() ? "about " : "",
                        Budget.text(standing.left()),
                        standing.tier(),
                        standing.settled(),
                        standing.points(),
                        standing.point().key(),
                        host(standing.given())));
    }

    /** What the host gives; nothing before the first fork has ended. */
    private static String host(Given given) {
        Probe probe = given.probe();
        return probe.slots() == 0
                ? ""
                : String.format(
                        Locale.ROOT,
                        "; so far %.0f %% of two CPUs, %.1f %% stolen, both threads ran in %d of %d slots",
                        100 * given.cpuShare(),
                        100 * probe.stolen(),
                        probe.met(),
                        probe.slots());
    }

    @Override
    public void done() {
        line.clear();
    }
}
