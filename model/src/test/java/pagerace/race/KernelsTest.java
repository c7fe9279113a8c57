// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import pagerace.kernel.Commit;
import pagerace.kernel.Release;
import pagerace.kernel.Releases;

/** What catalogue and Javadoc say of releases, against the one table of commits. */
class KernelsTest {
    private static final Pattern ID = Pattern.compile("(?<![-.\\w])[0-9a-f]{12}\\b");
    /** {@code 088b8aa537c2 (6.1)}, as comments have it. */
    private static final Pattern DATED = Pattern.compile("\\b([0-9a-f]{12}) \\((\\d[\\d.]*\\d)\\b");

    private static Stream<Variant> kernels() {
        return Catalogue.BUILT_IN.stream()
                .<Variant>flatMap(race -> race.variants().stream())
                .filter(variant -> variant.kind() == Variant.Kind.HISTORY || variant.kind() == Variant.Kind.MAINLINE);
    }

    @Test
    void everyRangeIsOne() {
        assertThat(kernels())
                .allSatisfy(
                        variant -> assertThat(Releases.parse(variant.kernels()).spans())
                                .as(variant.name())
                                .isNotEmpty());
        assertThat(Catalogue.BUILT_IN.stream().flatMap(race -> race.variants().stream()))
                .allSatisfy(variant ->
                        assertThatCode(() -> Releases.parse(variant.kernels())).doesNotThrowAnyException());
    }

    /** A range begins with the first release that has its commit; or with the candidates for it, which it did not outlive. */
    @Test
    void aRangeBeginsWithItsCommit() {
        List<String> wrong = new ArrayList<>();
        kernels().filter(variant -> !variant.commit().equals("-")).forEach(variant -> {
            Release first = Commit.of(variant.commit()).map(Commit::first).orElse(null);
            boolean agrees = Releases.parse(variant.kernels()).spans().stream()
                    .map(Releases.Span::from)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .filter(from -> from.equals(first)
                            || (from.candidate() && from.mainline().equals(first)))
                    .isPresent();
            if (!agrees) {
                wrong.add(variant.name() + " (" + variant.kernels() + "): " + variant.commit() + " is of " + first);
            }
        });
        assertThat(wrong).isEmpty();
    }

    /** A range ends where another row of its race begins, or at least where some commit of the table does. */
    @Test
    void aRangeEndsWhereSomethingElseBegins() {
        Set<Release> begins = new HashSet<>();
        Commit.all().forEach(commit -> begins.add(commit.first().mainline()));
        List<String> wrong = new ArrayList<>();
        for (Race race : Catalogue.BUILT_IN) {
            Set<Release> its = new HashSet<>(begins);
            race.variants().stream()
                    .flatMap(variant -> Releases.parse(variant.kernels()).spans().stream())
                    .map(Releases.Span::from)
                    .filter(Objects::nonNull)
                    .map(Release::mainline)
                    .forEach(its::add);
            for (Variant variant : race.variants()) {
                for (Releases.Span span : Releases.parse(variant.kernels()).spans()) {
                    String name = race.name() + "/" + variant.name();
                    if (span.to() != null && span.to().isMainline() && !its.contains(next(span.to()))) {
                        wrong.add(name + " ends with " + span.to());
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** The mainline release after {@code release}. */
    private static Release next(Release release) {
        List<String> last = List.of("2.6.39", "3.19", "4.20", "5.19", "6.19");
        List<String> first = List.of("3.0", "4.0", "5.0", "6.0", "7.0");
        int at = last.indexOf(release.toString());
        String name = release.toString();
        int dot = name.lastIndexOf('.');
        String following =
                at >= 0 ? first.get(at) : name.substring(0, dot + 1) + (Integer.parseInt(name.substring(dot + 1)) + 1);
        return Release.parse(following).orElseThrow();
    }

    @Test
    void everyCommitThatIsNamedIsInTheTable() throws IOException {
        Set<String> unknown = new TreeSet<>();
        List<String> wrong = new ArrayList<>();
        for (String source : sources()) {
            Matcher ids = ID.matcher(source);
            while (ids.find()) {
                if (Commit.of(ids.group()).isEmpty()) {
                    unknown.add(ids.group());
                }
            }
            Matcher dated = DATED.matcher(source);
            while (dated.find()) {
                Commit.of(dated.group(1))
                        .filter(commit -> !commit.first().mainline().toString().equals(dated.group(2))
                                && !commit.first().toString().equals(dated.group(2)))
                        .ifPresent(commit -> wrong.add(dated.group() + "), but the table has " + commit.first()));
            }
        }
        assertThat(unknown).isEmpty();
        assertThat(wrong).isEmpty();
    }

    @Test
    void theTableIsInTheOrderOfReleasesAndNamesNothingInVain() throws IOException {
        assertThat(List.copyOf(Commit.all()))
                .isSortedAccordingTo((a, b) -> a.first().compareTo(b.first()));
        String all = String.join("\n", sources());
        assertThat(Commit.all())
                .allSatisfy(commit -> assertThat(all.contains(commit.id())
                                || Commit.all().stream()
                                        .anyMatch(other -> other.what().contains(commit.id())))
                        .as(commit.id())
                        .isTrue());
    }

    private static List<String> sources() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src", "main", "java"))) {
            List<String> texts = new ArrayList<>();
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                texts.add(Files.readString(file));
            }
            return texts;
        }
    }
}
