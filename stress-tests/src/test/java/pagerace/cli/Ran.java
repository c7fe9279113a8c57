// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import pagerace.terminal.Terminal;

/** A command line that ran in this process. */
record Ran(int code, String out, String err) {
    static Ran of(String... arguments) {
        return on(Terminal.FILE, arguments);
    }

    static Ran on(Terminal terminal, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Main.run(
                new Console(new PrintStream(out, true, StandardCharsets.UTF_8), terminal),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                arguments);
        return new Ran(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** It was not understood: one sentence says what would be, and nothing else is said. */
    void isRefusedWith(String sentence) {
        assertThat(err).isEqualTo(sentence + "\n");
        assertThat(out).isEmpty();
        assertThat(code).isEqualTo(ExitCode.BAD_INPUT);
    }
}
