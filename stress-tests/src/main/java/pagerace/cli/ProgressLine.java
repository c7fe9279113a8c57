// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.PrintStream;
import java.time.Duration;

/** One line that renews itself on a terminal; in a log, a line every ten seconds. */
final class ProgressLine {
    private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);

    private final PrintStream out;
    private final boolean terminal;
    private Duration nextLine = Duration.ZERO;
    private int width;

    ProgressLine(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Whether a line would be shown now. */
    boolean isDue(Duration elapsed) {
        return terminal || elapsed.compareTo(nextLine) >= 0;
    }

    /** Shows {@code line}, for which it {@link #isDue}. */
    void show(Duration elapsed, String line) {
        nextLine = elapsed.plus(LOG_INTERVAL);
        if (terminal) {
            out.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
            width = line.length();
        } else {
            out.println(line);
        }
        out.flush();
    }

    /** Takes away what stands on the terminal. */
    void clear() {
        if (terminal && width > 0) {
            out.print("\r" + " ".repeat(width) + "\r");
            out.flush();
        }
    }
}
