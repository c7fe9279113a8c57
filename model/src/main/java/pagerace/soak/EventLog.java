// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The last operations of one thread. Others look only when it does not run any more. */
final class EventLog {
    private static final int KEPT = 1 << 12;

    private final @Nullable Event[] events = new Event[KEPT];
    private int next;

    /**
     * An operation.
     *
     * @param thread whose
     * @param sequence its number within the round
     * @param pfn the folio that it was about, or 0
     * @param end how it ended
     * @param begin when it began and
     * @param finish when it finished, by {@link System#nanoTime}
     */
    record Event(int thread, long round, int sequence, Choice choice, int pfn, Enum<?> end, long begin, long finish) {
        private boolean concerns(Violation violation) {
            Area area = choice.action().area;
            boolean samePage = area == violation.area() && area.object(choice.page()) == area.object(violation.page());
            return samePage || (pfn != 0 && pfn == violation.pfn());
        }

        private String text(long last) {
            return String.format(
                    Locale.ROOT,
                    "  %9d .. %8d ns  thread %d  round %d.%03d  %-17s %-11s %-9s => %s",
                    begin - last,
                    finish - last,
                    thread,
                    round,
                    sequence,
                    choice.action(),
                    choice.action().area.page(choice.page()),
                    pfn == 0 ? "" : "folio " + pfn,
                    end);
        }
    }

    void add(Event event) {
        events[next] = event;
        next = (next + 1) % KEPT;
    }

    /**
     * The last {@code most} operations of all threads that touched what {@code violation} is about, in order; if none on record
     * names it, the last of all.
     */
    static List<String> before(Violation violation, int most, List<EventLog> logs) {
        List<Event> recorded = logs.stream()
                .flatMap(log -> Arrays.stream(log.events))
                .flatMap(event -> Stream.ofNullable(event))
                .sorted(Comparator.comparingLong(Event::finish))
                .toList();
        List<Event> about =
                recorded.stream().filter(event -> event.concerns(violation)).toList();
        List<Event> all = about.isEmpty() ? recorded : about;
        List<Event> kept = all.subList(Math.max(0, all.size() - most), all.size());
        long last = kept.isEmpty() ? 0 : Objects.requireNonNull(kept.get(kept.size() - 1)).finish;
        return kept.stream().map(event -> event.text(last)).toList();
    }
}
