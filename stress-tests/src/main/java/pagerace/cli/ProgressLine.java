// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.PrintStream;
import java.time.Duration;
import pagerace.terminal.Terminal;

/** One line that renews itself on a terminal; in a log, a line every ten seconds. */
final class ProgressLine {
    private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);

    private final PrintStream out;
    private final Terminal terminal;
    private Duration nextLine = Duration.ZERO;
    private int width;

    ProgressLine(PrintStream out, Terminal terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Whether a line would be shown now. */
    boolean isDue(Duration elapsed) {
        return terminal.isTerminal() || elapsed.compareTo(nextLine) >= 0;
    }

    /** Shows {@code line}, for which it {@link #isDue}: on a terminal as much of it as fits. */
    void show(Duration elapsed, String line) {
        nextLine = elapsed.plus(LOG_INTERVAL);
        if (terminal.isTerminal()) {
            String shown = terminal.cut(line);
            out.print("\r" + shown + " ".repeat(Math.max(0, width - shown.length())));
            width = shown.length();
        } else {
            out.print(terminal.fit(line + "\n"));
        }
        out.flush();
    }

    /** Takes away what stands on the terminal. */
    void clear() {
        if (terminal.isTerminal() && width > 0) {
            out.print("\r" + " ".repeat(width) + "\r");
            out.flush();
        }
    }
}
