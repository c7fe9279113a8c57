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
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.cli.Predictions.Question;
import pagerace.cli.Predictions.Steps;
import pagerace.explore.Necessity;
import pagerace.race.Catalogue;
import pagerace.race.Point;
import pagerace.race.Reachability;
import pagerace.terminal.Terminal;
import pagerace.verdict.PredictionSummary;
import pagerace.verdict.PredictionSummary.Answer;
import pagerace.verdict.PredictionSummary.Explored;

/** A stale file is never believed. */
class ExplorationCacheTest {
    private static final Point POINT = Catalogue.point("UnpinDirtyVsClean/PRECHECK");
    private static final Console NOWHERE = console(OutputStream.nullOutputStream());

    @TempDir
    private Path directory = Path.of("");

    private Path ours = Path.of("");
    private Path file = Path.of("");
    private String flags = "";

    @BeforeEach
    void explored() throws IOException {
        ours = jar("pagerace.jar", Map.of("pagerace/race/A.class", "a", "pagerace/cli/B.class", "b"));
        file = directory.resolve("explored.txt");
        Predictions.of(List.of(POINT), open(true, ours), NOWHERE);
        assertThat(isKnown(ours)).isTrue();
    }

    private static Console console(OutputStream out) {
        return new Console(new PrintStream(out, true, StandardCharsets.UTF_8), Terminal.FILE);
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
        return ExplorationCache.of(
                Stream.of(classPath).map(Path::toString).toList(),
                ours,
                file,
                flags,
                Instant.now().plusSeconds(60),
                believes);
    }

    private boolean isKnown(Path... classPath) {
        return open(true, classPath).find("point " + POINT.key(), PredictionSummary.class) != null;
    }

    @Test
    void whatWasExploredIsFoundAsItWasAndSaysWhen() {
        PredictionSummary anew =
                Predictions.of(List.of(POINT), ExplorationCache.none(), NOWHERE).get(POINT.key());
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PredictionSummary kept = requireNonNull(
                Predictions.of(List.of(POINT), open(true, ours), console(said)).get(POINT.key()));
        assertThat(requireNonNull(anew).cached()).isNull();
        assertThat(List.copyOf(kept.schedules().entrySet()))
                .isEqualTo(List.copyOf(anew.schedules().entrySet()));
        assertThat(List.copyOf(kept.models().keySet()))
                .isEqualTo(List.copyOf(anew.models().keySet()));
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
        Map<String, PredictionSummary> known = Predictions.of(List.of(mainline), ExplorationCache.none(), NOWHERE);
        Map<String, List<Necessity.Row>> anew =
                Predictions.necessity(List.of(mainline), known, open(true, ours), NOWHERE);
        assertThat(anew.get("UnpinDirtyVsClean")).isNotEmpty();
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        Console out = console(said);
        assertThat(Predictions.necessity(List.of(mainline), known, open(true, ours), out))
                .isEqualTo(anew);
        assertThat(said.toString(StandardCharsets.UTF_8)).startsWith("1 race was explored without each step on 20");
        said.reset();
        Predictions.necessity(List.of(mainline, POINT), known, open(true, ours), out);
        assertThat(said.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    /** Outcomes of which a weaker model's comes first by its name, and a model that comes first by its strength alone. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GupWriteVsWriteback/STORE_THEN_MARK[x86]",
                "GupFastVsFork/NO_EARLY_COPY[write,small,later-pin,x86]"
            })
    void theSimplestScheduleAndTheStrongestModelAreTheSame(String key) {
        Point point = Catalogue.point(key);
        PredictionSummary anew = requireNonNull(
                Predictions.of(List.of(point), open(true, ours), NOWHERE).get(key));
        PredictionSummary kept = requireNonNull(
                Predictions.of(List.of(point), open(true, ours), NOWHERE).get(key));
        assertThat(kept.cached()).isNotNull();
        assertThat(kept.simplest()).isEqualTo(anew.simplest());
        assertThat(kept.reachableFrom()).isEqualTo(anew.reachableFrom()).isEqualTo(point.reachableFrom());
        assertThat(List.copyOf(kept.schedules().keySet()))
                .isEqualTo(List.copyOf(anew.schedules().keySet()));
    }

    @Test
    void otherPropertiesAreAnotherProgram() {
        flags = "-Dfix.mode=2";
        assertThat(isKnown(ours)).isFalse();
    }

    @Test
    void aClassPathWithoutTheJarThatTheClassesComeFromIsNotBelieved() throws IOException {
        Path launcher = jar("launcher.jar", Map.of("A.class", "a"));
        Predictions.of(List.of(POINT), open(true, launcher), NOWHERE);
        assertThat(isKnown(launcher)).isFalse();
        Predictions.of(List.of(POINT), open(true, ours, Path.of("")), NOWHERE);
        assertThat(isKnown(ours, Path.of(""))).as("an empty entry").isFalse();
    }

    @Test
    void whatChangedSinceItWasLoadedIsNotWhatWas() {
        Instant before = Instant.now().minusSeconds(3600);
        ExplorationCache cache = ExplorationCache.of(List.of(ours.toString()), ours, file, flags, before, true);
        assertThat(cache.find("point " + POINT.key(), PredictionSummary.class)).isNull();
    }

    @Test
    void aLinkToAFolderIsTheFolder() throws IOException {
        Path folder = folder("build", "com/example/Fix.class", "one");
        Path link = Files.createSymbolicLink(directory.resolve("current"), folder);
        Predictions.of(List.of(POINT), open(true, ours, link), NOWHERE);
        assertThat(isKnown(ours, link)).isTrue();
        folder("build", "com/example/Fix.class", "two");
        assertThat(isKnown(ours, link)).isFalse();
    }

    @Test
    void whoDoesNotBelieveExploresAnewAndKeepsThat() {
        assertThat(open(false, ours).find("point " + POINT.key(), PredictionSummary.class))
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
        for (String mine : List.of("com/example/Fix.class", "pagerace/cli/Predictions$1.class")) {
            jar("pagerace.jar", Map.of("pagerace/race/A.class", "a", "pagerace/cli/B.class", "b", mine, "c"));
            assertThat(isKnown(ours)).as(mine).isFalse();
        }
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
            Files.write(file, Arrays.copyOf(written, length));
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
        Explored cut = new Explored(Answer.UNKNOWN, Set.of(), "10 steps", 1, 1, 1, 1, "c0ffee", null);
        Explored whole = new Explored(Answer.NEVER, Set.of(), null, 1, 1, 1, 1, "c0ffee", null);
        Map<String, Question<PredictionSummary>> questions = Map.of(
                "cut",
                new Question<>("point cut", () -> new PredictionSummary(Map.of(Reachability.SC, cut), Map.of(), null)),
                "whole",
                new Question<>(
                        "point whole", () -> new PredictionSummary(Map.of(Reachability.SC, whole), Map.of(), null)));
        assertThat(Predictions.ask(questions, open(true, ours), NOWHERE)).hasSize(2);
        assertThat(open(true, ours).find("point whole", PredictionSummary.class))
                .isNotNull();
        assertThat(open(true, ours).find("point cut", PredictionSummary.class)).isNull();
    }

    @Test
    void aStepThatABoundCutShortIsNoAnswer() {
        Function<Necessity.Verdict, Steps> steps = verdict ->
                new Steps(List.of(new Necessity.Row("A", "as B, UNKNOWN or not", "B", verdict, "words", List.of("*"))));
        assertThat(steps.apply(Necessity.Verdict.NEEDED).isWhole()).isTrue();
        assertThat(steps.apply(Necessity.Verdict.UNKNOWN).isWhole()).isFalse();
    }

    @Test
    void testsAlwaysExplore() {
        ExplorationCache cache = ExplorationCache.open(true);
        Predictions.of(List.of(POINT), cache, NOWHERE);
        assertThat(cache.find("point " + POINT.key(), PredictionSummary.class)).isNull();
    }
}
