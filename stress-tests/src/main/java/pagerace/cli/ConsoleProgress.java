// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.Console;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.Locale;
import pagerace.race.Point;
import pagerace.stress.Progress;
import pagerace.verdict.Tier;

/** One line that renews itself on a terminal; in a log, a line every ten seconds. */
final class ConsoleProgress implements Progress {
    private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);

    private final PrintStream out;
    private final boolean terminal;
    private Duration nextLine = Duration.ZERO;
    private int width;

    ConsoleProgress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
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
    public void forking(Point point, Tier tier, int settled, int points, Duration elapsed, Duration left) {
        if (!terminal && elapsed.compareTo(nextLine) < 0) {
            return;
        }
        nextLine = elapsed.plus(LOG_INTERVAL);
        String line = String.format(
                Locale.ROOT,
                "[%s, %s left] %d of %d points settled; %s in %s",
                Budget.text(elapsed),
                Budget.text(left),
                settled,
                points,
                point.key(),
                tier);
        if (terminal) {
            out.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
            width = line.length();
        } else {
            out.println(line);
        }
        out.flush();
    }

    @Override
    public void done() {
        if (terminal && width > 0) {
            out.print("\r" + " ".repeat(width) + "\r");
            out.flush();
        }
    }
}
