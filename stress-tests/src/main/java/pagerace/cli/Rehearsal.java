// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import pagerace.race.Catalogue;
import pagerace.race.Race;

/** Does once what should be quick later: the build archives the classes that this loads. */
final class Rehearsal {
    private Rehearsal() {}

    public static void main(String[] arguments) {
        run("list");
        run("completion");
        for (Race race : Catalogue.RACES) {
            run("explain", race.name());
            run("explain", race.name() + "/" + race.variants().get(0).name());
        }
    }

    private static void run(String... arguments) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        int code = Main.run(nowhere, System.err, arguments);
        if (code == ExitCode.BAD_INPUT || code == ExitCode.CRASHED) {
            throw new IllegalStateException(String.join(" ", arguments) + " ended with " + code);
        }
    }
}
