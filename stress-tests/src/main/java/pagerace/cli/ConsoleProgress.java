// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.Console;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;
import pagerace.stress.Progress;
import pagerace.verdict.Given;
import pagerace.verdict.Probe;

/** How far a stress run is, on one line. */
final class ConsoleProgress implements Progress {
    private final ProgressLine line;

    ConsoleProgress(PrintStream out, boolean terminal) {
        line = new ProgressLine(out, terminal);
    }

    /** Whether somebody watches. Since JDK 22 there is a console even where there is no terminal, so it is asked. */
    @SuppressWarnings("SystemConsoleNull") // before 22 null means no terminal, from 22 on the console says so itself
    static boolean isTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException before22) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException e) {
            return false;
        }
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
                        "[%s, %s%s left] %d of %d points have what they need; %snow %s in %s",
                        Budget.text(elapsed),
                        standing.isEstimate() ? "about " : "",
                        Budget.text(standing.left()),
                        standing.settled(),
                        standing.points(),
                        host(standing.given()),
                        standing.point().key(),
                        standing.tier()));
    }

    /** What the host gives; nothing before the first fork has ended. */
    private static String host(Given given) {
        Probe probe = given.probe();
        return probe.slots() == 0
                ? ""
                : String.format(
                        Locale.ROOT,
                        "so far %.0f %% of two CPUs, %.1f %% stolen, two threads met in %d of %d slots; ",
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
