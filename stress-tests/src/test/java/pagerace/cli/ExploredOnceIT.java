// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line as it is shipped keeps what it explored, for the classes that it has and for no others. */
class ExploredOnceIT {
    private static final String FROM_THE_CACHE = "from the cache";

    @TempDir
    private Path directory = Path.of("");

    private String explore(List<String> options, List<Path> classPath, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        command.addAll(List.of(
                "-cp",
                String.join(
                        File.pathSeparator,
                        classPath.stream().map(Path::toString).toList()),
                Main.class.getName(),
                "explore",
                "UnpinDirtyVsClean"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    @Test
    void exploresOnceForEachSetOfClasses() throws IOException, InterruptedException {
        Path jar = Files.copy(Path.of("target", "pagerace.jar"), directory.resolve("pagerace.jar"));
        List<Path> plain = List.of(jar);
        String first = explore(List.of(), plain);
        assertThat(first).doesNotContain(FROM_THE_CACHE);
        String second = explore(List.of(), plain);
        assertThat(second).contains(FROM_THE_CACHE).endsWith(first);
        assertThat(explore(List.of("-Dpagerace.terminal=200"), plain))
                .as("what is printed differs, what is asked does not")
                .contains(FROM_THE_CACHE);
        assertThat(explore(List.of(), plain, "--no-cache")).doesNotContain(FROM_THE_CACHE);
        assertThat(explore(List.of(), plain, "--json")).doesNotContain(FROM_THE_CACHE);

        Path mutant = directory.resolve("mutant");
        Path shadowing = mutant.resolve(Path.of("pagerace", "race", "UnpinDirtyVsClean.class"));
        Files.createDirectories(shadowing.getParent());
        Files.copy(Path.of("..", "model", "target", "classes").resolve(mutant.relativize(shadowing)), shadowing);
        assertThat(explore(List.of(), List.of(mutant, jar))).doesNotContain(FROM_THE_CACHE);
        explore(List.of(), plain);
        assertThat(explore(List.of(), plain)).contains(FROM_THE_CACHE);
        Path others = Files.createDirectory(directory.resolve("others"));
        assertThat(explore(List.of("-Xbootclasspath/a:" + others), plain)).doesNotContain(FROM_THE_CACHE);
    }
}
