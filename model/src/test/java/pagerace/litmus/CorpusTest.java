// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pagerace.explore.MemoryModel;
import pagerace.explore.Sc;
import pagerace.explore.Tso;
import pagerace.explore.Weak;

/** The explorer's verdicts against the recorded ones, test by test. */
class CorpusTest {
    @Test
    void sequentialConsistencyAgreesOnEveryTest() {
        assertThat(differences(Sc.MODEL, Corpus.Entry::sc)).isEmpty();
    }

    @Test
    void totalStoreOrderAgreesOnEveryTest() {
        assertThat(differences(Tso.MODEL, Corpus.Entry::tso)).isEmpty();
    }

    @Test
    void theKernelsModelWithoutLoadBufferingAgreesOnEveryTest() {
        assertThat(differences(Weak.MODEL, Corpus.Entry::weak)).isEmpty();
    }

    @Test
    void theCorpusIsComplete() {
        assertThat(Corpus.entries()).hasSize(442);
    }

    static Stream<Corpus.Entry> named() {
        return Corpus.entries().stream().filter(entry -> entry.set().equals("named"));
    }

    @Test
    void everyNamedFileHasAVerdict() throws Exception {
        URL folder = Objects.requireNonNull(Corpus.class.getResource("/litmus/named"));
        try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(
                            named().map(entry -> entry.test() + ".litmus").toList());
        }
    }

    @ParameterizedTest
    @MethodSource("named")
    void aNamedTestBeginsWithItsQuestionAndItsResult(Corpus.Entry entry) {
        Preamble preamble = Preamble.of(entry.text());
        assertThat(preamble.name()).isEqualTo(entry.test()).matches("[a-z]+(-[a-z]+)+");
        assertThat(preamble.question()).endsWith("?");
        assertThat(preamble.result())
                .as("recorded")
                .isEqualTo("%s (LKMM), %s (TSO), %s (SC)", entry.lkmm(), entry.tso(), entry.sc());
        assertThat(preamble.result())
                .as("explored")
                .isEqualTo(Preamble.result(entry.litmus().explore()).replace("WEAK", "LKMM"));
    }

    @Test
    void noTwoNamedTestsAskTheSame() {
        assertThat(named().map(entry -> Preamble.of(entry.text()).question())).doesNotHaveDuplicates();
    }

    private static List<String> differences(MemoryModel model, Function<Corpus.Entry, String> recorded) {
        List<String> differences = new ArrayList<>();
        for (Corpus.Entry entry : Corpus.entries()) {
            LitmusVerdict verdict = entry.litmus().explore(model);
            String found = verdict.observation().toString();
            if (!found.equals(recorded.apply(entry))) {
                differences.add(entry + ": " + found + ", recorded " + recorded.apply(entry));
            }
        }
        return differences;
    }
}
