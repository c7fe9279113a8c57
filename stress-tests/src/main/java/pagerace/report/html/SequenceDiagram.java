// SPDX-License-Identifier: Apache-2.0
package pagerace.report.html;

import static pagerace.report.html.Markup.tag;

import java.util.ArrayList;
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
import pagerace.explore.Transcript.Line;
import pagerace.explore.Transcript.Relaxation;
import pagerace.explore.Transcript.Tells;
import pagerace.explore.Transcript.Use;

/**
 * A schedule as a picture, time downwards: the first actor's steps on the left, those of the others on the right, each beside its
 * lane. Between the first lane and the others is one for each word over which they meet, which is one that two of them touch and
 * somebody changes. At any height but the last only one actor has text, so an arrow of the third crosses none of the second. Locks
 * are bars along the lane of who holds them; a store that waits in its buffer is a dashed bar, which ends where an arrow takes it to
 * its word. Steps over which nobody can meet are folded where there are several in a row.
 */
final class SequenceDiagram {
    private static final int NUMBERS = 34;
    private static final int HEAD = 78;
    private static final int LEAST_GAP = 84;
    private static final String BECOMES = " -> ";

    private final Transcript transcript;
    private final String outcome;
    private final List<String> words;
    private final List<ScheduleRow> rows;
    private final List<ActorLane> actors = new ArrayList<>();
    private final Map<String, Integer> lanes = new LinkedHashMap<>();
    private final int width;

    private final Markup behind = tag("g");
    private final Markup front = tag("g");

    private SequenceDiagram(Transcript transcript, String outcome) {
        this.transcript = transcript;
        this.outcome = outcome;
        this.words = meetingWords(transcript);
        this.rows = ScheduleRow.of(transcript, words, HEAD);
        int x = NUMBERS + outside(0) - 8;
        actors.add(new ActorLane(x, 1, mostLocks(0), behind));
        x += inside(0);
        int gap = gap();
        for (String word : words) {
            lanes.put(word, x + gap / 2);
            x += gap;
        }
        for (int actor = 1; actor < transcript.actors().size(); actor++) {
            x += inside(actor);
            actors.add(new ActorLane(x, -1, mostLocks(actor), behind));
            x += outside(actor);
        }
        this.width = x;
    }

    /** How much room an actor needs on the side of its lane where its locks and its text are. */
    private int outside(int actor) {
        return ActorLane.SLOT * mostLocks(actor) + 20 + textWidth(actor);
    }

    /** The same on the side where its stores wait. */
    private int inside(int actor) {
        return 40 + ActorLane.SLOT * mostWaiting(actor);
    }

    /**
     * The picture. Who cannot see it hears its title and then the transcript.
     *
     * @param title what it shows
     * @param outcome what came of it, which no actor alone can tell
     */
    static Markup of(String title, Transcript transcript, String outcome) {
        return new SequenceDiagram(transcript, outcome).draw(title);
    }

    /** The words over which the actors meet, in the order in which they are first touched. */
    private static List<String> meetingWords(Transcript transcript) {
        Map<String, Set<Integer>> touched = new LinkedHashMap<>();
        Set<String> changed = new LinkedHashSet<>();
        Set<String> data = new LinkedHashSet<>();
        for (Line line : transcript.lines()) {
            String word = line.word();
            Use access = line.access();
            if (word == null || access == null) {
                continue;
            }
            touched.computeIfAbsent(word, unused -> new LinkedHashSet<>()).add(line.actor());
            if (access != Use.READ) {
                changed.add(word);
            }
            if (access != Use.LOCK && access != Use.UNLOCK) {
                data.add(word);
            }
        }
        touched.values().removeIf(actors -> actors.size() < 2);
        return touched.keySet().stream()
                .filter(word -> changed.contains(word) && data.contains(word))
                .toList();
    }

    private int textWidth(int actor) {
        int longest = rows.stream().mapToInt(row -> row.widest(actor)).max().orElse(0);
        return Math.max(
                Svg.width(" ".repeat(longest)), Svg.width(transcript.actors().get(actor) + "  "));
    }

    /** How far lanes are apart: their names stand at two heights by turns, new values beside them. */
    private int gap() {
        int names = words.stream().mapToInt(Svg::width).max().orElse(0);
        int values = transcript.lines().stream()
                .filter(line -> words.contains(line.word()))
                .mapToInt(line -> Svg.small(becomes(line)))
                .max()
                .orElse(0);
        return Math.max(LEAST_GAP, Math.max(names / 2 + 8, values + 16));
    }

    private int mostLocks(int actor) {
        return most(actor, line -> line.access() == Use.LOCK ? 1 : line.access() == Use.UNLOCK ? -1 : 0);
    }

    private int mostWaiting(int actor) {
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
        ScheduleRow last = rows.get(rows.size() - 1);
        turns();
        frame(last.y() - 10);
        rows.forEach(this::row);
        actors.forEach(actor -> actor.end(last.y()));
        int y = last.y() + last.height() + ScheduleRow.LINE;
        for (String line : ScheduleRow.wrapped("⇒ " + outcome, (width - NUMBERS) / Svg.width(" "))) {
            front.add(Svg.text("outcome", NUMBERS, y, line));
            y += ScheduleRow.LINE;
        }
        return Svg.picture("sequence", title, description(), width, y).add(behind, front);
    }

    private String description() {
        int number = 0;
        List<String> sentences = new ArrayList<>();
        for (Line line : transcript.lines()) {
            String step = line.tells() == Tells.STEP ? ++number + " " : "";
            String who = line.tells() == Tells.MEMORY ? "" : name(line) + ": ";
            String note = line.note() == null || line.note().isEmpty() ? "" : " (" + line.note() + ")";
            sentences.add(step + who + line.text() + note);
        }
        sentences.add(outcome);
        return String.join(". ", sentences) + ".";
    }

    private String name(Line line) {
        return transcript.actors().get(line.actor());
    }

    /** Shades every other turn, so that one sees where another actor goes on. */
    private void turns() {
        boolean shaded = false;
        int actor = rows.get(0).first().actor();
        for (ScheduleRow row : rows) {
            shaded ^= row.first().actor() != actor;
            actor = row.first().actor();
            if (shaded && !row.isEnd()) {
                behind.add(Svg.rectangle("turn", 0, row.y() - 12, width, row.height()));
            }
        }
    }

    /** The lanes with their heads. */
    private void frame(int end) {
        for (int i = 0; i < actors.size(); i++) {
            ActorLane actor = actors.get(i);
            behind.add(Svg.line("life", actor.x(), 26, actor.x(), end));
            front.add(Svg.text(
                    "who", actor.text(), 18, actor.anchor(), transcript.actors().get(i)));
        }
        lanes.forEach((word, x) -> {
            int y = words.indexOf(word) % 2 == 0 ? 16 : 32;
            behind.add(Svg.line("lane", x, y + 6, x, end));
            front.add(Svg.text("word", x, y, "middle", word));
            atFirst(word).ifPresent(value -> front.add(Svg.text("value", x, 52, "middle", value)));
        });
    }

    /** What is in the word before anything happens to it; empty if nothing does. */
    private Optional<String> atFirst(String word) {
        return transcript.lines().stream()
                .filter(line -> word.equals(line.word()))
                .flatMap(line -> Stream.ofNullable(line.change()))
                .map(change -> change.substring(0, change.indexOf(BECOMES)))
                .findFirst();
    }

    /** The value of the word after the line; empty if it does not change. */
    private static String becomes(Line line) {
        String change = line.change();
        return change == null ? "" : change.substring(change.indexOf(BECOMES) + BECOMES.length());
    }

    private void row(ScheduleRow row) {
        if (row.isEnd()) {
            row.lines().forEach(line -> end(row, line));
            return;
        }
        String details = row.lines().stream().map(line -> details(row, line)).collect(Collectors.joining("\n"));
        Markup step = details.isEmpty() ? tag("g") : tag("g", tag("title", details));
        if (row.number() > 0) {
            step.add(Svg.text("number", NUMBERS - 4, row.y() + 4, row.numbers()));
        }
        if (!row.isFolded()) {
            effect(step, row, row.first());
        }
        front.add(step.add(words(row, row.first())));
    }

    private void end(ScheduleRow row, Line line) {
        String style = line.word() == null ? "end" : "end stuck";
        behind.add(Svg.rectangle(style, actors.get(line.actor()).x() - 5, row.y() - 10, 10, 4));
        front.add(words(row, line));
    }

    /** What there is no room for: what was folded, what became of the word, and the line of model code. */
    private static String details(ScheduleRow row, Line line) {
        String change = line.change() == null ? "" : line.word() + ": " + line.change();
        String site = line.site() == null ? "" : line.site().toString();
        return Stream.of(row.isFolded() ? line.text() : "", change, site)
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining("; "));
    }

    /** What the line says, beside its actor. */
    private Markup words(ScheduleRow row, Line line) {
        ActorLane actor = actors.get(line.actor());
        List<String> texts = row.texts(line);
        List<String> notes = row.notes(line);
        Markup words = tag("g").with("class", style(row, line)).with("text-anchor", actor.anchor());
        IntStream.range(0, texts.size() + notes.size()).forEach(i -> {
            boolean isNote = i >= texts.size();
            Markup text = tag("text", isNote ? notes.get(i - texts.size()) : texts.get(i))
                    .with("x", actor.text())
                    .with("y", row.y() + 4 + ScheduleRow.LINE * i);
            words.add(isNote ? text.with("class", "note") : text);
        });
        return words;
    }

    private String style(ScheduleRow row, Line line) {
        if (row.isFolded() || ScheduleRow.isAlone(line, words)) {
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

    private void effect(Markup step, ScheduleRow row, Line line) {
        ActorLane actor = actors.get(line.actor());
        switch (line.tells()) {
            case STEP -> step(step, row.y(), line, actor);
            case MEMORY -> {
                if (line.word() != null) {
                    reaches(step, row.y(), line, actor, "write drain", actor.drains(row.y()));
                }
            }
            case WAIT -> behind.add(Svg.line("waiting", actor.x(), row.y(), actor.x(), goesOn(row)));
            case END -> {}
        }
    }

    /** Where the actor goes on that waits since {@code row}. */
    private int goesOn(ScheduleRow row) {
        return rows.stream()
                .filter(later -> later.y() > row.y()
                        && (later.isEnd()
                                || later.first().actor() == row.first().actor()))
                .mapToInt(ScheduleRow::y)
                .findFirst()
                .orElse(row.y());
    }

    /** What a step does to its word, to locks, and to the store buffer. */
    private void step(Markup step, int y, Line line, ActorLane actor) {
        String word = line.word();
        if (word == null) {
            String style = line.text().startsWith("smp_mb(") ? "fence" : "fence light";
            step.add(Svg.line(style, actor.x() - 9, y, actor.x() + 9, y));
            return;
        }
        step.add(Svg.dot("dot", actor.x(), y, 2.5));
        if (line.access() == Use.LOCK) {
            actor.locks(word, y);
        } else if (line.access() == Use.UNLOCK) {
            actor.unlocks(word, y);
        }
        if (line.relaxation() == Relaxation.BUFFERED) {
            step.add(Svg.arrow("write", actor.x(), actor.beyond(actor.buffers(word, y), -4), y));
        } else if (line.access() == Use.READ) {
            Integer own = actor.waits(word);
            Integer from = own == null ? lanes.get(word) : own;
            if (from != null) {
                String style = line.relaxation() == Relaxation.STALE ? "read stale" : "read";
                step.add(Svg.arrow(style, from, actor.inside(3), y));
            }
        } else {
            String style = line.relaxation() == Relaxation.STALE ? "write stale" : "write";
            reaches(step, y, line, actor, style, actor.inside(3));
        }
    }

    /** An arrow from {@code from} to the lane of the word that the line changes, and what becomes of it. */
    private void reaches(Markup step, int y, Line line, ActorLane actor, String style, int from) {
        Integer lane = lanes.get(line.word() == null ? "" : line.word());
        if (lane == null) {
            return;
        }
        boolean readsToo = line.access() == Use.UPDATE || line.access() == Use.LOCK;
        step.add(readsToo ? Svg.doubleArrow(style, from, lane, y) : Svg.arrow(style, from, lane, y));
        String value = becomes(line);
        if (!value.isEmpty()) {
            step.add(Svg.text("value", actor.beyond(lane, 6), y + 4, actor.anchorBeyond(), value));
        }
    }
}
