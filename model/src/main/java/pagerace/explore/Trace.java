// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import pagerace.explore.Transcript.Line;
import pagerace.explore.Transcript.Tells;

/**
 * Prints a transcript as aligned columns: one lane per actor with its operations in kernel words, then what became of memory,
 * then the line of model code.
 *
 * <p>The last column but one says which word changed from what to what, and what the memory model adds: what waits in a store
 * buffer, what left it, which old value was read. Lines without a number are not accesses: memory moving by itself, an actor
 * that has to wait, how the actors ended.
 */
public final class Trace {
    /** How the line of model code is shown. */
    public enum Source {
        /** By its method: {@code Fork.needsCopy:171}. */
        METHOD,
        /** By its file, as in a stack trace, so that development environments make a link of it: {@code (Fork.java:171)}. */
        FILE,
        /** Not at all; nor is its column. */
        NONE;

        private String of(Site site) {
            return switch (this) {
                case METHOD -> site.toString();
                case FILE -> site.inFile();
                case NONE -> "";
            };
        }
    }

    private static final String GAP = "  ";

    private final List<String> actors;
    private final Source source;
    private final List<String[]> rows = new ArrayList<>();

    private int steps;

    private Trace(List<String> actors, Source source) {
        this.actors = actors;
        this.source = source;
    }

    /**
     * Prints {@code schedule}.
     *
     * @param actors what to call each actor
     * @return as {@link #print(Transcript)}
     */
    public static String print(Schedule schedule, List<String> actors) {
        return print(Transcript.of(schedule, actors));
    }

    /** Prints {@code transcript}: lines, each ended by a line feed, without trailing blanks. */
    public static String print(Transcript transcript) {
        return print(transcript, Source.METHOD);
    }

    /** The same, with the lines of model code shown as {@code source} says. */
    public static String print(Transcript transcript, Source source) {
        Trace trace = new Trace(transcript.actors(), source);
        trace.addHeader();
        transcript.lines().stream().filter(line -> line.tells() != Tells.END).forEach(trace::add);
        trace.addEnds(transcript.lines().stream()
                .filter(line -> line.tells() == Tells.END)
                .toList());
        return trace.layOut();
    }

    private void addHeader() {
        String[] header = newRow();
        for (int actor = 0; actor < actors.size(); actor++) {
            header[1 + actor] = actors.get(actor);
        }
        header[memoryColumn()] = "memory";
        header[sourceColumn()] = source == Source.NONE ? "" : "source";
    }

    private void add(Line line) {
        String[] row = newRow();
        if (line.tells() == Tells.MEMORY) {
            row[memoryColumn()] = line.text();
            return;
        }
        row[1 + line.actor()] = line.text();
        if (line.tells() == Tells.STEP) {
            row[0] = Integer.toString(++steps);
            String change = line.change() == null ? "" : line.word() + ": " + line.change();
            row[memoryColumn()] = join(change, line.note() == null ? "" : line.note());
            row[sourceColumn()] = line.site() == null ? "" : source.of(line.site());
        }
    }

    private void addEnds(List<Line> ends) {
        String[] row = newRow();
        for (Line end : ends) {
            row[1 + end.actor()] = end.site() == null ? "=> " + end.text() : end.text();
            if (end.site() != null) {
                row[sourceColumn()] = join(row[sourceColumn()], source.of(end.site()));
            }
        }
    }

    private static String join(String first, String second) {
        return first.isEmpty() || second.isEmpty() ? first + second : first + "; " + second;
    }

    private int memoryColumn() {
        return actors.size() + 1;
    }

    private int sourceColumn() {
        return actors.size() + 2;
    }

    private String[] newRow() {
        String[] row = new String[actors.size() + 3];
        Arrays.fill(row, "");
        rows.add(row);
        return row;
    }

    /** The rows as lines: numbers right-aligned, everything else left-aligned. */
    private String layOut() {
        int[] widths = IntStream.range(0, actors.size() + 3)
                .map(column -> rows.stream()
                        .mapToInt(row -> row[column].length())
                        .max()
                        .orElse(0))
                .toArray();
        StringBuilder text = new StringBuilder();
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder(" ".repeat(widths[0] - row[0].length())).append(row[0]);
            for (int column = 1; column < row.length; column++) {
                line.append(GAP).append(row[column]).append(" ".repeat(widths[column] - row[column].length()));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
