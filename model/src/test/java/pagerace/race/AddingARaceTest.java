// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.lang.invoke.MethodHandles;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagerace.explore.Prediction;

/** The race that docs/adding-a-race.md gives to copy is one. */
class AddingARaceTest {
    private static final Path PAGE = Path.of("..", "docs", "adding-a-race.md");
    private static final String NAME = "FreezeVsWriter";

    @TempDir
    Path directory;

    @Test
    void theRaceOnThePageIsOne() throws ReflectiveOperationException, IOException, URISyntaxException {
        Race race = compiled();
        assertThat(race.name()).isEqualTo(NAME);
        assertThat(race.points().stream().map(Point::key)).containsExactly(NAME + "/NO_LOOK", NAME + "/MAINLINE");
        assertThat(race.points()).allSatisfy(point -> {
            Prediction found = Prediction.of(point);
            assertThat(found.reachableFrom()).as(point.key()).isEqualTo(point.reachableFrom());
            assertThat(point.stress()).isEqualTo(Point.Stress.PLANNED);
        });
        assertThat(race.points().get(1).controlKey()).isEqualTo(NAME + "/NO_LOOK");
        assertThat(race.points().stream()
                        .flatMap(point -> Prediction.of(point).explorations().stream())
                        .flatMap(exploration -> exploration.outcomes().stream())
                        .map(Outcome::name)
                        .collect(Collectors.toSet()))
                .as("every outcome occurs")
                .containsExactlyInAnyOrderElementsOf(
                        race.outcomes().stream().map(Outcome::name).toList());
    }

    /** The race, defined beside those of the catalogue, whose package it shares. */
    private Race compiled() throws ReflectiveOperationException, IOException, URISyntaxException {
        String page = Files.readString(PAGE);
        int begin = page.indexOf("```java\n") + "```java\n".length();
        Path source = directory.resolve(NAME + ".java");
        Files.writeString(source, page.substring(begin, page.indexOf("```", begin)));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Path classes = Path.of(
                Race.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        StringWriter said = new StringWriter();
        boolean compiled = compiler.getTask(
                        said,
                        null,
                        null,
                        List.of("-d", directory.toString(), "-cp", classes.toString(), "-proc:none"),
                        null,
                        compiler.getStandardFileManager(null, null, null).getJavaFileObjects(source))
                .call();
        assertThat(compiled).as(said.toString()).isTrue();
        Path made = directory.resolve("pagerace/race");
        for (String part : List.of("$End", "$Fix", "$State")) {
            define(made.resolve(NAME + part + ".class"));
        }
        return (Race)
                define(made.resolve(NAME + ".class")).getDeclaredConstructor().newInstance();
    }

    private static Class<?> define(Path file) throws IOException, IllegalAccessException {
        return MethodHandles.privateLookupIn(Race.class, MethodHandles.lookup()).defineClass(Files.readAllBytes(file));
    }
}
