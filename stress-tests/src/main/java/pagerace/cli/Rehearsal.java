// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import pagerace.race.Catalogue;
import pagerace.race.Race;
import pagerace.terminal.Terminal;

/** Does once what should be quick later: the build archives the classes that this loads. */
final class Rehearsal {
    private static final PrintStream NOWHERE =
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);

    private Rehearsal() {}

    public static void main(String[] arguments) {
        run(ExitCode.BAD_INPUT);
        run(ExitCode.BAD_INPUT, "no-such-command");
        run(ExitCode.PASSED, "--help");
        run(ExitCode.PASSED, "--version");
        for (String command : Main.COMMANDS) {
            run(ExitCode.PASSED, command, "--help");
            run(ExitCode.BAD_INPUT, command, "--no-such-option");
        }
        run(ExitCode.PASSED, "completion");
        run(ExitCode.PASSED, "list");
        run(ExitCode.PASSED, "list", "--kernel=5.15", "--broken");
        for (String command : new String[] {"list", "explain", "explore"}) {
            run(ExitCode.BAD_INPUT, command, "NoSuchRace");
        }
        for (Race race : Catalogue.RACES) {
            String variant = race.name() + "/" + race.variants().get(0).name();
            run(ExitCode.PASSED, "explain", race.name());
            run(ExitCode.PASSED, "explain", variant);
            run(ExitCode.BAD_INPUT, "explain", variant + "x");
        }
    }

    /** Both for a terminal, with all that belongs to it, and for a file. */
    private static void run(int expected, String... arguments) {
        for (Terminal terminal : new Terminal[] {new Terminal(80, true, true), Terminal.FILE}) {
            int code = Main.run(new Console(NOWHERE, terminal), NOWHERE, arguments);
            if (code != expected) {
                throw new IllegalStateException(
                        "pagerace " + String.join(" ", arguments) + " ended with " + code + ", not with " + expected);
            }
        }
    }
}
