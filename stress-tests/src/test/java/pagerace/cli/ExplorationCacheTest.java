// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.explore.Necessity;
import pagerace.race.Catalogue;
import pagerace.race.Point;
import pagerace.race.Reachability;
import pagerace.verdict.Prediction;
import pagerace.verdict.Prediction.Answer;
import pagerace.verdict.Prediction.Explored;

/** A stale file is never believed. */
class ExplorationCacheTest {
    private static final Point POINT = Catalogue.point("UnpinDirtyVsClean/PRECHECK");
    private static final PrintStream NOWHERE =
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);

    @TempDir
    private Path directory = Path.of("");

    private Path ours = Path.of("");
    private Path file = Path.of("");

    @BeforeEach
    void explored() throws IOException {
        ours = jar("pagerace.jar", Map.of("pagerace/race/A.class", "a", "pagerace/cli/B.class", "b"));
        file = directory.resolve("explored.txt");
        Predictions.of(List.of(POINT), open(true, ours), NOWHERE);
        assertThat(isKnown(ours)).isTrue();
    }

    private Path jar(String name, Map<String, String> entries) throws IOException {
        Path jar = directory.resolve(name);
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
            for (Map.Entry<String, String> entry : entries.entrySet()) {
                out.putNextEntry(new ZipEntry(entry.getKey()));
                out.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        return jar;
    }

    private Path folder(String name, String entry, String text) throws IOException {
        Path path = directory.resolve(name).resolve(entry);
        Files.createDirectories(requireNonNull(path.getParent()));
        Files.writeString(path, text);
        return directory.resolve(name);
    }

    private ExplorationCache open(boolean believes, Path... classPath) {
        return ExplorationCache.of(List.of(classPath), ours, file, believes);
    }

    private boolean isKnown(Path... classPath) {
        return open(true, classPath).find("point " + POINT.key(), Prediction.class) != null;
    }

    @Test
    void whatWasExploredIsFoundAsItWasAndSaysWhen() {
        Prediction anew =
                Predictions.of(List.of(POINT), ExplorationCache.none(), NOWHERE).get(POINT.key());
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        Prediction kept = requireNonNull(
                Predictions.of(List.of(POINT), open(true, ours), new PrintStream(said, true, StandardCharsets.UTF_8))
                        .get(POINT.key()));
        assertThat(requireNonNull(anew).cached()).isNull();
        assertThat(kept.schedules()).isEqualTo(anew.schedules());
        assertThat(kept.models().keySet()).isEqualTo(anew.models().keySet());
        kept.models()
                .forEach((model, explored) -> assertThat(explored)
                        .usingRecursiveComparison()
                        .ignoringFields("milliseconds")
                        .isEqualTo(anew.models().get(model)));
        assertThat(kept.cached()).startsWith("20").endsWith("Z");
        assertThat(said.toString(StandardCharsets.UTF_8))
                .isEqualTo("1 point was explored on " + kept.cached() + ", from the cache (--no-cache explores anew)"
                        + System.lineSeparator());
    }

    @Test
    void stepsThatWereDroppedAreFoundAsTheyWereAndOnlyForTheSameQuestion() {
        Point mainline = Catalogue.point("UnpinDirtyVsClean/TEST_AND_SET_ORDERED");
        Map<String, Prediction> known = Predictions.of(List.of(mainline), ExplorationCache.none(), NOWHERE);
        Map<String, List<Necessity.Row>> anew =
                Predictions.necessity(List.of(mainline), known, open(true, ours), NOWHERE);
        assertThat(anew.get("UnpinDirtyVsClean")).isNotEmpty();
        ExplorationCache cache = open(true, ours);
        assertThat(Predictions.necessity(List.of(mainline), known, cache, NOWHERE))
                .isEqualTo(anew);
        assertThat(cache.hits()).isEqualTo(1);
        Predictions.necessity(List.of(mainline, POINT), known, cache, NOWHERE);
        assertThat(cache.hits()).isEqualTo(1);
    }

    @Test
    void whoDoesNotBelieveExploresAnewAndKeepsThat() {
        assertThat(open(false, ours).find("point " + POINT.key(), Prediction.class))
                .isNull();
        Predictions.of(List.of(POINT), open(false, ours), NOWHERE);
        assertThat(isKnown(ours)).isTrue();
    }

    @Test
    void aMutantBeforeTheJarIsExploredAnew() throws IOException {
        assertThat(isKnown(folder("mutant", "pagerace/race/A.class", "x"), ours))
                .isFalse();
        assertThat(isKnown(folder("same", "pagerace/race/A.class", "a"), ours)).isFalse();
    }

    @Test
    void anotherClassOfTheModelIsExploredAnewAndAnotherOfTheCommandLineIsNot() throws IOException {
        jar("pagerace.jar", Map.of("pagerace/race/A.class", "a", "pagerace/cli/B.class", "other"));
        assertThat(isKnown(ours)).isTrue();
        jar("pagerace.jar", Map.of("pagerace/race/A.class", "x", "pagerace/cli/B.class", "b"));
        assertThat(isKnown(ours)).isFalse();
    }

    /** In the jar of a user these names are no libraries of ours. */
    @ParameterizedTest
    @ValueSource(strings = {"com/example/Fix.class", "org/example/Fix.class", "pagerace/cli/Fix.class"})
    void anOwnFixOfTheSameNameWithOtherBytesIsExploredAnew(String name) throws IOException {
        Path fix = jar("fix.jar", Map.of(name, "one"));
        assertThat(isKnown(ours, fix)).isFalse();
        Predictions.of(List.of(POINT), open(true, ours, fix), NOWHERE);
        assertThat(isKnown(ours, fix)).isTrue();
        assertThat(isKnown(fix, ours)).as("in another order").isFalse();
        jar("fix.jar", Map.of(name, "two"));
        assertThat(isKnown(ours, fix)).isFalse();
        Path folder = folder("fix", name, "one");
        Predictions.of(List.of(POINT), open(true, ours, folder), NOWHERE);
        assertThat(isKnown(ours, folder)).isTrue();
        folder("fix", name, "two");
        assertThat(isKnown(ours, folder)).isFalse();
    }

    @Test
    void aFileWithOneByteChangedOrLackingIsNotBelieved() throws IOException {
        byte[] written = Files.readAllBytes(file);
        for (int at = 0; at < written.length; at += 1 + written.length / 50) {
            byte[] changed = written.clone();
            changed[at] ^= 1;
            Files.write(file, changed);
            assertThat(isKnown(ours)).as("byte %d of %d", at, written.length).isFalse();
        }
        for (int length : new int[] {0, 1, written.length / 2, written.length - 1}) {
            Files.write(file, java.util.Arrays.copyOf(written, length));
            assertThat(isKnown(ours)).as("%d bytes", length).isFalse();
        }
        Files.write(file, written);
        assertThat(isKnown(ours)).isTrue();
    }

    @Test
    void aJarThatBringsOthersAlongIsNotTrusted() throws IOException {
        Path booter =
                jar("booter.jar", Map.of("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nClass-Path: other.jar\n"));
        Predictions.of(List.of(POINT), open(true, booter), NOWHERE);
        assertThat(isKnown(booter)).isFalse();
    }

    @Test
    void whatABoundCutShortIsNoAnswer() {
        Explored cut = new Explored(Answer.UNKNOWN, java.util.Set.of(), "10 steps", 1, 1, 1, 1, "c0ffee");
        assertThat(Predictions.isWhole(new Prediction(Map.of(Reachability.SC, cut), Map.of(), null)))
                .isFalse();
    }

    @Test
    void testsAlwaysExplore() {
        ExplorationCache cache = ExplorationCache.open(true);
        Predictions.of(List.of(POINT), cache, NOWHERE);
        assertThat(cache.find("point " + POINT.key(), Prediction.class)).isNull();
    }
}
