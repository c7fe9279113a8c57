// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import pagerace.explore.WeakSlots.Ordered;
import pagerace.explore.WeakSlots.Pushed;

/**
 * A {@link WeakState} in words: a line for each word with its messages in coherence order, and before which an actor cannot
 * go back; then for each pair before what it is ordered, and to what it is pushed on the way to which home.
 */
final class WeakText {
    /** For those who have no better names. */
    static final Names NUMBERS = new Names() {
        @Override
        public String actor(int actor) {
            return "actor " + actor;
        }

        @Override
        public String word(int location) {
            return "word " + location;
        }

        @Override
        public String value(int location, long value) {
            return Long.toString(value);
        }
    };

    /** A set, or a family by its first set. */
    private record Named(String name, int set) {}

    private final WeakState state;
    private final WeakMessages messages;
    private final WeakSlots slots;
    private final Names names;
    private final List<String> lines = new ArrayList<>();
    private final List<Named> ordered = new ArrayList<>();
    private final List<Named> pushed = new ArrayList<>();

    private WeakText(WeakState state, Names names) {
        this.state = state;
        this.messages = state.messages;
        this.slots = state.slots;
        this.names = names;
    }

    static String of(WeakState state, Names names) {
        return String.join("\n", new WeakText(state, names).lines());
    }

    private List<String> lines() {
        for (int location = 0; location < state.shape.locations(); location++) {
            addWord(location);
            for (int position = 0; position < messages.count(location); position++) {
                nameSets(location, messages.at(location, position));
            }
        }
        for (int actor = 0; actor < state.shape.actors(); actor++) {
            nameSets(actor);
        }
        for (int location = 0; location < state.shape.locations(); location++) {
            for (int position = 1; position < messages.count(location); position++) {
                for (int actor = 0; actor < state.shape.actors(); actor++) {
                    addPair(location, messages.at(location, position), actor);
                }
            }
        }
        return lines;
    }

    private void addWord(int location) {
        StringJoiner line = new StringJoiner(", ", names.word(location) + ": ", "");
        for (int position = 0; position < messages.count(location); position++) {
            line.add(names.value(location, messages.value(messages.at(location, position))));
        }
        lines.add(line + floors(location));
    }

    private String floors(int location) {
        StringBuilder floors = new StringBuilder();
        for (int actor = 0; actor < state.shape.actors(); actor++) {
            int floor = messages.floor(actor, location);
            if (floor > 0) {
                floors.append("; ")
                        .append(names.actor(actor))
                        .append(" not before ")
                        .append(names.value(location, messages.value(messages.at(location, floor))));
            }
        }
        return floors.toString();
    }

    private String name(int location, int message) {
        return names.word(location) + "=" + names.value(location, messages.value(message));
    }

    private void nameSets(int location, int message) {
        String name = name(location, message);
        ordered.add(new Named(name, slots.ordered(message)));
        ordered.add(new Named("the data of " + name, slots.data(message)));
        for (int actor = 0; actor < state.shape.actors(); actor++) {
            ordered.add(new Named(names.actor(actor) + "'s accesses up to " + name, slots.accesses(message) + actor));
        }
        pushed.add(new Named(name, slots.pushed(message)));
        pushed.add(new Named("the unlock " + name, slots.unlock(message)));
    }

    private void nameSets(int actor) {
        String name = names.actor(actor) + "'s ";
        for (Ordered which : Ordered.values()) {
            ordered.add(new Named(name + which, slots.of(actor, which)));
        }
        for (int location = 0; location < state.shape.locations(); location++) {
            ordered.add(new Named(name + "accesses to " + names.word(location), slots.word(actor, location)));
        }
        for (int read = 0; read < state.reads(actor); read++) {
            ordered.add(new Named(name + "read " + read, slots.read(actor, read)));
        }
        for (Pushed which : Pushed.values()) {
            pushed.add(new Named(name + which, slots.of(actor, which)));
        }
    }

    private void addPair(int location, int message, int actor) {
        int pair = messages.pair(message, actor);
        String name = names.actor(actor) + " before " + name(location, message) + ": ";
        String behind = inWhich(ordered, 0, pair);
        if (!behind.isEmpty()) {
            lines.add(name + "ordered before " + behind);
        }
        for (int home = 0; home < state.shape.actors(); home++) {
            String reached = inWhich(pushed, home, pair);
            if (!reached.isEmpty()) {
                lines.add(name + "pushed to " + reached + "; home " + names.actor(home));
            }
        }
    }

    private String inWhich(List<Named> sets, int offset, int pair) {
        return sets.stream()
                .filter(named -> state.sets.has(named.set + offset, pair))
                .map(Named::name)
                .collect(Collectors.joining(", "));
    }
}
