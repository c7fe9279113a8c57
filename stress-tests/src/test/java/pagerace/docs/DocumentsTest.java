// SPDX-License-Identifier: Apache-2.0
package pagerace.docs;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pagerace.race.Catalogue;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.verdict.Verdict;

/** What the documents say of the catalogue and of each other is so. The commands that they show are the matter of {@link ShownCommandsIT}. */
class DocumentsTest {
    private static final Path ROOT = Path.of("..");
    private static final Path README = ROOT.resolve("README.md");
    private static final Path RUN = ROOT.resolve("docs").resolve("run.md");

    /** A variant or a point. A pattern with stars is neither. */
    private static final Pattern NAMED =
            Pattern.compile("\\b([A-Z]\\w+Vs\\w+)/([A-Z][A-Z0-9_]*)(\\[[a-z0-9,-]+])?(?![\\w*\\[])");

    /** Those of docs/own-fix.md, which are no part of the catalogue. */
    private static final Set<String> OWN = Set.of("LOOK_AGAIN", "COUNTING");

    private static final Pattern LINK = Pattern.compile("\\[[^]]*]\\(([^)#\\s]*)(?:#([^)\\s]+))?\\)");
    private static final Pattern HEADING = Pattern.compile("#+ (.*)");
    private static final Pattern TOTALS = Pattern.compile("    \\d+ HOLDS, .*?;");

    static List<Path> documents() throws IOException {
        try (Stream<Path> top = Files.list(ROOT);
                Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
            return Stream.concat(top, docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void theReadmeListsTheRacesOfTheCatalogue() throws IOException {
        String section = section(Files.readString(README), "The races");
        assertThat(all(Pattern.compile("(?m)^\\| `(\\w+Vs\\w+)` \\|"), section).map(row -> row.group(1)))
                .containsExactlyInAnyOrderElementsOf(
                        Catalogue.BUILT_IN.stream().map(Race::name).toList());
    }

    @ParameterizedTest
    @MethodSource("documents")
    void everyVariantAndPointThatIsNamedExists(Path document) throws IOException {
        Set<String> names = new LinkedHashSet<>();
        Catalogue.BUILT_IN.stream().flatMap(race -> race.points().stream()).forEach(point -> {
            names.add(point.race() + "/" + point.variant().name());
            names.add(point.key());
        });
        assertThat(all(NAMED, Files.readString(document))
                        .filter(name -> !OWN.contains(name.group(2)))
                        .map(MatchResult::group)
                        .filter(name -> !names.contains(name)))
                .as("unknown to the catalogue")
                .isEmpty();
    }

    @Test
    void variantsAreNamedAtAll() throws IOException {
        assertThat(all(NAMED, Files.readString(ROOT.resolve("docs").resolve("findings.md"))))
                .hasSizeGreaterThan(15);
    }

    @ParameterizedTest
    @MethodSource("documents")
    void everyLinkLeadsSomewhere(Path document) throws IOException {
        List<String> lost = new ArrayList<>();
        for (MatchResult link : all(LINK, Files.readString(document)).toList()) {
            String file = link.group(1);
            if (file.contains(":")) {
                continue; // another site
            }
            Path target = file.isEmpty() ? document : document.resolveSibling(file);
            String anchor = link.group(2);
            if (!Files.exists(target) || (anchor != null && !anchors(target).contains(anchor))) {
                lost.add(link.group());
            }
        }
        assertThat(lost).isEmpty();
    }

    @Test
    void everyDocumentIsLinkedFromTheReadme() throws IOException {
        Set<Path> linked = all(LINK, Files.readString(README))
                .map(link -> README.resolveSibling(link.group(1)).normalize())
                .collect(Collectors.toSet());
        assertThat(documents().stream().map(Path::normalize).filter(file -> !file.equals(README.normalize())))
                .isNotEmpty()
                .allSatisfy(file -> assertThat(linked).contains(file));
    }

    /** The result that the README shows is one that docs/run.md shows. */
    @Test
    void theReadmeShowsPartOfTheRun() throws IOException {
        List<String> shown = section(Files.readString(README), "A result")
                .lines()
                .filter(line -> line.startsWith("    "))
                .toList();
        assertThat(shown).hasSizeGreaterThan(3);
        assertThat(shown.stream().map(DocumentsTest::words))
                .isSubsetOf(Files.readAllLines(RUN).stream()
                        .map(DocumentsTest::words)
                        .toList());
    }

    /** What the README shows of necessity is what a test of the explorer has frozen. */
    @Test
    void theReadmeShowsPartOfWhatNecessitySays() throws IOException {
        String readme = Files.readString(README);
        Path golden =
                ROOT.resolve(Path.of("model", "src", "test", "resources", "pagerace", "explore", "necessity.txt"));
        List<String> shown =
                stripped(readme.substring(0, readme.indexOf("\n## ")).lines());
        String frozen =
                String.join("\n", stripped(Files.readAllLines(golden).stream().map(line -> "    " + line)));
        assertThat(shown).hasSizeGreaterThan(3);
        for (int i = 0; i < shown.size(); i += 2) { // a step, and what is said of it
            assertThat(frozen).contains(shown.get(i) + "\n" + shown.get(i + 1) + "\n");
        }
    }

    /** The lines of text that is shown as it was printed, without their indentation. */
    private static List<String> stripped(Stream<String> lines) {
        return lines.filter(line -> line.startsWith("    ")).map(String::strip).toList();
    }

    /** What docs/run.md shows is whole: its last line counts its rows. */
    @Test
    void theSumsOfTheRunAreThoseOfItsRows() throws IOException {
        List<String> lines = Files.readAllLines(RUN);
        Map<String, Integer> counted = new TreeMap<>();
        for (Verdict verdict : Verdict.values()) {
            int rows = (int) lines.stream()
                    .filter(line -> line.matches("      .*  " + verdict + "(?: \\(.*)?"))
                    .count();
            if (rows > 0 && verdict != Verdict.SKIPPED) { // most points that are skipped have no row
                counted.put(verdict.name(), rows);
            }
        }
        String totals = lines.stream()
                .filter(line -> TOTALS.matcher(line).lookingAt())
                .findFirst()
                .orElseThrow();
        Map<String, Integer> told = new TreeMap<>();
        all(Pattern.compile("(\\d+) ([A-Z]+)"), totals.substring(0, totals.indexOf(';')))
                .filter(sum -> !sum.group(2).equals(Verdict.SKIPPED.name()))
                .forEach(sum -> told.put(sum.group(2), Integer.valueOf(sum.group(1))));
        assertThat(counted).isEqualTo(told);
        int planned = counted.values().stream().mapToInt(Integer::intValue).sum();
        assertThat(lines).anyMatch(line -> line.contains(" all " + planned + " points are decided"));
    }

    /** How many points the catalogue has stands in the run alone, which says so of its own catalogue. */
    @ParameterizedTest
    @MethodSource("documents")
    void noDocumentCountsThePointsByHand(Path document) throws IOException {
        List<Point> points = Catalogue.BUILT_IN.stream()
                .flatMap(race -> race.points().stream())
                .toList();
        long planned = points.stream()
                .filter(point -> point.stress() == Point.Stress.PLANNED)
                .count();
        String prose = Files.readAllLines(document).stream()
                .filter(line -> !line.startsWith("    "))
                .collect(Collectors.joining("\n"))
                .replaceAll("(\\d),(\\d{3})", "$1$2");
        assertThat(all(Pattern.compile("\\b(" + points.size() + "|" + planned + ")\\s+points"), prose))
                .isEmpty();
    }

    private static Stream<MatchResult> all(Pattern pattern, String text) {
        return pattern.matcher(text).results();
    }

    private static String words(String line) {
        return line.strip().replaceAll(" +", " ");
    }

    /** The text below the heading {@code title}, to the next one of its rank. */
    private static String section(String text, String title) {
        int begin = text.indexOf("\n## " + title + "\n");
        assertThat(begin).as(title).isNotNegative();
        int end = text.indexOf("\n## ", begin + 1);
        return text.substring(begin, end < 0 ? text.length() : end);
    }

    /** The anchors of a document's headings, as a forge makes them. */
    private static Set<String> anchors(Path document) throws IOException {
        return Files.readAllLines(document).stream()
                .map(HEADING::matcher)
                .filter(Matcher::matches)
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9 -]", "")
                        .replace(' ', '-'))
                .collect(toCollection(LinkedHashSet::new));
    }
}
