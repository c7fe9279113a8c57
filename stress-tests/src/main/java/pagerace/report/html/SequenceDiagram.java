// SPDX-License-Identifier: Apache-2.0
package pagerace.report.html;

import static pagerace.report.html.Markup.tag;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import pagerace.explore.Transcript;
import pagerace.explore.Transcript.Access;
import pagerace.explore.Transcript.Line;
import pagerace.explore.Transcript.Relaxation;
import pagerace.explore.Transcript.Tells;

/**
 * A schedule of two actors as a picture, time downwards: the first actor's steps on the left, the second's on the right, and
 * between them a lane for each word over which they meet, which is one that both touch and somebody changes. Locks are bars along
 * the lane of who holds them; a store that waits in its buffer is a dashed bar that ends where it reaches its word. Steps over which
 * nobody can meet are folded where there are several in a row.
 */
final class SequenceDiagram {
    private static final int LINE = 15;
    private static final int PADDING = 8;
    private static final int HEAD = 64;
    private static final double CHARACTER = 7.3;
    private static final double SMALL_CHARACTER = 6.4;
    private static final int MAX_TEXT = 48;
    private static final int SLOT = 14;
    private static final int FOLDED = 3;

    /**
     * What stands at one height.
     *
     * @param lines one line of the transcript; several that are folded; the ends of both actors
     * @param number the number of the first step; 0 if it is none
     * @param y the middle of its first line of text
     * @param height its height
     */
    private record Row(List<Line> lines, int number, int y, int height) {
        Line first() {
            return lines.get(0);
        }

        boolean isEnd() {
            return first().tells() == Tells.END;
        }

        boolean isFolded() {
            return lines.size() > 1 && !isEnd();
        }
    }

    /** An actor's side of the picture: where its lane is, and in which direction the words are. */
    private record Side(int x, int inwards, int locks) {
        int lock(int slot) {
            return x - inwards * (SLOT * slot + 10);
        }

        int buffer(int slot) {
            return x + inwards * (SLOT * slot + 12);
        }

        int text() {
            return lock(locks) + inwards * 2;
        }

        String anchor() {
            return inwards > 0 ? "end" : "start";
        }
    }

    /** Something that lasts: a lock that is held, a store that waits. */
    private record Span(int actor, String word, int slot, int from) {}

    private final Transcript transcript;
    private final List<String> words;
    private final List<Row> rows;
    private final List<Side> sides;
    private final Map<String, Integer> lanes = new LinkedHashMap<>();
    private final int width;
    private final int height;

    private final Markup behind = tag("g");
    private final Markup front = tag("g");
    /** Per actor: the locks that it holds, and the stores that wait in its buffer, at the row that is being drawn. */
    private final List<List<Span>> held = List.of(new ArrayList<>(), new ArrayList<>());

    private final List<Deque<Span>> buffered = List.of(new ArrayDeque<>(), new ArrayDeque<>());

    private SequenceDiagram(Transcript transcript) {
        this.transcript = transcript;
        this.words = meetingWords(transcript);
        this.rows = rows(transcript, words);
        int gap = gap();
        int x = 34 + textWidth(0) + SLOT * mostLocks(0) + 12;
        Side left = new Side(x, 1, mostLocks(0));
        x += words.isEmpty() ? 40 : 44 + SLOT * mostBuffered(0);
        for (String word : words) {
            lanes.put(word, x + gap / 2);
            x += gap;
        }
        x += 44 + SLOT * mostBuffered(1);
        sides = List.of(left, new Side(x, -1, mostLocks(1)));
        width = x + SLOT * mostLocks(1) + 18 + textWidth(1);
        Row last = rows.get(rows.size() - 1);
        height = last.y + last.height;
    }

    /**
     * The picture.
     *
     * @param title what it shows, for who cannot see it; the transcript follows as its description
     */
    static Markup of(String title, Transcript transcript) {
        return new SequenceDiagram(transcript).draw(title);
    }

    /** The words over which the actors meet, in the order in which they are first touched. */
    private static List<String> meetingWords(Transcript transcript) {
        Map<String, Set<Integer>> touched = new LinkedHashMap<>();
        Set<String> changed = new LinkedHashSet<>();
        Set<String> data = new LinkedHashSet<>();
        for (Line line : transcript.lines()) {
            String word = line.word();
            Access access = line.access();
            if (word == null || access == null) {
                continue;
            }
            touched.computeIfAbsent(word, unused -> new LinkedHashSet<>()).add(line.actor());
            if (access != Access.READ) {
                changed.add(word);
            }
            if (access != Access.LOCK && access != Access.UNLOCK) {
                data.add(word);
            }
        }
        touched.values().removeIf(actors -> actors.size() < 2);
        return touched.keySet().stream()
                .filter(word -> changed.contains(word) && data.contains(word))
                .toList();
    }

    private static List<Row> rows(Transcript transcript, List<String> words) {
        List<Row> rows = new ArrayList<>();
        List<Line> lines = transcript.lines();
        int y = HEAD + 14;
        int number = 1;
        for (int i = 0; i < lines.size(); ) {
            int next = i + 1;
            while (next < lines.size() && belongTogether(lines.get(i), lines.get(next), words)) {
                next++;
            }
            int together = lines.get(i).tells() == Tells.END || next - i >= FOLDED ? next - i : 1;
            List<Line> shown = lines.subList(i, i + together);
            int texts = shown.get(0).tells() == Tells.END
                    ? shown.stream()
                            .mapToInt(end -> texts(List.of(end)).size())
                            .max()
                            .orElse(1)
                    : texts(shown).size() + notes(shown.get(0)).size();
            boolean step = shown.get(0).tells() == Tells.STEP;
            rows.add(new Row(shown, step ? number : 0, y, LINE * texts + PADDING));
            y += LINE * texts + PADDING;
            number += step ? together : 0;
            i += together;
        }
        return List.copyOf(rows);
    }

    private static boolean belongTogether(Line first, Line next, List<String> words) {
        return first.tells() == Tells.END
                || (first.actor() == next.actor() && isAlone(first, words) && isAlone(next, words));
    }

    /** Whether it is a step over which the actors cannot meet, and that says no more than its text. */
    private static boolean isAlone(Line line, List<String> words) {
        return line.tells() == Tells.STEP
                && (line.access() == Access.READ || line.access() == Access.WRITE || line.access() == Access.UPDATE)
                && line.note() == null
                && !words.contains(line.word());
    }

    private static List<String> texts(List<Line> lines) {
        Line line = lines.get(0);
        if (lines.size() > 1) {
            return List.of("… " + lines.size() + " steps on words of its own");
        }
        return wrapped(line.tells() == Tells.END ? "⇒ " + line.text() : line.text());
    }

    private static List<String> notes(Line line) {
        String note = line.note();
        return note == null || note.isEmpty() ? List.of() : wrapped(note);
    }

    /** The text in lines that are not too long, broken at blanks. */
    private static List<String> wrapped(String text) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (line.length() > 0 && line.length() + 1 + word.length() > MAX_TEXT) {
                lines.add(line.toString());
                line.setLength(0);
                line.append("  ");
            } else if (line.length() > 0) {
                line.append(' ');
            }
            line.append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    private int textWidth(int actor) {
        int longest = rows.stream()
                .flatMap(row -> row.isFolded()
                        ? row.first().actor() == actor ? texts(row.lines).stream() : Stream.of()
                        : row.lines.stream()
                                .filter(line -> line.actor() == actor)
                                .flatMap(line -> Stream.concat(texts(List.of(line)).stream(), notes(line).stream())))
                .mapToInt(String::length)
                .max()
                .orElse(0);
        return (int) Math.ceil(
                Math.max(longest * CHARACTER, transcript.actors().get(actor).length() * 8.0));
    }

    /** How far lanes are apart: the names stand at two heights, and new values beside their lane. */
    private int gap() {
        int name = words.stream().mapToInt(String::length).max().orElse(0);
        int value = transcript.lines().stream()
                .filter(line -> words.contains(line.word()))
                .mapToInt(line -> becomes(line).length())
                .max()
                .orElse(0);
        return (int) Math.max(84, Math.max(name * CHARACTER / 2 + 8, value * SMALL_CHARACTER + 16));
    }

    /** The value of the word after the line; empty if it does not change. */
    private static String becomes(Line line) {
        String change = line.change();
        return change == null ? "" : change.substring(change.indexOf(" -> ") + 4);
    }

    private int mostLocks(int actor) {
        return most(actor, line -> line.access() == Access.LOCK ? 1 : line.access() == Access.UNLOCK ? -1 : 0);
    }

    private int mostBuffered(int actor) {
        return most(
                actor, line -> line.relaxation() == Relaxation.BUFFERED ? 1 : line.tells() == Tells.MEMORY ? -1 : 0);
    }

    private int most(int actor, ToIntFunction<Line> change) {
        int now = 0;
        int most = 0;
        for (Line line : transcript.lines()) {
            if (line.actor() == actor) {
                now += change.applyAsInt(line);
                most = Math.max(most, now);
            }
        }
        return most;
    }

    private Markup draw(String title) {
        turns();
        frame();
        rows.forEach(this::row);
        int end = rows.get(rows.size() - 1).y;
        for (int actor = 0; actor < sides.size(); actor++) {
            List.copyOf(held.get(actor)).forEach(span -> lockBar(span, end));
            List.copyOf(buffered.get(actor)).forEach(span -> bufferBar(span, end));
        }
        return tag("svg", tag("title", title), tag("desc", described()), behind, front)
                .with("xmlns", "http://www.w3.org/2000/svg")
                .with("class", "sequence")
                .with("role", "img")
                .with("viewBox", "0 0 " + width + " " + height)
                .with("width", width)
                .with("height", height);
    }

    private String described() {
        int number = 0;
        List<String> sentences = new ArrayList<>();
        for (Line line : transcript.lines()) {
            String who = line.tells() == Tells.MEMORY ? "" : transcript.actors().get(line.actor()) + ": ";
            String note = line.note() == null || line.note().isEmpty() ? "" : " (" + line.note() + ")";
            String prefix = line.tells() == Tells.STEP ? ++number + " " : "";
            sentences.add(prefix + who + line.text() + note);
        }
        return String.join(". ", sentences) + ".";
    }

    /** Shades every other turn, so that one sees where another actor goes on. */
    private void turns() {
        boolean shaded = false;
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            if (i > 0 && rows.get(i - 1).first().actor() != row.first().actor()) {
                shaded = !shaded;
            }
            if (shaded && !row.isEnd()) {
                behind.add(rectangle("turn", 0, row.y - 12, width, row.height));
            }
        }
    }

    /** The lanes with their heads. */
    private void frame() {
        int end = rows.get(rows.size() - 1).y - 10;
        for (int actor = 0; actor < sides.size(); actor++) {
            Side side = sides.get(actor);
            behind.add(line("life", side.x, 26, side.x, end));
            int name = side.text() + side.inwards * 6;
            front.add(text("who", name, 18, transcript.actors().get(actor)).with("text-anchor", side.anchor()));
        }
        lanes.forEach((word, x) -> {
            int y = words.indexOf(word) % 2 == 0 ? 16 : 32;
            behind.add(line("lane", x, y + 6, x, end));
            front.add(centred("word", x, y, word));
            initially(word).ifPresent(value -> front.add(centred("value", x, 52, value)));
        });
    }

    /** What is in the word before anything happens to it; empty if nothing does. */
    private Optional<String> initially(String word) {
        return transcript.lines().stream()
                .filter(line -> word.equals(line.word()))
                .map(Line::change)
                .filter(change -> change != null)
                .map(change -> change.substring(0, change.indexOf(" -> ")))
                .findFirst();
    }

    private void row(Row row) {
        if (row.isEnd()) {
            row.lines.forEach(line -> end(row, line));
            return;
        }
        Line line = row.first();
        String details = row.lines.stream().map(each -> details(row, each)).collect(Collectors.joining("\n"));
        Markup step = details.isEmpty() ? tag("g") : tag("g", tag("title", details));
        if (row.number > 0) {
            String last = row.isFolded() ? "–" + (row.number + row.lines.size() - 1) : "";
            step.add(text("number", 30, row.y + 4, row.number + last).with("text-anchor", "end"));
        }
        if (!row.isFolded()) {
            effect(step, row, line);
        }
        front.add(step.add(words(row, row.lines)));
    }

    private void end(Row row, Line line) {
        boolean stuck = line.word() != null;
        front.add(words(row, List.of(line)));
        behind.add(rectangle(stuck ? "end stuck" : "end", sides.get(line.actor()).x - 5, row.y - 10, 10, 4));
    }

    /** What the picture has no room for: what was folded, what became of the word, and the line of model code. */
    private static String details(Row row, Line line) {
        String change = line.change() == null ? "" : line.word() + ": " + line.change();
        return Stream.of(
                        row.isFolded() ? line.text() : "",
                        change,
                        line.site() == null ? "" : line.site().toString())
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining("; "));
    }

    /** What the lines say, at their actor's side. */
    private Markup words(Row row, List<Line> told) {
        Line line = told.get(0);
        Side side = sides.get(line.actor());
        List<String> texts = texts(told);
        List<String> notes = told.size() > 1 ? List.of() : notes(line);
        Markup lines = tag("g").with("class", style(line, told.size() > 1)).with("text-anchor", side.anchor());
        int x = side.text() - side.inwards * 8;
        for (int i = 0; i < texts.size() + notes.size(); i++) {
            boolean note = i >= texts.size();
            String text = note ? notes.get(i - texts.size()) : texts.get(i);
            Markup shown = tag("text", text).with("x", x).with("y", row.y + 4 + LINE * i);
            lines.add(note ? shown.with("class", "note") : shown);
        }
        return lines;
    }

    private String style(Line line, boolean folded) {
        if (folded || isAlone(line, words)) {
            return "alone";
        }
        if (line.relaxation() == Relaxation.STALE) {
            return "stale";
        }
        return switch (line.tells()) {
            case STEP -> "does";
            case MEMORY -> "memory";
            case WAIT -> "wait";
            case END -> line.word() == null ? "fate" : "fate stuck";
        };
    }

    /** What the line does to its word, to locks, and to the store buffer. */
    private void effect(Markup step, Row row, Line line) {
        Side side = sides.get(line.actor());
        Access access = line.access();
        if (line.tells() == Tells.WAIT) {
            behind.add(line("waiting", side.x, row.y, side.x, wakes(row)));
            return;
        }
        if (line.tells() == Tells.MEMORY) {
            drains(step, row, line);
            return;
        }
        if (access == Access.FENCE) {
            step.add(line("fence", side.x - 9, row.y, side.x + 9, row.y));
            return;
        }
        step.add(tag("circle")
                .with("class", "dot")
                .with("cx", side.x)
                .with("cy", row.y)
                .with("r", 2.5));
        if (access == Access.LOCK) {
            held.get(line.actor()).add(new Span(line.actor(), word(line), freeSlot(held.get(line.actor())), row.y));
        } else if (access == Access.UNLOCK) {
            held.get(line.actor()).stream()
                    .filter(span -> span.word.equals(line.word()))
                    .findFirst()
                    .ifPresent(span -> {
                        lockBar(span, row.y);
                        held.get(line.actor()).remove(span);
                    });
        }
        if (line.relaxation() == Relaxation.BUFFERED) {
            int slot = freeSlot(buffered.get(line.actor()));
            buffered.get(line.actor()).add(new Span(line.actor(), word(line), slot, row.y));
            arrow(step, "write", side.x, side.buffer(slot) - side.inwards * 4, row.y);
        } else {
            meets(step, row, line, side);
        }
    }

    private static String word(Line line) {
        String word = line.word();
        return word == null ? "" : word;
    }

    private void meets(Markup step, Row row, Line line, Side side) {
        Integer lane = lanes.get(word(line));
        if (line.access() == Access.READ) {
            Span own = buffered.get(line.actor()).stream()
                    .filter(span -> span.word.equals(line.word()))
                    .findFirst()
                    .orElse(null);
            Integer from = own == null ? lane : Integer.valueOf(side.buffer(own.slot));
            if (from != null) {
                String style = line.relaxation() == Relaxation.STALE ? "read stale" : "read";
                arrow(step, style, from, side.x + side.inwards * 3, row.y);
            }
        } else if (lane != null) {
            boolean reads = line.access() == Access.UPDATE || line.access() == Access.LOCK;
            int from = side.x + side.inwards * 3;
            arrow(step, "write", from, lane, row.y);
            if (reads) {
                step.add(head("write", from, row.y, -side.inwards));
            }
            value(step, row, line, lane, side);
        }
    }

    private void drains(Markup step, Row row, Line line) {
        Side side = sides.get(line.actor());
        Span span = buffered.get(line.actor()).poll();
        if (span == null) {
            return;
        }
        bufferBar(span, row.y);
        Integer lane = lanes.get(span.word);
        if (lane != null) {
            arrow(step, "write drain", side.buffer(span.slot), lane, row.y);
            value(step, row, line, lane, side);
        }
    }

    private void value(Markup step, Row row, Line line, int lane, Side side) {
        String value = becomes(line);
        if (!value.isEmpty()) {
            String anchor = side.inwards > 0 ? "start" : "end";
            step.add(text("value", lane + side.inwards * 6, row.y + 4, value).with("text-anchor", anchor));
        }
    }

    /** Where the actor goes on that waits since {@code row}. */
    private int wakes(Row row) {
        return rows.stream()
                .filter(other -> other.y > row.y
                        && (other.isEnd()
                                || other.first().actor() == row.first().actor()))
                .mapToInt(Row::y)
                .findFirst()
                .orElse(row.y);
    }

    private static int freeSlot(Collection<Span> spans) {
        return IntStream.iterate(0, slot -> slot + 1)
                .filter(slot -> spans.stream().noneMatch(span -> span.slot == slot))
                .findFirst()
                .orElseThrow();
    }

    private void lockBar(Span span, int to) {
        int x = sides.get(span.actor).lock(span.slot);
        behind.add(bar("lock", span, x, to, "holds " + span.word));
        if ((to - span.from) > span.word.length() * SMALL_CHARACTER + 8) {
            int middle = (span.from + to) / 2;
            behind.add(centred("lockname", x, middle, span.word)
                    .with("transform", "rotate(-90 " + x + " " + middle + ") translate(0 3)"));
        }
    }

    private void bufferBar(Span span, int to) {
        behind.add(bar(
                "buffer", span, sides.get(span.actor).buffer(span.slot), to, span.word + " waits in the store buffer"));
    }

    private static Markup bar(String style, Span span, int x, int to, String title) {
        return tag("g", tag("title", title), rectangle(style, x - 5, span.from - 4, 10, to - span.from + 8));
    }

    private static void arrow(Markup step, String style, int from, int to, int y) {
        int direction = to > from ? 1 : -1;
        step.add(line(style, from, y, to - direction * 4, y));
        step.add(head(style, to, y, direction));
    }

    private static Markup head(String style, int x, int y, int direction) {
        int back = x - direction * 8;
        return tag("path")
                .with("class", "head " + style)
                .with("d", "M" + x + " " + y + "L" + back + " " + (y - 4) + "V" + (y + 4) + "Z");
    }

    private static Markup line(String style, int x1, int y1, int x2, int y2) {
        return tag("path").with("class", style).with("d", "M" + x1 + " " + y1 + "L" + x2 + " " + y2);
    }

    private static Markup rectangle(String style, int x, int y, int width, int height) {
        return tag("rect")
                .with("class", style)
                .with("x", x)
                .with("y", y)
                .with("width", width)
                .with("height", height);
    }

    private static Markup centred(String style, int x, int y, String text) {
        return text(style, x, y, text).with("text-anchor", "middle");
    }

    private static Markup text(String style, int x, int y, String text) {
        return tag("text", text).with("class", style).with("x", x).with("y", y);
    }
}
