// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.util.List;
import pagerace.explore.Site;
import pagerace.explore.Trace;
import pagerace.explore.Trace.Source;
import pagerace.explore.Transcript;
import pagerace.explore.Transcript.Line;
import pagerace.explore.Transcript.Tells;
import pagerace.race.Outcome;
import pagerace.terminal.Terminal;

/**
 * A schedule as it fits a terminal: as a table with a column for each actor, with the lines of model code or without; where the
 * table does not fit, as a line for each step, the later actors further in.
 */
final class ScheduleText {
    /** How much further in each actor is than the one before. */
    static final int LANE = 4;

    private final Transcript transcript;
    private final Terminal terminal;
    private final boolean source;
    private final int digits;
    private final StringBuilder text = new StringBuilder();

    private ScheduleText(Transcript transcript, Terminal terminal, boolean source) {
        this.transcript = transcript;
        this.terminal = terminal;
        this.source = source;
        long steps = transcript.lines().stream()
                .filter(line -> line.tells() == Tells.STEP)
                .count();
        digits = String.valueOf(steps).length();
    }

    /**
     * The schedule in lines, each with its end; the last one says what came of it, which no actor alone can tell.
     *
     * @param source whether each step names the line of model code in any case, and as a stack trace does
     */
    static String of(Transcript transcript, Outcome outcome, Terminal terminal, boolean source) {
        List<Source> columns = source ? List.of(Source.FILE) : List.of(Source.METHOD, Source.NONE);
        ScheduleText text = new ScheduleText(transcript, terminal, source);
        String steps = columns.stream()
                .map(column -> Trace.print(transcript, column))
                .filter(table -> fits(table, terminal))
                .findFirst()
                .orElseGet(text::steps);
        String begin = " ".repeat(text.digits + 2) + "outcome => ";
        return steps + terminal.paragraph(begin, outcome.name() + ": " + outcome.sentence());
    }

    private static boolean fits(String table, Terminal terminal) {
        return table.lines().allMatch(line -> line.length() <= terminal.columns());
    }

    /** The form for narrow terminals: whoever takes over is named, and what a step did to memory stands below it. */
    private String steps() {
        int running = -1;
        int step = 0;
        for (Line line : transcript.lines()) {
            String actor = transcript.actors().get(line.actor());
            boolean acts = line.tells() == Tells.STEP || line.tells() == Tells.WAIT;
            if (acts && line.actor() != running) {
                running = line.actor();
                add("", line, 0, actor);
            }
            switch (line.tells()) {
                case STEP -> {
                    add(String.valueOf(++step), line, 0, line.text() + source(line));
                    if (line.change() != null) {
                        add("", line, 2, line.word() + ": " + line.difference());
                    }
                    if (line.note() != null) {
                        add("", line, 2, line.note());
                    }
                }
                case MEMORY -> add("", line, 2, line.text());
                case WAIT -> add("", line, 0, line.text());
                case END -> add("", line, 0, actor + (line.site() == null ? " => " : " ") + line.text() + source(line));
            }
        }
        return text.toString();
    }

    /** A line of the actor of {@code line}: its number, and {@code said} so much further in than its steps. */
    private void add(String number, Line line, int further, String said) {
        String begin = " ".repeat(digits - number.length()) + number + " ".repeat(2 + LANE * line.actor() + further);
        text.append(terminal.row(begin, said));
    }

    private String source(Line line) {
        Site site = line.site();
        return source && site != null ? "  " + site.inFile() : "";
    }
}
