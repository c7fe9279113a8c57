// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.GoldenFile;
import pagerace.race.Catalogue;
import pagerace.race.Race;
import pagerace.report.Report;
import pagerace.report.Table;
import pagerace.terminal.Terminal;

/** What the commands print on terminals of several widths: as golden files, and by the one rule that nothing is too wide. */
class PrintedOutputTest {
    /** What stands in a line of its own, however long it is: the address of a mail, the places of a variant, or a point. */
    private static final Pattern UNBREAKABLE = Pattern.compile("https://\\S+|(\\w+/\\w+)?\\[\\S+]");

    @TempDir
    private static Path directory = Path.of("");

    private static String quiet = "";
    private static String busy = "";

    /** Reports of two recorded runs: the second could not decide everything. */
    @BeforeAll
    static void gradeTheRecordedRuns() throws IOException {
        quiet = graded("beside-1-busy-loop");
        busy = graded("beside-4-busy-loops");
    }

    private static String graded(String name) throws IOException {
        Path measured = Files.createDirectories(directory.resolve(name)).resolve("measured.jsonl");
        RecordedRunsTest.writeMeasured(name, 1, measured);
        Ran ran = Ran.of("report", measured.toString(), "--format=json", "--undecided=warn");
        assertThat(ran.code()).as(ran.err()).isEqualTo(ExitCode.PASSED);
        return measured.resolveSibling("report.json").toString();
    }

    private static String printed(int columns, String... arguments) {
        Ran ran = Ran.on(new Terminal(columns, false, false), arguments);
        assertThat(ran.err()).isEmpty();
        return ran.out();
    }

    /** The same without what differs from run to run, and without the lines of the source, which move with every edit. */
    private static String lasting(String printed) {
        return printed.replaceAll("(?m)^(\\w+ +[\\d,]+ )[ \\d]{9}(?= )", "$1        *")
                .replaceAll("(?m)(?<=\\w):\\d+(?=$|; |\\))", ":*");
    }

    @ParameterizedTest
    @ValueSource(ints = {80, 120, 200})
    void golden(int columns) throws IOException {
        String there = "printed/" + columns + "/";
        GoldenFile.check(there + "list.txt", printed(columns, "list"));
        GoldenFile.check(there + "list-race.txt", printed(columns, "list", "GupFastVsFork"));
        GoldenFile.check(there + "explain-race.txt", printed(columns, "explain", "UnpinDirtyVsClean"));
        GoldenFile.check(
                there + "explain-race-of-three.txt", printed(columns, "explain", "StripBuffersVsCleanVsUnpin"));
        GoldenFile.check(
                there + "explain-variant.txt", lasting(printed(columns, "explain", "ShrinkVsPin/SKIP_PINNED")));
        GoldenFile.check(
                there + "explain-variant-with-source.txt",
                lasting(printed(columns, "explain", "UnpinDirtyVsClean/PRECHECK", "--source")));
        GoldenFile.check(
                there + "explore-variant.txt", lasting(printed(columns, "explore", "UnpinDirtyVsClean/PRECHECK")));
        GoldenFile.check(there + "stress-table.txt", table(columns, busy));
    }

    /** But for its last sentence, which names a directory of this run. */
    private static String table(int columns, String report) {
        String printed = printed(
                columns,
                "report",
                report,
                "--format=tap",
                "--undecided=warn",
                "--output=" + directory.resolve("again"));
        return printed.substring(0, printed.indexOf("Wrote report.tap to"));
    }

    private static Stream<List<String>> commands() {
        List<List<String>> commands = new ArrayList<>();
        commands.add(List.of("list"));
        commands.add(List.of("list", "--commits"));
        commands.add(List.of("list", "--kernel=5.15", "--broken"));
        for (Race race : Catalogue.RACES) {
            commands.add(List.of("explain", race.name()));
        }
        commands.add(List.of("explain", "FaultAroundVsHolePunch/WAIT_FOR_FOLIO_LOCK"));
        commands.add(List.of("explain", "UnpinDirtyVsClean/ALWAYS_LOCK"));
        commands.add(List.of("explore", "UnpinDirtyVsClean"));
        commands.add(List.of("explore", "GupFastVsFork/LOCK_BEFORE_SEQ_REFERENCE_LAST[write,small,later-pin,x86]"));
        commands.add(List.of("explore", "UnpinDirtyVsClean/PRECHECK", "--outcome=WRITTEN_UNSTABLE"));
        commands.add(List.of("necessity", "UnpinDirtyVsClean", "--orderings"));
        commands.add(List.of("doctor"));
        commands.add(List.of("soak", "--time=0.001s"));
        commands.add(List.of("soak", "--list"));
        commands.add(List.of("compare", quiet, busy));
        commands.add(List.of("--help"));
        Main.COMMANDS.forEach(command -> commands.add(List.of(command, "--help")));
        return commands.stream();
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 80, 120, 200})
    void nothingIsWiderThanTheTerminalButSingleNames(int columns) {
        commands()
                .forEach(command ->
                        assertFits(columns, command.toString(), printed(columns, command.toArray(String[]::new))));
        assertFits(columns, "report", table(columns, quiet));
        assertFits(columns, "report", table(columns, busy));
    }

    private static void assertFits(int columns, String what, String printed) {
        assertThat(printed).as(what).isNotEmpty();
        assertThat(printed.lines())
                .as("%s in %d columns", what, columns)
                .allMatch(line -> line.length() <= columns
                        || UNBREAKABLE.matcher(line.strip()).matches());
    }

    /** Columns go one by one, in the order that docs/results.md names. */
    @Test
    void theTableDropsColumnsAsThePageSays() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "results.md"));
        String order = page.substring(page.indexOf("in this order:"));
        List<String> documented = Pattern.compile("\\*(\\w+)\\*")
                .matcher(order.substring(0, order.indexOf('.')))
                .results()
                .map(column -> column.group(1))
                .toList();
        Report report = RunFiles.graded(Path.of(busy));
        List<String> left = head(report, Terminal.UNLIMITED);
        List<String> dropped = new ArrayList<>();
        assertThat(head(report, 80)).contains("explored", "samples", "forbidden", "verdict");
        for (int columns = 250; columns >= 50; columns--) {
            List<String> narrower = head(report, columns);
            left.stream().filter(column -> !narrower.contains(column)).forEach(dropped::add);
            left = narrower;
        }
        assertThat(dropped).isEqualTo(documented);
        assertThat(left).containsExactly("variant", "verdict");
    }

    private static List<String> head(Report report, int columns) {
        return Table.of(report, new Terminal(columns, false, false))
                .lines()
                .filter(line -> line.startsWith("  variant "))
                .map(line -> List.of(line.strip().split(" +", -1)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void coloursSayNothingThatTheWordsDoNot() {
        String[] command = {"report", busy, "--format=tap", "--undecided=warn", "--output=" + directory.resolve("again")
        };
        String coloured = Ran.on(new Terminal(100, true, true), command).out();
        assertThat(coloured)
                .startsWith("\u001b[33mUNDECIDED\u001b[0m: ")
                .contains("\u001b[33mINCONCLUSIVE\u001b[0m\n", "\u001b[32mREPRODUCED\u001b[0m");
        assertThat(coloured.replaceAll("\u001b\\[\\d+m", ""))
                .isEqualTo(Ran.on(new Terminal(100, true, false), command).out());
        assertThat(Ran.on(new Terminal(100, true, true), "--help").out()).contains("\u001b[");
        assertThat(Ran.on(new Terminal(100, true, false), "--help").out()).doesNotContain("\u001b");
    }
}
