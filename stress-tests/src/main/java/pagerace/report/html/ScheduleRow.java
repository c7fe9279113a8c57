// SPDX-License-Identifier: Apache-2.0
package pagerace.report.html;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import pagerace.explore.Transcript;
import pagerace.explore.Transcript.Line;
import pagerace.explore.Transcript.Tells;
import pagerace.explore.Transcript.Use;

/**
 * What stands at one height of a {@link SequenceDiagram}.
 *
 * @param lines one line of the transcript; or several steps of one actor that are folded; or the ends of all actors
 * @param number the number of the first step; 0 if it is none
 * @param y the middle of its first line of text
 * @param height its height
 * @param most how many characters a line of text has, unless a single word is longer
 */
record ScheduleRow(List<Line> lines, int number, int y, int height, int most) {
    /** From one line of text to the next. */
    static final int LINE = 15;

    private static final int PADDING = 8;
    private static final int MOST_CHARACTERS = 50;
    private static final int MOST_OF_THREE = 40;
    private static final int LEAST_FOLDED = 3;

    /**
     * The rows of {@code transcript}.
     *
     * @param words the words over which the actors meet: steps on others are folded where there are several in a row
     * @param top where the first row stands
     */
    static List<ScheduleRow> of(Transcript transcript, List<String> words, int top) {
        List<ScheduleRow> rows = new ArrayList<>();
        List<Line> lines = transcript.lines();
        int most = transcript.actors().size() == 2 ? MOST_CHARACTERS : MOST_OF_THREE;
        int y = top;
        int number = 1;
        for (int i = 0; i < lines.size(); ) {
            Line first = lines.get(i);
            int alike = alike(lines, i, words);
            int together = first.tells() == Tells.END || alike >= LEAST_FOLDED ? alike : 1;
            boolean step = first.tells() == Tells.STEP;
            ScheduleRow row =
                    new ScheduleRow(lines.subList(i, i + together), step ? number : 0, y, 0, most).withHeight();
            rows.add(row);
            y += row.height;
            number += step ? together : 0;
            i += together;
        }
        return List.copyOf(rows);
    }

    /** How many lines from {@code begin} on may stand at one height. */
    private static int alike(List<Line> lines, int begin, List<String> words) {
        Line first = lines.get(begin);
        int end = begin + 1;
        while (end < lines.size()
                && (first.tells() == Tells.END
                        || (isAlone(first, words)
                                && isAlone(lines.get(end), words)
                                && lines.get(end).actor() == first.actor()))) {
            end++;
        }
        return end - begin;
    }

    /** Whether it is a step over which the actors cannot meet, and that says no more than its text. */
    static boolean isAlone(Line line, List<String> words) {
        Use access = line.access();
        return (access == Use.READ || access == Use.WRITE || access == Use.UPDATE)
                && line.note() == null
                && !words.contains(line.word());
    }

    private ScheduleRow withHeight() {
        int texts = lines.stream()
                .mapToInt(line -> texts(line).size() + notes(line).size())
                .max()
                .orElse(1);
        return new ScheduleRow(lines, number, y, LINE * texts + PADDING, most);
    }

    /** The first line. */
    Line first() {
        return lines.get(0);
    }

    boolean isEnd() {
        return first().tells() == Tells.END;
    }

    boolean isFolded() {
        return lines.size() > 1 && !isEnd();
    }

    /** The number of the step, or of the first and the last; empty if it is none. */
    String numbers() {
        return number == 0 ? "" : isFolded() ? number + "–" + (number + lines.size() - 1) : "" + number;
    }

    /** What {@code line}, one of this row, says, as lines of text. */
    List<String> texts(Line line) {
        return isFolded()
                ? wrapped("… " + lines.size() + " steps over which they cannot meet", most)
                : wrapped(isEnd() ? "⇒ " + line.text() : line.text(), most);
    }

    /** What the memory model adds, as lines of text. */
    List<String> notes(Line line) {
        String note = line.note();
        return note == null || note.isEmpty() ? List.of() : wrapped(note, most);
    }

    /** The longest text of {@code actor}, in characters. */
    int widest(int actor) {
        return lines.stream()
                .filter(line -> line.actor() == actor)
                .flatMap(line -> Stream.concat(texts(line).stream(), notes(line).stream()))
                .mapToInt(String::length)
                .max()
                .orElse(0);
    }

    /** The text broken at blanks, in lines of that many characters. */
    static List<String> wrapped(String text, int most) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (line.length() > 0 && line.length() + 1 + word.length() > most) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
