// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.PrintStream;
import pagerace.terminal.Terminal;

/**
 * Standard output, and what it is.
 *
 * @param out where output goes
 * @param terminal what that is
 */
record Console(PrintStream out, Terminal terminal) {
    /** Prints lines that are laid out for the terminal, or for programs, each with its end. */
    void print(String lines) {
        out.print(lines);
    }

    /** Prints a line, broken if it does not fit. */
    void println(String line) {
        out.print(terminal.fit(line + "\n"));
    }
}
