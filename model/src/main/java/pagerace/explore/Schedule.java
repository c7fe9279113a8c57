// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagerace.machine.Format;

/**
 * One execution, as the transitions that make it up. {@link Trace} prints it.
 *
 * @param events the transitions in order
 * @param fates what became of each actor
 * @param words the names of the words
 * @param formats how the values of each word read
 */
public record Schedule(List<Event> events, List<Fate> fates, List<String> words, List<Format> formats) {
    /**
     * One transition.
     *
     * @param actor whose
     * @param access the access; null if memory moved by itself on the actor's behalf
     * @param past what precedes the access in its actor; null exactly if there is no access
     * @param read the value that the access read
     * @param before the memory before
     * @param after the memory after
     */
    public record Event(
            int actor, @Nullable Access access, @Nullable Past past, long read, Memory before, Memory after) {}

    /**
     * What became of an actor; exactly one of the two is there.
     *
     * @param end what it returned
     * @param waiting the access that it waits for, for ever
     */
    public record Fate(@Nullable Object end, @Nullable Access waiting) {}

    /** How often another actor took over; what memory does by itself is nobody's turn. */
    public int switches() {
        int switches = 0;
        int running = -1;
        for (Event event : events) {
            if (event.access() != null) {
                if (running >= 0 && running != event.actor()) {
                    switches++;
                }
                running = event.actor();
            }
        }
        return switches;
    }
}
