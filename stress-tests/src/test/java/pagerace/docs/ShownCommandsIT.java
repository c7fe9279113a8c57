// SPDX-License-Identifier: Apache-2.0
package pagerace.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs every command that README and docs show, in the root of the project, after the build and the stress run have made what
 * the commands read. A command line that is longer than one line in the text is none for this test: write it on one.
 */
class ShownCommandsIT {
    private static final Path ROOT = Path.of("..");
    private static final Pattern COMMAND = Pattern.compile("    ((?:java|mvn|\\./pagerace) .*?)(?: +# .*)?");

    /** This run itself, or part of it. */
    private static final Set<String> PART_OF_THIS_RUN = Set.of(
            "mvn verify",
            "mvn test",
            "mvn install -DskipTests",
            "mvn -f stress-tests/src/it/own-fix/pom.xml verify", // the invoker runs it
            "mvn verify -Psoak"); // the soak's own commands run here

    /** What would take long is run for a shorter time. */
    private static final Map<Pattern, String> SHORTENED = Map.of(
            Pattern.compile("soak --time=\\w+"), "soak --time=2s",
            Pattern.compile("(benchmarks\\.jar) (?!--|jmh)"), "$1 --short ",
            Pattern.compile("benchmarks\\.jar --filter"), "benchmarks.jar --short --filter",
            Pattern.compile("benchmarks\\.jar jmh (.*)"), "benchmarks.jar jmh $1 -f 1 -wi 1 -i 1 -w 10ms -r 10ms");

    private static final long PATIENCE_SECONDS = 180;

    private static List<Path> documents() throws IOException {
        try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
            return Stream.concat(
                            Stream.of(ROOT.resolve("README.md")),
                            docs.filter(file -> file.toString().endsWith(".md")).sorted())
                    .toList();
        }
    }

    private static Set<String> shown() throws IOException {
        Set<String> commands = new LinkedHashSet<>();
        for (Path document : documents()) {
            for (String line : Files.readAllLines(document)) {
                var command = COMMAND.matcher(line);
                if (command.matches()) {
                    commands.add(command.group(1).strip());
                }
            }
        }
        return commands;
    }

    @TestFactory
    Stream<DynamicTest> everyCommandShownRuns() throws IOException {
        return shown().stream()
                .filter(command -> !PART_OF_THIS_RUN.contains(command))
                .map(command -> DynamicTest.dynamicTest(command, () -> run(command)));
    }

    @Test
    void whatIsLeftOutIsShown() throws IOException {
        assertThat(shown()).containsAll(PART_OF_THIS_RUN);
    }

    private static void run(String shown) throws IOException, InterruptedException {
        String command = shown;
        for (Map.Entry<Pattern, String> each : SHORTENED.entrySet()) {
            command = each.getKey().matcher(command).replaceAll(each.getValue());
        }
        Path output = Files.createTempFile("shown", ".txt");
        List<String> shell = new ArrayList<>(List.of("sh", "-c", command));
        Process process = new ProcessBuilder(shell)
                .directory(ROOT.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (!ended) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        assertThat(ended).as("ended within %d s: %s", PATIENCE_SECONDS, command).isTrue();
        assertThat(process.exitValue())
                .as("exit code of %s, which said:%n%s", command, text(output))
                .isZero();
        Files.delete(output);
    }

    private static String text(Path output) {
        try {
            return Files.readString(output, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
