// SPDX-License-Identifier: Apache-2.0
package pagerace.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.terminal.Terminal.Colour;

/** How wide output may be, whether it is coloured, and how it is broken. */
class TerminalTest {
    private static final Terminal NARROW = new Terminal(60, true, false);

    /** Each line: COLUMNS, what the script says, whether there is a console, and how wide that is; nothing is any width. */
    @ParameterizedTest
    @CsvSource({
        ",     no,  false,",
        ",     no,  true,",
        ",     132, false, 132",
        ",     0,   false, 80",
        ",     '',  false, 80",
        ",     20,  false, 60",
        ",     ,    true,  80",
        ",     ,    false,",
        "100,  no,  false, 100",
        "100,  132, false, 100",
        "100,  ,    true,  100",
        "20,   no,  false, 60",
        "0,    132, false, 132",
        "-5,   no,  false,",
        "wide, no,  false,",
        "'',   no,  false,",
        "1e9,  132, false, 132"
    })
    void whatIsExportedWinsThenTheTerminalThenAnyWidth(
            @Nullable String exported, @Nullable String told, boolean console, @Nullable Integer columns) {
        Terminal terminal = Terminal.of(exported == null ? Map.of() : Map.of("COLUMNS", exported), told, () -> console);
        assertThat(terminal.columns()).isEqualTo(columns == null ? Terminal.UNLIMITED : columns);
        assertThat(terminal.isLimited()).isEqualTo(columns != null);
    }

    @ParameterizedTest
    @CsvSource({
        "132, xterm,  ,      true",
        "132, xterm,  '',    true",
        "132, xterm,  1,     false",
        "132, dumb,   ,      false",
        "132, ,       ,      false",
        "no,  xterm,  ,      false"
    })
    void coloursAreForTerminalsThatHaveThemAndUsersWhoWantThem(
            String told, @Nullable String term, @Nullable String noColor, boolean colours) {
        Map<String, String> environment = new HashMap<>(Map.of("COLUMNS", "100"));
        if (term != null) {
            environment.put("TERM", term);
        }
        if (noColor != null) {
            environment.put("NO_COLOR", noColor);
        }
        assertThat(Terminal.of(environment, told, () -> true).hasColours()).isEqualTo(colours);
    }

    @Test
    void aColourTakesNoRoom() {
        Terminal coloured = new Terminal(60, true, true);
        String red = coloured.paint(Colour.BAD, "BROKEN");
        assertThat(red).isEqualTo("\u001b[31mBROKEN\u001b[0m");
        assertThat(Terminal.width(red)).isEqualTo(6);
        assertThat(NARROW.paint(Colour.BAD, "BROKEN")).isEqualTo("BROKEN");
        String text = " " + "x".repeat(53);
        assertThat(coloured.row("", red + text)).isEqualTo(red + text + "\n");
        assertThat(coloured.row("", red + text + "y")).isEqualTo(red + "\n" + text.strip() + "y\n");
        assertThat(coloured.fit(red + text + "y\n")).isEqualTo(red + "\n" + text.strip() + "y\n");
    }

    @Test
    void whatDoesNotFitGoesOnUnderTheTextOrBelowIt() {
        String words = "word ".repeat(12).strip();
        assertThat(NARROW.row("  name    ", words))
                .isEqualTo("  name    " + "word ".repeat(10).strip() + "\n" + " ".repeat(10) + "word word\n");
        assertThat(NARROW.row("  a name that takes more than half of it  ", words))
                .isEqualTo("  a name that takes more than half of it\n" + " ".repeat(6)
                        + "word ".repeat(11).strip() + "\n      word\n");
        assertThat(NARROW.row("  name    ", "short")).isEqualTo("  name    short\n");
        assertThat(NARROW.row("  name    ", "")).isEqualTo("  name\n");
        assertThat(NARROW.row("  name    ", "a " + "x".repeat(51)))
                .as("a word that fits below only")
                .isEqualTo("  name\n      a " + "x".repeat(51) + "\n");
        assertThat(NARROW.row(" ".repeat(40) + "| ", words))
                .as("below is not so far in that nothing fits there")
                .isEqualTo(" ".repeat(40) + "|\n    " + "word ".repeat(11).strip() + "\n    word\n");
        assertThat(NARROW.row("  name  " + "column ".repeat(8), words).lines())
                .as("columns that do not even fit by themselves")
                .allMatch(line -> line.length() <= 60)
                .first()
                .asString()
                .startsWith("  name  column column");
    }

    @Test
    void proseIsNeverTooWideToRead() {
        String words = "word ".repeat(60).strip();
        for (int columns : new int[] {60, 80, 100, 120, 200, Terminal.UNLIMITED}) {
            Terminal terminal = new Terminal(columns, false, false);
            assertThat(terminal.paragraph("  - ", words).lines())
                    .allMatch(line -> line.length() <= Math.min(columns, 100))
                    .anyMatch(line -> line.length() > Math.min(columns, 100) - 5);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 80, 120})
    void linesThatFitStayAndOthersAreBrokenAtBlanks(int columns) {
        String fitting = "    " + "x".repeat(50) + "  y\n\n";
        String head = "a head: " + "word ".repeat(30).strip() + "\n";
        String indented = "  " + "word ".repeat(30).strip() + "\n";
        Terminal terminal = new Terminal(columns, false, false);
        String shown = terminal.fit(fitting + head + indented + "the end");
        assertThat(shown).startsWith(fitting).endsWith("\nthe end");
        assertThat(shown.lines()).allMatch(line -> line.length() <= columns).contains("the end");
        assertThat(shown.substring(fitting.length()).replaceAll("\\s+", " "))
                .isEqualTo((head + indented + "the end").replaceAll("\\s+", " "));
        assertThat(shown).contains("\nword ", "\n  word ", "\n      word ");
        assertThat(Terminal.FILE.fit(head + indented)).isEqualTo(head + indented);
    }

    @Test
    void aLineThatRenewsItselfIsCutBetweenWords() {
        String line = "[22s, 7s left] C2_STRESS, 0 of 5 points have what they need, now UnpinDirtyVsClean/PRECHECK";
        assertThat(NARROW.cut(line)).isEqualTo("[22s, 7s left] C2_STRESS, 0 of 5 points have what they ...");
        assertThat(NARROW.cut("x".repeat(59))).isEqualTo("x".repeat(59));
        assertThat(NARROW.cut("x".repeat(60)).length()).isLessThan(60);
        for (int length = 40; length <= line.length(); length++) {
            assertThat(NARROW.cut(line.substring(0, length)).length()).isLessThan(60);
        }
        assertThat(Terminal.FILE.cut(line)).isEqualTo(line);
    }

    private static final List<List<String>> TABLE = List.of(
            List.of("name", "first", "second", "count", "last"),
            List.of(
                    "a-name-of-20-letters",
                    "first-column",
                    "second-column",
                    "1",
                    "a verdict with a reason that is long"),
            List.of("b", "x", "y", "1,000", "short"));

    private static String table(int columns) {
        Columns table = new Columns(new Terminal(columns, false, false), "  ", TABLE, Set.of(3), List.of(2, 1, 3));
        return TABLE.stream().map(table::line).collect(Collectors.joining());
    }

    @Test
    void aTableThatFitsHasAllColumns() {
        assertThat(table(Terminal.UNLIMITED).lines())
                .containsExactly(
                        "  name                  first         second         count  last",
                        "  a-name-of-20-letters  first-column  second-column      1  a verdict with a reason that is long",
                        "  b                     x             y              1,000  short");
    }

    @Test
    void columnsGoInTheirOrderAndTheLastIsBroken() {
        assertThat(table(90).lines().findFirst())
                .hasValue("  name                  first         second         count  last");
        assertThat(table(89).lines().findFirst()).hasValue("  name                  first         count  last");
        assertThat(table(75).lines().findFirst()).hasValue("  name                  first         count  last");
        assertThat(table(74).lines().findFirst()).hasValue("  name                  count  last");
        assertThat(table(60).lines().toList())
                .containsExactly(
                        "  name                  last",
                        "  a-name-of-20-letters  a verdict with a reason that is long",
                        "  b                     short");
        for (int columns = 60; columns < 120; columns++) {
            int limit = columns;
            assertThat(table(columns).lines()).allMatch(line -> line.length() <= limit);
            assertThat(Stream.of(table(columns).split("\\s+", -1))).contains("verdict", "reason", "long", "short");
        }
    }
}
