// SPDX-License-Identifier: Apache-2.0
package pagerace.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs the commands that README and docs show, in the root of the project, after the build and the stress run have made what
 * the commands read.
 *
 * <p>A command is a line of README.md or of a file in docs that begins with four blanks and {@code java}, {@code mvn} or
 * {@code ./pagerace}; what the document exports before it holds for it. Nothing else is run: no command within a sentence, none
 * in a fenced block (those are scripts for other machines), none that goes on in a second line, and none of docs/examples.
 */
class ShownCommandsIT {
    private static final Path ROOT = Path.of("..");
    private static final Pattern COMMAND = Pattern.compile("    ((?:java|mvn|\\./pagerace) .*?)(?: +# .*)?");

    /** This run itself, or part of it. */
    private static final Set<String> PART_OF_THIS_RUN = Set.of(
            "mvn verify",
            "mvn verify -Dpagerace.undecided=warn",
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

    /** What else than zero is no mistake: on a busy host points are undecided, and between two runs verdicts change. */
    private static final Map<Pattern, Integer> MAY_END_IN = Map.of(
            Pattern.compile("\\./pagerace (?:stress|report) .*"), 4,
            Pattern.compile("\\./pagerace compare .*"), 1);

    private static final Pattern EXPORT = Pattern.compile("    export (\\w+)=(\\S+)");

    /** No command takes so long on any host, unless it hangs. */
    private static final long PATIENCE_SECONDS = 1_800;

    private static List<Path> documents() throws IOException {
        try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
            return Stream.concat(
                            Stream.of(ROOT.resolve("README.md")),
                            docs.filter(file -> file.toString().endsWith(".md")).sorted())
                    .toList();
        }
    }

    /**
     * A command.
     *
     * @param line the command
     * @param environment what the document exports before it
     */
    private record Shown(String line, Map<String, String> environment) {}

    private static List<Shown> shown() throws IOException {
        List<Shown> commands = new ArrayList<>();
        for (Path document : documents()) {
            Map<String, String> environment = new HashMap<>();
            for (String line : Files.readAllLines(document)) {
                Matcher export = EXPORT.matcher(line);
                Matcher command = COMMAND.matcher(line);
                if (export.matches()) {
                    // The invoker builds a copy.
                    environment.put(export.group(1), export.group(2).replace("/src/it/", "/target/it/"));
                } else if (command.matches()) {
                    commands.add(new Shown(command.group(1).strip(), Map.copyOf(environment)));
                }
            }
        }
        return commands.stream().distinct().toList();
    }

    @TestFactory
    Stream<DynamicTest> everyCommandShownRuns() throws IOException {
        return shown().stream()
                .filter(command -> !PART_OF_THIS_RUN.contains(command.line))
                .map(command -> DynamicTest.dynamicTest(command.line, () -> run(command)));
    }

    @Test
    void whatIsLeftOutIsShownAndTheRestIsNotLittle() throws IOException {
        assertThat(shown())
                .extracting(Shown::line)
                .containsAll(PART_OF_THIS_RUN)
                .hasSizeGreaterThan(25);
    }

    private static void run(Shown shown) throws IOException, InterruptedException {
        String command = shown.line;
        for (Map.Entry<Pattern, String> each : SHORTENED.entrySet()) {
            command = each.getKey().matcher(command).replaceAll(each.getValue());
        }
        Path output = Files.createTempFile("shown", ".txt");
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", command)
                .directory(ROOT.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(shown.environment);
        Process process = builder.start();
        boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (!ended) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        assertThat(ended).as("ended within %d s: %s", PATIENCE_SECONDS, command).isTrue();
        assertThat(process.exitValue())
                .as("exit code of %s, which said:%n%s", command, text(output))
                .isIn(mayEndIn(command));
        Files.delete(output);
    }

    private static List<Integer> mayEndIn(String command) {
        return Stream.concat(
                        Stream.of(0),
                        MAY_END_IN.entrySet().stream()
                                .filter(each -> each.getKey().matcher(command).matches())
                                .map(Map.Entry::getValue))
                .toList();
    }

    private static String text(Path output) {
        try {
            return Files.readString(output, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
