// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/explorer.md says of the corpus. */
class DocumentedCorpusTest {
    private static final Pattern COUNTS =
            Pattern.compile("(\\d+) litmus tests come with recorded verdicts.* WEAK on all but (\\d+),");

    @Test
    void thePageCountsTheCorpusAndWhatNeedsLoadBuffering() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "explorer.md")).replaceAll("\\s+", " ");
        Matcher counts = COUNTS.matcher(page);
        assertThat(counts.find()).isTrue();
        assertThat(Corpus.entries()).hasSize(Integer.parseInt(counts.group(1)));
        assertThat(Corpus.entries().stream().filter(entry -> !entry.weak().equals(entry.lkmm())))
                .hasSize(Integer.parseInt(counts.group(2)));
    }
}
