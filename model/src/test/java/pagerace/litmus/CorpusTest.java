// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
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
