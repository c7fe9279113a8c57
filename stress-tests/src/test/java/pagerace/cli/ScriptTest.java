// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the script {@code pagerace} starts a VM with: a script in the VM's place says it. */
class ScriptTest {
    private static final Path SCRIPT =
            Path.of("..", "pagerace").toAbsolutePath().normalize();

    /** Of util-linux: runs a command in a terminal of its own. */
    private static final Path PSEUDO_TERMINAL = Path.of("/usr/bin/script");

    @TempDir
    private Path directory = Path.of("");

    @BeforeEach
    void replaceTheVm() throws IOException {
        Path java = Files.createDirectories(directory.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\nfor argument; do echo \"<$argument>\"; done\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private List<String> run(List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", directory.toString());
        builder.environment().remove("PAGERACE_CLASSPATH");
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said.lines().toList();
    }

    private List<String> script(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(SCRIPT.toString()));
        command.addAll(List.of(arguments));
        return run(command, Map.of());
    }

    @Test
    void allCommandsStartFromTheArchiveAndArgumentsStayAsTheyAre() throws IOException, InterruptedException {
        Path target = SCRIPT.resolveSibling("stress-tests").resolve("target");
        for (String command : Main.COMMANDS) {
            assertThat(script(command, "with a blank", "", "*"))
                    .contains("<-XX:SharedArchiveFile=" + target.resolve("pagerace.jsa") + ">", "<-Xlog:disable>")
                    .endsWith(
                            "<-jar>",
                            "<" + target.resolve("pagerace.jar") + ">",
                            "<" + command + ">",
                            "<with a blank>",
                            "<>",
                            "<*>");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "list, true",
        "explain, true",
        "completion, true",
        "lst, true",
        "--version, true",
        "explore --help, true",
        "stress --budget=5s -h, true",
        "soak --version, true",
        "explore, false",
        "necessity, false",
        "litmus, false",
        "export, false",
        "stress, false",
        "soak, false",
        "report, false",
        "compare, false",
        "doctor, false"
    })
    void whatIsShortGetsTheQuickCompilerAndWhatComputesDoesNot(String arguments, boolean quick)
            throws IOException, InterruptedException {
        assertThat(script(arguments.split(" ", -1)).contains("<-XX:TieredStopAtLevel=1>"))
                .isEqualTo(quick);
    }

    @Test
    void ownFixesComeBehindTheJarThatTheArchiveIsOf() throws IOException, InterruptedException {
        Path target = SCRIPT.resolveSibling("stress-tests").resolve("target");
        assertThat(run(List.of(SCRIPT.toString(), "list"), Map.of("PAGERACE_CLASSPATH", "a b.jar:c")))
                .endsWith(
                        "<--enable-native-access=ALL-UNNAMED>",
                        "<-cp>",
                        "<" + target.resolve("pagerace.jar") + ":a b.jar:c>",
                        "<pagerace.cli.Main>",
                        "<list>");
    }

    @Test
    void aPipeIsNoTerminal() throws IOException, InterruptedException {
        assertThat(script("list")).contains("<-Dpagerace.terminal=no>");
    }

    @ParameterizedTest
    @CsvSource({"stty cols 93; , 93", "stty cols 0; , 0"})
    void aTerminalSaysHowWideItIs(String before, String columns) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(PSEUDO_TERMINAL));
        List<String> command = List.of(PSEUDO_TERMINAL.toString(), "-qec", before + SCRIPT + " list", "/dev/null");
        assertThat(run(command, Map.of())).contains("<-Dpagerace.terminal=" + columns + ">");
        List<String> piped = List.of(PSEUDO_TERMINAL.toString(), "-qec", before + SCRIPT + " list | cat", "/dev/null");
        assertThat(run(piped, Map.of())).contains("<-Dpagerace.terminal=no>");
    }

    @Test
    void noCommandAtAll() throws IOException, InterruptedException {
        assertThat(script())
                .contains("<-XX:TieredStopAtLevel=1>")
                .last()
                .asString()
                .endsWith("pagerace.jar>");
    }
}
