// SPDX-License-Identifier: Apache-2.0
package pagerace.report.html;

import static pagerace.report.html.Markup.tag;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An actor's lane in a {@link SequenceDiagram}: on its outer side bars for the locks that it holds and then its text, on its
 * inner side bars for the stores that wait in its buffer. Bars are drawn when they end.
 */
final class ActorLane {
    /** How much room a bar takes. */
    static final int SLOT = 14;

    private static final int BAR = 10;

    /** Something that lasts: a lock that is held, a store that waits. */
    private record Span(String word, int slot, int from) {}

    private final int x;
    private final int inwards;
    private final int locks;
    private final Markup picture;
    private final List<Span> held = new ArrayList<>();
    private final List<Span> waiting = new ArrayList<>();

    /**
     * A lane.
     *
     * @param x where it is
     * @param inwards 1 if the words are on its right, -1 if on its left
     * @param locks how many locks it holds at most
     * @param picture where bars are drawn
     */
    ActorLane(int x, int inwards, int locks, Markup picture) {
        this.x = x;
        this.inwards = inwards;
        this.locks = locks;
        this.picture = picture;
    }

    int x() {
        return x;
    }

    /** {@code distance} from the lane towards the words. */
    int inside(int distance) {
        return x + inwards * distance;
    }

    /** {@code distance} beyond {@code lane}, as seen from here. */
    int beyond(int lane, int distance) {
        return lane + inwards * distance;
    }

    /** The anchor of text that ends at the actor, or begins there. */
    String anchor() {
        return inwards > 0 ? "end" : "start";
    }

    /** The anchor of text beyond a word's lane. */
    String anchorBeyond() {
        return inwards > 0 ? "start" : "end";
    }

    /** Where text begins or ends. */
    int text() {
        return inside(-SLOT * locks - 16);
    }

    void locks(String word, int y) {
        held.add(new Span(word, freeSlot(held), y));
    }

    void unlocks(String word, int y) {
        held.stream().filter(span -> span.word.equals(word)).findFirst().ifPresent(span -> {
            lockBar(span, y);
            held.remove(span);
        });
    }

    /** Begins to draw a store that waits; returns where its bar is. */
    int buffers(String word, int y) {
        Span span = new Span(word, freeSlot(waiting), y);
        waiting.add(span);
        return buffer(span);
    }

    /** Where the store to {@code word} waits that the actor itself reads; null if none does. */
    @Nullable
    Integer waits(@Nullable String word) {
        return waiting.stream()
                .filter(span -> span.word.equals(word))
                .map(this::buffer)
                .reduce((earlier, later) -> later)
                .orElse(null);
    }

    /** The oldest store leaves the buffer; returns where it was. Stores leave in the order in which they came. */
    int drains(int y) {
        Span span = waiting.remove(0);
        bufferBar(span, y);
        return buffer(span);
    }

    /** Draws what lasts to the end of the schedule. */
    void end(int y) {
        held.forEach(span -> lockBar(span, y));
        waiting.forEach(span -> bufferBar(span, y));
    }

    private int buffer(Span span) {
        return inside(SLOT * span.slot + 12);
    }

    private static int freeSlot(List<Span> spans) {
        return IntStream.iterate(0, slot -> slot + 1)
                .filter(slot -> spans.stream().noneMatch(span -> span.slot == slot))
                .findFirst()
                .orElseThrow();
    }

    private void lockBar(Span span, int to) {
        int at = inside(-SLOT * span.slot - 10);
        bar("lock", span, at, to, "holds " + span.word);
        if (to - span.from > Svg.small(span.word) + 8) {
            int middle = (span.from + to) / 2;
            picture.add(Svg.text("lockname", at, middle, "middle", span.word)
                    .with("transform", "rotate(-90 " + at + " " + middle + ") translate(0 3)"));
        }
    }

    private void bufferBar(Span span, int to) {
        bar("buffer", span, buffer(span), to, span.word + " waits in the store buffer");
    }

    private void bar(String style, Span span, int at, int to, String title) {
        Markup rectangle = Svg.rectangle(style, at - BAR / 2, span.from - 4, BAR, to - span.from + 8);
        picture.add(tag("g", tag("title", title), rectangle));
    }
}
