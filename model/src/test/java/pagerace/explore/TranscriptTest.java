// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import pagerace.explore.Transcript.Line;
import pagerace.explore.Transcript.Relaxation;
import pagerace.explore.Transcript.Tells;
import pagerace.explore.Transcript.Use;
import pagerace.race.Catalogue;
import pagerace.race.Outcome;
import pagerace.race.Point;
import pagerace.race.Reachability;

/** What pictures are drawn from: each schedule tells where it leaves sequential consistency, and nothing is left hanging. */
class TranscriptTest {
    private static final Set<Reachability> REACHED =
            Set.of(Reachability.SEQUENTIAL, Reachability.SC, Reachability.TSO, Reachability.WEAK);

    /** Of each race the first point that breaks from each model on. */
    static Stream<Point> broken() {
        Set<String> seen = new HashSet<>();
        return Catalogue.points()
                .filter(point -> REACHED.contains(point.reachableFrom()))
                .filter(point -> seen.add(point.race() + point.reachableFrom()));
    }

    private static Transcript simplest(Point point) {
        Schedule schedule =
                Prediction.untilForbidden(point).under(point.reachableFrom()).schedules().entrySet().stream()
                        .filter(each -> each.getKey().mark() == Outcome.Mark.FORBIDDEN)
                        .findFirst()
                        .orElseThrow()
                        .getValue();
        return Transcript.of(schedule, List.of("first", "second", "third").subList(0, point.actors()));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void tellsWhereItLeavesSequentialConsistency(Point point) {
        List<Line> lines = simplest(point).lines();
        boolean leaves = lines.stream().anyMatch(line -> line.relaxation() != null)
                || lines.stream().anyMatch(line -> line.tells() == Tells.STEP && line.note() != null);
        assertThat(leaves)
                .isEqualTo(point.reachableFrom() == Reachability.TSO || point.reachableFrom() == Reachability.WEAK);
        for (Line line : lines) {
            boolean old = line.access() == Use.READ
                    && line.note() != null
                    && !line.note().equals("from its own store buffer");
            assertThat(line.relaxation() == Relaxation.STALE).as(line.text()).isEqualTo(old);
        }
    }

    @ParameterizedTest
    @MethodSource("broken")
    void aBufferedStoreLeavesItsBufferInOrderOrNever(Point point) {
        Map<Integer, Deque<String>> buffers = new HashMap<>();
        for (Line line : simplest(point).lines()) {
            Deque<String> buffer = buffers.computeIfAbsent(line.actor(), unused -> new ArrayDeque<>());
            if (line.relaxation() == Relaxation.BUFFERED) {
                assertThat(line.access()).isIn(Use.WRITE, Use.UNLOCK);
                assertThat(line.change()).isNull();
                buffer.add(Objects.requireNonNull(line.word()));
            }
            if (line.tells() == Tells.MEMORY) {
                assertThat(buffer.poll()).isEqualTo(line.word());
            }
        }
        assertThat(buffers.values()).allMatch(Deque::isEmpty);
    }

    private static Line changing(String change) {
        return new Line(Tells.STEP, 0, "", Use.UPDATE, "word", change, null, null, null);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "uptodate -> locked,uptodate          | +locked",
                "locked,dirty,uptodate -> uptodate    | -locked -dirty",
                "dirty,uptodate -> writeback,uptodate | +writeback -dirty",
                "pte W,D,A pfn=1 -> pte D,A pfn=1     | -W",
                "pte W,D,A pfn=1 -> pte D,A pfn=2     | pte W,D,A pfn=1 -> pte D,A pfn=2",
                "pte D pfn=1 -> none                  | pte D pfn=1 -> none",
                "0 -> locked                          | 0 -> locked",
                "free -> held                         | free -> held",
                "1025 (1 + 1 pin) -> 1026 (2 + 1 pin) | 1025 (1 + 1 pin) -> 1026 (2 + 1 pin)",
                "1 -> 2                               | 1 -> 2"
            })
    void onlyTheFlagsThatChangedAreNamedAndOfOtherValuesBoth(String change, String difference) {
        assertThat(changing(change).difference()).isEqualTo(difference);
    }

    /** A difference says all that the change says: with the old value, it gives the new one. */
    @ParameterizedTest
    @MethodSource("broken")
    void aDifferenceLosesNothing(Point point) {
        for (Line line : simplest(point).lines()) {
            String change = line.change();
            String difference = line.difference();
            if (change == null || change.equals(difference)) {
                assertThat(difference).isEqualTo(change);
                continue;
            }
            String[] values = change.split(" -> ", -1);
            Set<String> flags = new HashSet<>(List.of(values[0].split("[ ,]", -1)));
            for (String each : Objects.requireNonNull(difference).split(" ", -1)) {
                String flag = each.substring(1);
                assertThat(each.startsWith("+") ? flags.add(flag) : flags.remove(flag))
                        .as(change + " as " + difference)
                        .isTrue();
            }
            assertThat(flags).isEqualTo(Set.of(values[1].split("[ ,]", -1)));
        }
    }

    @ParameterizedTest
    @MethodSource("broken")
    void whatIsUnlockedWasLocked(Point point) {
        Map<Integer, List<String>> held = new HashMap<>();
        for (Line line : simplest(point).lines()) {
            List<String> its = held.computeIfAbsent(line.actor(), unused -> new ArrayList<>());
            if (line.access() == Use.LOCK) {
                its.add(Objects.requireNonNull(line.word()));
            }
            if (line.access() == Use.UNLOCK) {
                assertThat(its.remove(line.word())).as(line.text()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("broken")
    void endsWithTheEndOfEachActor(Point point) {
        List<Line> lines = simplest(point).lines();
        int actors = point.actors();
        assertThat(lines.subList(lines.size() - actors, lines.size()))
                .extracting(Line::tells, Line::actor)
                .containsExactlyElementsOf(IntStream.range(0, actors)
                        .mapToObj(actor -> tuple(Tells.END, actor))
                        .toList());
    }

    private static List<List<Line>> told(String program, MemoryModel model, String endsWith) {
        return Litany.parse(program).explorer().explore(model).schedules().entrySet().stream()
                .filter(each -> each.getKey().endsWith(endsWith))
                .map(each -> Transcript.of(each.getValue(), List.of("first", "second"))
                        .lines())
                .toList();
    }

    @Test
    void whoOnlyHasStoresToWaitForDoesNotWaitForTheLock() {
        List<List<Line>> schedules = told("W x 1, R y, LOCK p, UNLOCK p | W y 1, R x", Tso.MODEL, "");
        assertThat(schedules)
                .hasSize(4)
                .allSatisfy(lines -> assertThat(lines).noneMatch(line -> line.tells() == Tells.WAIT));
    }

    @Test
    void anUpdateOfAnOldValueIsToldToBeLost() {
        List<List<Line>> schedules = told("W x 5, W y 1 | R y, ADD x 1", Weak.MODEL, "x=5 y=1 z=0");
        assertThat(schedules)
                .anySatisfy(lines -> assertThat(lines)
                        .anyMatch(line -> line.access() == Use.UPDATE
                                && line.relaxation() == Relaxation.STALE
                                && String.valueOf(line.note()).endsWith("and is lost")));
    }
}
