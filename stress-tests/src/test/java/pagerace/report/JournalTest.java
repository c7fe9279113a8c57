// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagerace.race.Reachability;
import pagerace.verdict.Host;
import pagerace.verdict.Measurement;
import pagerace.verdict.TestRace;
import pagerace.verdict.Tier;

class JournalTest {
    private static final Journal.Head HEAD = new Journal.Head(
            Report.SCHEMA,
            ReportFormatsTest.run(new Host("Linux", "amd64", 2, "17", Reachability.TSO)),
            "c0ffee",
            List.of("a", "b"));
    private static final Measurement FIRST =
            new Measurement(HEAD.run().id(), "a", Tier.C2, 4, 10, 0.5, Map.of("QUIET", 7L), TestRace.GOOD, null);
    private static final Measurement SECOND =
            new Measurement(HEAD.run().id(), "b", Tier.INTERPRETER, 4, 20, 1.0, Map.of(), TestRace.GOOD, "killed");

    @TempDir
    private Path directory = Path.of("");

    private Path journal() throws IOException {
        Path file = directory.resolve("measured.jsonl");
        try (Journal journal = new Journal(file, HEAD)) {
            journal.add(FIRST);
            journal.add(SECOND);
        }
        return file;
    }

    @Test
    void readsBackWhatItWrote() throws IOException {
        assertThat(Journal.read(journal())).isEqualTo(new Journal.Contents(HEAD, List.of(FIRST, SECOND), null, null));
    }

    @Test
    void saysWhetherTheRunWentOnToItsEnd() throws IOException {
        Path file = directory.resolve("measured.jsonl");
        try (Journal journal = new Journal(file, HEAD)) {
            journal.add(FIRST);
            journal.end(239);
        }
        assertThat(Journal.read(file))
                .isEqualTo(new Journal.Contents(HEAD, List.of(FIRST), new Journal.End(true, 239), null));
    }

    @Test
    void aLineIsOnDiskBeforeTheNextForkStarts() throws IOException {
        Path file = directory.resolve("measured.jsonl");
        try (Journal journal = new Journal(file, HEAD)) {
            journal.add(FIRST);
            assertThat(Journal.read(file).measurements()).containsExactly(FIRST);
        }
    }

    @Test
    void whereverItIsCutWhatStandsBeforeIsKept() throws IOException {
        String text = Files.readString(journal());
        int head = text.indexOf('\n') + 1;
        int first = text.indexOf('\n', head) + 1;
        for (int cut = first + 1; cut < text.length() - 1; cut++) {
            Path file = Files.writeString(directory.resolve("cut.jsonl"), text.substring(0, cut));
            Journal.Contents contents = Journal.read(file);
            assertThat(contents.measurements()).as("cut at %d", cut).containsExactly(FIRST);
            assertThat(contents.damage()).isEqualTo("line 3 is broken or cut off");
        }
    }

    @Test
    void aLineOfAnotherRunIsDamage() throws IOException {
        String text = Files.readString(journal());
        int last = text.lastIndexOf(HEAD.run().id());
        Path file = Files.writeString(
                directory.resolve("mixed.jsonl"),
                text.substring(0, last)
                        + text.substring(last).replace(HEAD.run().id(), "another-id"));
        assertThat(Journal.read(file).measurements()).containsExactly(FIRST);
        assertThat(Journal.read(file).damage()).isEqualTo("line 3 is of another run");
    }

    @Test
    void withoutItsHeadItIsNoJournal() throws IOException {
        for (String text : List.of("", "\n", "{}", "[1]", "PK\u0003\u0004", "{\"schema\":99}")) {
            Path file = Files.writeString(directory.resolve("other.jsonl"), text);
            assertThatThrownBy(() -> Journal.read(file)).as(text).isInstanceOf(IOException.class);
        }
    }
}
