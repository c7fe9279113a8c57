// SPDX-License-Identifier: Apache-2.0
package pagerace.report.html;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import pagerace.explore.Site;
import pagerace.explore.Transcript;
import pagerace.explore.Transcript.Line;
import pagerace.explore.Transcript.Relaxation;
import pagerace.explore.Transcript.Tells;
import pagerace.explore.Transcript.Use;

class SequenceDiagramTest {
    private final List<Line> lines = new ArrayList<>();

    private void step(int actor, Use access, @Nullable String word, @Nullable String change) {
        step(actor, access, word, change, null, null);
    }

    private void step(
            int actor,
            Use access,
            @Nullable String word,
            @Nullable String change,
            @Nullable String note,
            @Nullable Relaxation relaxation) {
        Site site = new Site("pagerace.mm.op.Fork", "copyPte", 100 + lines.size());
        lines.add(new Line(Tells.STEP, actor, access + " " + word, access, word, change, note, relaxation, site));
    }

    private void line(Tells tells, int actor, String text, @Nullable String word, @Nullable String change) {
        lines.add(new Line(tells, actor, text, null, word, change, null, null, null));
    }

    private String drawn() {
        return drawn(List.of("left", "right"));
    }

    private String drawn(List<String> actors) {
        return SequenceDiagram.of("a title", new Transcript(actors, lines), "LOST: the store is gone")
                .toString();
    }

    private void storeBuffering() {
        step(0, Use.WRITE, "x", null, "waits in the store buffer", Relaxation.BUFFERED);
        step(0, Use.READ, "y", null);
        step(1, Use.WRITE, "y", "0 -> 1");
        step(1, Use.READ, "x", null, "1 still waits", Relaxation.STALE);
        line(Tells.MEMORY, 0, "left's store buffer drains: x 0 -> 1", "x", "0 -> 1");
        line(Tells.END, 0, "SAW 0", null, null);
        line(Tells.END, 1, "SAW 0", null, null);
    }

    /** The numbers of the only element that matches. */
    private static int[] only(String picture, String pattern) {
        List<MatchResult> found =
                Pattern.compile(pattern).matcher(picture).results().toList();
        assertThat(found).as(pattern).hasSize(1);
        MatchResult one = found.get(0);
        int[] numbers = new int[one.groupCount()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Integer.parseInt(one.group(i + 1));
        }
        return numbers;
    }

    @Test
    void aStoreWaitsInItsBufferUntilAnArrowTakesItToItsLane() {
        storeBuffering();
        String picture = drawn();
        int[] bar = only(picture, "<rect class=\"buffer\" x=\"(\\d+)\" y=\"(\\d+)\" width=\"10\" height=\"(\\d+)\"");
        int[] arrow = only(picture, "<path class=\"write drain\" d=\"M(\\d+) (\\d+)H(\\d+)M");
        int lane = only(picture, "<text class=\"word\" x=\"(\\d+)\" y=\"\\d+\" text-anchor=\"middle\">x<")[0];
        assertThat(arrow[0]).isEqualTo(bar[0] + 5);
        assertThat(arrow[1]).isEqualTo(bar[1] + bar[2] - 4);
        assertThat(arrow[2]).isBetween(lane - 4, lane + 4);
    }

    @Test
    void theLastLineSaysWhatCameOfIt() {
        storeBuffering();
        String picture = drawn();
        int[] line = only(picture, "<text class=\"outcome\" x=\"\\d+\" y=\"(\\d+)\">⇒ LOST: the store is gone<");
        assertThat(picture.indexOf("⇒ LOST")).isGreaterThan(picture.lastIndexOf("⇒ SAW 0"));
        assertThat(line[0]).isLessThan(only(picture, "viewBox=\"0 0 \\d+ (\\d+)\"")[0]);
    }

    @Test
    void aStaleReadIsDrawnAsOne() {
        storeBuffering();
        assertThat(drawn()).containsOnlyOnce("<path class=\"read stale\"").contains(">1 still waits</text>");
    }

    @Test
    void onlyWordsOverWhichTheActorsMeetHaveALane() {
        step(0, Use.WRITE, "mine", "0 -> 1");
        step(0, Use.READ, "constant", null);
        step(1, Use.READ, "constant", null);
        step(0, Use.LOCK, "lock", "free -> held");
        step(0, Use.UPDATE, "shared", "0 -> 1");
        step(0, Use.UNLOCK, "lock", "held -> free");
        step(1, Use.LOCK, "lock", "free -> held");
        step(1, Use.READ, "shared", null);
        step(1, Use.UNLOCK, "lock", "held -> free");
        line(Tells.END, 0, "DONE", null, null);
        line(Tells.END, 1, "DONE", null, null);
        assertThat(Pattern.compile("class=\"word\"[^>]*>([^<]*)<")
                        .matcher(drawn())
                        .results())
                .extracting(found -> found.group(1))
                .containsExactly("shared");
        assertThat(Pattern.compile("<rect class=\"lock\"").matcher(drawn()).results())
                .hasSize(2);
    }

    @Test
    void aLockThatIsNeverGivenBackIsHeldToTheEnd() {
        step(0, Use.LOCK, "lock", "free -> held");
        line(Tells.WAIT, 1, "waits for lock (held by left)", "lock", null);
        step(0, Use.FENCE, null, null);
        line(Tells.END, 0, "waits for ever for other", "other", null);
        line(Tells.END, 1, "waits for ever for lock (held by left)", "lock", null);
        String picture = drawn();
        int[] bar = only(picture, "<rect class=\"lock\" x=\"\\d+\" y=\"(\\d+)\" width=\"10\" height=\"(\\d+)\"");
        int end = Integer.parseInt(Pattern.compile("<rect class=\"end stuck\" x=\"\\d+\" y=\"(\\d+)\"")
                .matcher(picture)
                .results()
                .findFirst()
                .orElseThrow()
                .group(1));
        assertThat(bar[0] + bar[1]).isGreaterThan(end);
        int[] waiting = only(picture, "<path class=\"waiting\" d=\"M\\d+ (\\d+)L\\d+ (\\d+)\"");
        assertThat(waiting[1]).isGreaterThan(waiting[0]);
    }

    @Test
    void foldsStepsOverWhichNobodyCanMeet() {
        step(0, Use.READ, "a", null);
        step(0, Use.READ, "b", null);
        step(0, Use.WRITE, "c", "0 -> 1");
        step(0, Use.FENCE, null, null);
        step(1, Use.READ, "a", null);
        step(1, Use.READ, "b", null);
        line(Tells.END, 0, "DONE", null, null);
        line(Tells.END, 1, "DONE", null, null);
        assertThat(drawn())
                .contains("… 3 steps over which they cannot meet", ">1–3<", ">4<", ">5<", ">READ b<")
                .contains(
                        "READ a; Fork.copyPte:100\nREAD b; Fork.copyPte:101\nWRITE c; c: 0 -&gt; 1; Fork.copyPte:102");
    }

    @Test
    void tellsTheScheduleToWhoCannotSeeIt() {
        storeBuffering();
        assertThat(drawn()).contains("""
                <title>a title</title><desc>1 left: WRITE x (waits in the store buffer). 2 left: READ y. 3 right: WRITE y. \
                4 right: READ x (1 still waits). left's store buffer drains: x 0 -&gt; 1. left: SAW 0. right: SAW 0. LOST: the store is gone.</desc>""");
    }

    private static int xOfLine(String picture, String text) {
        return only(picture, "<text x=\"(\\d+)\" y=\"\\d+\">" + Pattern.quote(text) + "<")[0];
    }

    /** At the height of its arrow, the picture has no text but its own: the second actor's column is empty there. */
    @Test
    void aThirdActorHasAColumnOfItsOwnAndReachesTheWordsThroughAnEmptyRow() {
        step(0, Use.READ, "x", null);
        step(1, Use.READ, "x", null);
        step(2, Use.WRITE, "x", "0 -> 1");
        step(2, Use.LOCK, "lock", "free -> held");
        line(Tells.END, 0, "SAW 0", null, null);
        line(Tells.END, 1, "SAW 00", null, null);
        line(Tells.END, 2, "DONE", null, null);
        String picture = drawn(List.of("left", "right", "third"));
        int[] arrow = only(picture, "<path class=\"write\" d=\"M(\\d+) (\\d+)H(\\d+)M");
        int word = only(picture, "<text class=\"word\" x=\"(\\d+)\" y=\"\\d+\" text-anchor=\"middle\">x<")[0];
        int end = xOfLine(picture, "⇒ SAW 00") + Svg.width("⇒ SAW 00");
        assertThat(xOfLine(picture, "⇒ DONE")).isGreaterThan(arrow[0]);
        assertThat(arrow[0]).isGreaterThan(end);
        assertThat(arrow[2]).isEqualTo(word + 4);
        assertThat(Pattern.compile("<text [^>]*y=\"" + (arrow[1] + 4) + "\"[^>]*>([^<]*)<")
                        .matcher(picture)
                        .results()
                        .map(found -> found.group(1)))
                .containsExactly("3", "1", "WRITE x");
        assertThat(Pattern.compile("<(?:path class=\"life\"|rect class=\"end\")")
                        .matcher(picture)
                        .results())
                .hasSize(6);
        assertThat(only(picture, "<rect class=\"lock\" x=\"(\\d+)\"")[0]).isGreaterThan(arrow[0]);
        assertThat(picture).contains(">third</text>", "3 third: WRITE x. ", "third: DONE. ");
    }
}
