// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
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
                .filter(variant -> variant.kind().isReleased());
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

    /** The kernel of a row is one of its range; of candidates and updates, which have none of their own, one that is no younger. */
    @Test
    void theKernelOfARowIsInItsRange() {
        List<String> wrong = new ArrayList<>();
        kernels().filter(Listed.class::isInstance).map(Listed.class::cast).forEach(variant -> {
            String name = variant.row().kernel().release();
            Release release = Release.parse(name).orElse(null);
            boolean isIn = Releases.parse(variant.kernels()).spans().stream().anyMatch(span -> {
                if (release == null) {
                    return name.equals("mainline") && span.to() == null;
                }
                Release from = span.from();
                if (from != null && !from.isMainline()) {
                    return release.compareTo(from.mainline()) <= 0;
                }
                return span.contains(release);
            });
            if (!isIn) {
                wrong.add(variant.name() + " (" + variant.kernels() + ") is made of " + name);
            }
        });
        assertThat(wrong).isEmpty();
    }

    /** The commits that the list of releases names are of the releases that it names them for. */
    @Test
    void theListOfReleasesNamesTheirCommits() throws IOException {
        String source = Files.readString(Path.of("src/main/java/pagerace/mm/op/Linux.java"));
        Matcher constant = Pattern.compile(
                        "/\\*\\*(?:(?!\\*/).)*\\*/\\s+public static final Kernel (\\w+)", Pattern.DOTALL)
                .matcher(source);
        List<String> wrong = new ArrayList<>();
        int named = 0;
        while (constant.find()) {
            String release =
                    constant.group(1).substring(1).replace("_RC", "-rc").replace('_', '.');
            Matcher ids = ID.matcher(constant.group());
            while (ids.find()) {
                named++;
                Release first = Commit.of(ids.group()).orElseThrow().first();
                boolean agrees = first.toString().equals(release)
                        || first.mainline().toString().equals(release.replace("-rc", ""));
                if (!agrees) {
                    wrong.add(constant.group(1) + " names " + ids.group() + " of " + first);
                }
            }
        }
        assertThat(named).isGreaterThan(25);
        assertThat(wrong).isEmpty();
    }

    /** What begins with mainline in words begins with it in steps. */
    @Test
    void whatIsSaidToBeMainlineButForSomethingIsMadeOfIt() {
        assertThat(Catalogue.BUILT_IN.stream()
                        .flatMap(race -> race.variants().stream())
                        .map(Listed.class::cast)
                        .filter(variant -> variant.difference().startsWith("mainline")))
                .hasSizeGreaterThan(50)
                .allSatisfy(variant -> assertThat(variant.row().kernel().release())
                        .as(variant.name())
                        .isEqualTo("mainline"));
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
                    if (span.to() != null
                            && span.to().isMainline()
                            && !its.contains(span.to().next())) {
                        wrong.add(name + " ends with " + span.to());
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    /**
     * What mended it is said of every variant of a released kernel that was broken and is gone, and of no other; and nothing is
     * mended before the last release that has it.
     */
    @Test
    void everyBrokenVariantOfThePastWasMendedBySomething() {
        Set<String> known = new TreeSet<>();
        List<String> wrong = new ArrayList<>();
        for (Commit commit : Commit.all()) {
            known.addAll(commit.mends());
            known.addAll(commit.mendsInPart());
        }
        Set<String> broken = new TreeSet<>();
        for (Race race : Catalogue.BUILT_IN) {
            for (Variant variant : race.variants()) {
                String name = race.name() + "/" + variant.name();
                boolean isBroken = race.points().stream()
                        .anyMatch(point -> point.variant() == variant && point.reachableFrom() != Reachability.NEVER);
                if (variant.kind() == Variant.Kind.HISTORY && isBroken) {
                    broken.add(name);
                    Release end = Releases.parse(variant.kernels()).spans().stream()
                            .map(Releases.Span::to)
                            .filter(Objects::nonNull)
                            .max(Comparator.naturalOrder())
                            .orElseThrow();
                    Commit.all().stream()
                            .filter(commit -> commit.mends().contains(name))
                            .filter(commit -> commit.first().compareTo(end) <= 0)
                            .forEach(commit ->
                                    wrong.add(name + " is mended in " + commit.first() + " and there until " + end));
                }
            }
        }
        broken.remove("ShrinkVsPin/NO_EXCLUSIVE_SWAP_ENTRY"); // one architecture after the other got the bit
        assertThat(known).isEqualTo(broken);
        assertThat(wrong).isEmpty();
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
                                || !commit.mends().isEmpty()
                                || !commit.cve().equals("-")
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
