// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import pagerace.explore.ActorTree.Node;
import pagerace.explore.Schedule.Event;
import pagerace.race.Reachability;

/** Runs the actors of a program one wholly after the other, in every order. */
final class Sequential<O> {
    private final BuiltProgram<O> program;
    private final Map<O, Schedule> schedules = new LinkedHashMap<>();
    private final List<Event> events = new ArrayList<>();
    private long transitions;
    private final Endings endings = new Endings();
    private boolean cut;

    Sequential(BuiltProgram<O> program) {
        this.program = program;
    }

    Exploration<O> run() {
        long start = System.nanoTime();
        long runs = program.actorRuns();
        runRest(program.roots(), program.initial(Sc.MODEL));
        return new Exploration<>(
                Reachability.SEQUENTIAL,
                schedules,
                endings.digest(),
                endings.contradiction(),
                cut ? program.bounds().accessesInWords() : null,
                transitions + 1,
                transitions,
                program.actorRuns() - runs,
                System.nanoTime() - start);
    }

    private void runRest(Node[] nodes, Memory memory) {
        int[] rest = IntStream.range(0, nodes.length)
                .filter(actor -> nodes[actor].end == null)
                .toArray();
        if (rest.length == 0) {
            reach(nodes, memory);
        }
        boolean allWait = rest.length > 0;
        for (int actor : rest) {
            int before = events.size();
            Node[] then = nodes.clone();
            Memory after = runAlone(actor, then, memory);
            if (then[actor].end != null) {
                runRest(then, after);
                allWait = false;
            } else if (then[actor].isCut()) {
                cut = true;
                allWait = false;
            }
            events.subList(before, events.size()).clear();
        }
        if (allWait) {
            stick(rest, nodes, memory);
        }
    }

    /** Nobody gets through alone: whether each waits for good shows when all have gone as far as they can. */
    private void stick(int[] rest, Node[] nodes, Memory memory) {
        int before = events.size();
        long counted = transitions;
        Node[] then = nodes.clone();
        Memory after = memory;
        int seen;
        do {
            seen = events.size();
            for (int actor : rest) {
                after = runAlone(actor, then, after);
            }
        } while (events.size() > seen);
        cut |= Arrays.stream(rest).anyMatch(actor -> then[actor].isCut());
        if (Arrays.stream(rest).allMatch(actor -> then[actor].end == null && !then[actor].isCut())) {
            reach(then, after);
        }
        transitions = counted; // each actor has been so far before
        events.subList(before, events.size()).clear();
    }

    private void reach(Node[] nodes, Memory memory) {
        schedules.putIfAbsent(program.judge(nodes, memory, endings), program.schedule(events, nodes));
    }

    /** Runs {@code actor} until it has ended or waits; returns the memory then, and leaves in {@code nodes} where it stands. */
    private Memory runAlone(int actor, Node[] nodes, Memory start) {
        Memory memory = start;
        while (true) {
            Node node = nodes[actor];
            Event event = node.access == null ? null : onlyEffect(actor, node, memory);
            if (event == null) {
                return memory;
            }
            events.add(event);
            transitions++;
            memory = event.after();
            nodes[actor] = program.tree(actor).afterReading(node, event.read(), event.before());
        }
    }

    private static @Nullable Event onlyEffect(int actor, Node node, Memory memory) {
        Access access = requireNonNull(node.access);
        Past past = requireNonNull(node.past);
        @Nullable Event[] effect = new Event[1];
        memory.step(
                actor, access, past, (next, read) -> effect[0] = new Event(actor, access, past, read, memory, next));
        return effect[0];
    }
}
