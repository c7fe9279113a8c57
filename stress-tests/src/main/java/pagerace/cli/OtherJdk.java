// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import pagerace.terminal.Terminal;

/**
 * Runs the command line once more, on another JDK: everything that then measures, grades and names the host is of the JDK that the
 * forks run on.
 *
 * @param java its launcher
 * @param version its feature version
 */
record OtherJdk(Path java, int version) {
    private static final int OLDEST = 17;
    /** From this version on a JDK warns of native code that nobody has allowed. */
    static final int ASKS_FOR_NATIVE_ACCESS = 24;

    /** An interrupted run needs a few seconds to report what it has. */
    private static final long PATIENCE_SECONDS = 5;

    /**
     * The JDK that is installed in {@code home}.
     *
     * @throws BadInput if there is none, or it is too old
     */
    static OtherJdk in(Path home) throws IOException {
        Path java = home.resolve("bin").resolve("java");
        if (!Files.isExecutable(java)) {
            throw new BadInput(
                    "There is no JDK in " + home + ": it has no bin/java; the nearest is the one that runs this, "
                            + System.getProperty("java.home") + ".");
        }
        int version = version(java);
        if (version < OLDEST) {
            throw new BadInput(home + (version == 0 ? " is no JDK that runs" : " is JDK " + version)
                    + "; the oldest that" + " will do is " + OLDEST + ".");
        }
        return new OtherJdk(java, version);
    }

    /** The feature version; zero if the launcher does not tell. */
    private static int version(Path java) throws IOException {
        Process asked = new ProcessBuilder(java.toString(), "-XshowSettings:properties", "-version")
                .redirectErrorStream(true)
                .start();
        String said = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return said.lines()
                .map(String::strip)
                .filter(line -> line.matches("java\\.specification\\.version = [0-9.]+"))
                .map(line -> line.substring(line.indexOf('=') + 2))
                .mapToInt(number -> number.startsWith("1.") ? 8 : Integer.parseInt(number))
                .findFirst()
                .orElse(0);
    }

    /** Runs the same command line there, but for the option {@code --jdk}; returns its exit code. */
    int run(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(java.toString()));
        if (version >= ASKS_FOR_NATIVE_ACCESS) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        @Nullable String terminal = System.getProperty(Terminal.PROPERTY);
        if (terminal != null) {
            command.add("-D" + Terminal.PROPERTY + "=" + terminal);
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(without("--jdk", arguments));
        Process child = new ProcessBuilder(command).inheritIO().start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(child)));
        try {
            int code = child.waitFor();
            return ExitCode.isOne(code) ? code : ExitCode.CRASHED; // such as 137 of a JVM that was killed
        } catch (InterruptedException e) {
            stop(child);
            Thread.currentThread().interrupt();
            return ExitCode.FAILED;
        }
    }

    private static void stop(Process child) {
        child.destroy();
        try {
            if (!child.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                child.destroyForcibly();
            }
        } catch (InterruptedException e) {
            child.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** {@code arguments} without {@code option} and its value. */
    static List<String> without(String option, List<String> arguments) {
        List<String> rest = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            if (arguments.get(i).equals(option)) {
                i++; // its value
            } else if (!arguments.get(i).startsWith(option + "=")) {
                rest.add(arguments.get(i));
            }
        }
        return rest;
    }
}
