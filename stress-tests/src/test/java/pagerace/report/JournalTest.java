// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagerace.race.Reachability;
import pagerace.verdict.Host;
import pagerace.verdict.Measurement;
import pagerace.verdict.TestRace;
import pagerace.verdict.Tier;

class JournalTest {
    private static final Journal.Head HEAD = new Journal.Head(
            Journal.SCHEMA,
            ReportFormatsTest.run(new Host("Linux", "amd64", 2, "17", Reachability.TSO)),
            "c0ffee",
            List.of("a", "b"));
    private static final Measurement FIRST = new Measurement(
            HEAD.run().id(), 1, "a", Tier.C2, 4, 10, 10, 0.5, Map.of("QUIET", 7L), Map.of(), TestRace.GOOD, null);
    private static final Measurement SECOND = new Measurement(
            HEAD.run().id(), 1, "b", Tier.INTERPRETER, 4, 20, 20, 1.0, Map.of(), Map.of(), TestRace.GOOD, "killed");

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
                .isEqualTo(new Journal.Contents(HEAD, List.of(FIRST), new Journal.End(true, 239, 1), null));
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

    /** Each line: a part of the third line, what to put there, and what is said of it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"point\":\"b\", | '' | lacks point",
                "\"tier\":\"INTERPRETER\" | \"tier\":null | lacks tier",
                "\"run\":\"an-id\", | '' | lacks run",
                "\"outcomes\":{} | \"outcomes\":null | is broken or cut off",
                "\"outcomes\":{} | \"outcomes\":{\"WRONG\":null} | is broken or cut off",
                "\"outcomes\":{} | \"outcomes\":{\"WRONG\":1,\"WRONG\":0} | is broken or cut off",
                "\"outcomes\":{} | \"outcomes\":{\"WRONG\":-1} | is wrong: no fork has -1 samples of WRONG",
                "\"millis\":20 | \"millis\":-1 | is wrong: no fork has -1 ms",
                "\"stride\":4 | \"stride\":-1 | is wrong: no fork has -1 scenarios",
                "\"cpuShare\":1.0 | \"cpuShare\":\"NaN\" | is wrong: no fork has NaN of the CPU time",
                "\"cpuShare\":1.0, | '' | is broken or cut off",
                "\"run\":\"an-id\" | \"run\":\"an-id\",\"run\":\"an-id\" | is broken or cut off",
                "\"killed\"} | \"killed\"}} | is broken or cut off",
                "\"killed\"} | \"killed\"} x | is broken or cut off",
            })
    void aLineThatNoForkWrote(String part, String other, String why) throws IOException {
        List<String> lines = Files.readAllLines(journal());
        assertThat(lines.get(2)).contains(part);
        Path file = Files.write(
                directory.resolve("forged.jsonl"),
                List.of(lines.get(0), lines.get(1), lines.get(2).replace(part, other)));
        assertThat(Journal.read(file)).isEqualTo(new Journal.Contents(HEAD, List.of(FIRST), null, "line 3 " + why));
    }

    /** However it is cut or thinned out, it is not the journal of a run that went on to its end. */
    @Test
    void theEndCountsTheForks() throws IOException {
        Path file = directory.resolve("measured.jsonl");
        try (Journal journal = new Journal(file, HEAD)) {
            journal.add(FIRST);
            journal.add(SECOND);
            journal.end(239);
        }
        List<String> lines = Files.readAllLines(file);
        assertThat(Journal.read(file).damage()).isNull();
        assertThat(Journal.read(file).run().complete()).isTrue();
        for (int taken = 1; taken < lines.size(); taken++) {
            List<String> fewer = new ArrayList<>(lines);
            fewer.remove(taken);
            Journal.Contents contents = Journal.read(Files.write(directory.resolve("fewer.jsonl"), fewer));
            boolean isEnd = taken == lines.size() - 1;
            assertThat(contents.damage())
                    .isEqualTo(isEnd ? null : "line 3 says that there were 2 measurements, and there are 1");
            assertThat(contents.run().complete()).isEqualTo(!isEnd);
        }
    }

    @Test
    void nothingStandsBehindTheEnd() throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(journal()));
        lines.add(2, "{\"end\":true,\"elapsed\":239,\"forks\":1}");
        Path file = Files.write(directory.resolve("forged.jsonl"), lines);
        assertThat(Journal.read(file))
                .isEqualTo(new Journal.Contents(
                        HEAD, List.of(FIRST), new Journal.End(true, 239, 1), "line 4 stands behind the end"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"filter\":\"TestRace/*\" | \"filter\":null | lacks run.filter",
                "\"plan\":[\"a\",\"b\"] | \"plan\":[\"a\",null] | lacks plan",
                "\"memoryModel\":\"TSO\" | \"memoryModel\":null | lacks run.host.memoryModel",
                "\"shard\":null | \"shard\":\"4/3\" | is wrong: 4/3 is no shard",
                "\"budget\":240 | \"budget\":-1 | has -1 as run.budget",
                "{\"schema\":" + Journal.SCHEMA + " | {\"schema\":1 | is of version 1",
            })
    void aHeadThatNoRunWrote(String part, String other, String why) throws IOException {
        String text = Files.readString(journal());
        assertThat(text).contains(part);
        Path file = Files.writeString(directory.resolve("forged.jsonl"), text.replaceFirst(Pattern.quote(part), other));
        assertThatThrownBy(() -> Journal.read(file))
                .isInstanceOf(NotWhole.class)
                .hasMessage(why);
    }

    @Test
    void aFailureThatIsNoUnicodeIsWrittenNevertheless() throws IOException {
        Path file = directory.resolve("measured.jsonl");
        try (Journal journal = new Journal(file, HEAD)) {
            journal.add(FIRST.failedWith("\ud800"));
        }
        assertThat(Journal.read(file).measurements()).containsExactly(FIRST.failedWith("?"));
    }

    @Test
    void aFullDiskIsNamed() {
        Path full = Path.of("/dev/full");
        assumeThat(full).exists();
        assertThatThrownBy(() -> new Journal(full, HEAD).close())
                .hasRootCauseMessage("/dev/full: No space left on device")
                .hasRootCauseInstanceOf(FileSystemException.class);
    }

    @Test
    void withoutItsHeadItIsNoJournal() throws IOException {
        for (String text : List.of("", "\n", "{}", "[1]", "PK\u0003\u0004", "{\"schema\":99}")) {
            Path file = Files.writeString(directory.resolve("other.jsonl"), text);
            assertThatThrownBy(() -> Journal.read(file)).as(text).isInstanceOf(IOException.class);
        }
    }
}
