// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagerace.explore.ActorTree.Node;
import pagerace.explore.Memory.Effects;
import pagerace.explore.Schedule.Event;

/**
 * One exploration of one program under one memory model: a walk over the states (where each actor stands, memory), each
 * visited once, in the order of fewest context switches, then fewest transitions.
 *
 * <p>Algorithm notes.
 * <ul>
 *   <li>Whether the next transition is a switch depends on who ran last, which is not part of a state. It need not be: if a state
 *       is first reached with {@code k} switches by the actors of a set S, then a later way to it, with {@code k + 1} or more
 *       switches, gains nothing, since from S anybody can take over for one switch. So a state keeps its smallest
 *       {@code k} and the set S that attains it.
 *   <li>The number of transitions on the way to a state is a function of the state: an actor's progress tells its accesses, and the
 *       contract of {@link Memory} says the same of internal transitions. So the queue is a row of buckets by transitions for
 *       the present {@code k} and one for {@code k + 1}; when a state is taken out, S is complete, and the first visit of
 *       an outcome is a simplest one.
 *   <li>Accesses that are {@linkplain MemoryModel#isNothing nothing} are taken together with the access before. That never adds
 *       a switch, and no other actor can tell the difference.
 * </ul>
 */
final class Search<O> {
    private static final int NONE = -1;

    private final BuiltProgram<O> program;
    private final MemoryModel model;
    private final int actors;

    private final Map<Memory, Integer> memoryNumbers = new HashMap<>();
    private final List<Memory> memories = new ArrayList<>();

    /** Per state: the node of each actor, and the memory. */
    private final IntTable states;
    /** Per state: the fewest switches, and the set of actors that ran last on ways with that many. */
    private int[] switches = new int[1024];

    private int[] lastActors = new int[1024];
    /** Per state and actor in its set: the state before. */
    private int[] parents;

    private Buckets now = new Buckets();
    private Buckets afterSwitch = new Buckets();

    private final Map<O, Integer> outcomes = new LinkedHashMap<>();
    private final Endings endings = new Endings();
    private long transitions;
    private boolean cut;
    private boolean full;

    // The state being expanded.
    private int from;
    private int fromSwitches;
    private int fromSteps;
    private int fromLast;
    private boolean moved;
    private @Nullable Memory fromMemory;
    private final Effects whenMemoryMoves = this::moveMemory;
    private final Effects whenActorMoves = this::moveActor;
    private int mover;
    private @Nullable Node moverNode;
    private final int[] key;

    Search(BuiltProgram<O> program, MemoryModel model) {
        this.program = program;
        this.model = model;
        this.actors = program.actors();
        this.states = new IntTable(actors + 1);
        this.parents = new int[1024 * actors];
        this.key = new int[actors + 1];
    }

    Exploration<O> run() {
        long start = System.nanoTime();
        long runs = program.actorRuns();
        reachStart();
        for (fromSwitches = 0; !now.isEmpty() && !full; fromSwitches++) {
            for (fromSteps = 0; fromSteps < now.size() && !full; fromSteps++) {
                visitAll(now.take(fromSteps));
            }
            now = afterSwitch;
            afterSwitch = new Buckets();
        }
        Map<O, Schedule> schedules = new LinkedHashMap<>();
        outcomes.forEach((outcome, state) -> schedules.put(outcome, scheduleTo(state)));
        return new Exploration<>(
                model.level(),
                Collections.unmodifiableMap(schedules),
                endings.digest(),
                endings.contradiction(),
                bound(),
                states.size(),
                transitions,
                program.actorRuns() - runs,
                System.nanoTime() - start);
    }

    private @Nullable String bound() {
        if (full) {
            return program.bounds().statesInWords();
        }
        return cut ? program.bounds().accessesInWords() : null;
    }

    private void reachStart() {
        Node[] roots = program.roots();
        int transitions = 0;
        for (int actor = 0; actor < actors; actor++) {
            Node node = skipNothing(actor, roots[actor]);
            key[actor] = node.id;
            transitions += node.depth;
        }
        key[actors] = number(program.initial(model));
        from = NONE;
        reach(0, transitions, (1 << actors) - 1);
    }

    private void visitAll(int[] bucket) {
        for (int state : bucket) {
            if (switches[state] == fromSwitches && !full) { // with fewer, it was visited before
                visit(state);
            }
        }
    }

    private void visit(int state) {
        from = state;
        fromLast = lastActors[state];
        moved = false;
        Memory memory = memories.get(states.get(state, actors));
        fromMemory = memory;
        boolean cutHere = false;
        for (int actor = 0; actor < actors; actor++) {
            Node node = program.tree(actor).node(states.get(state, actor));
            memory.internal(actor, whenMemoryMoves);
            if (node.access != null) {
                mover = actor;
                moverNode = node;
                memory.step(actor, node.access, requireNonNull(node.past), whenActorMoves);
            }
            cutHere |= node.isCut();
        }
        cut |= cutHere;
        if (!moved && !cutHere && memory.isAllowed()) {
            outcomes.putIfAbsent(program.judge(nodes(state), memory, endings), state);
        }
    }

    private void moveMemory(Memory next, long read) {
        states.copy(from, key);
        key[actors] = number(next);
        moved = true;
        transitions++;
        reach(fromSwitches, fromSteps + 1, fromLast);
    }

    private void moveActor(Memory next, long read) {
        Node node = requireNonNull(moverNode);
        Node child = program.tree(mover).afterReading(node, read, requireNonNull(fromMemory));
        child = skipNothing(mover, child);
        states.copy(from, key);
        key[mover] = child.id;
        key[actors] = number(next);
        moved = true;
        transitions++;
        boolean isSwitch = (fromLast & 1 << mover) == 0;
        reach(isSwitch ? fromSwitches + 1 : fromSwitches, fromSteps + child.depth - node.depth, 1 << mover);
    }

    /** Notes that the state in {@code key} can be reached from {@code from}. */
    private void reach(int withSwitches, int transitions, int withLast) {
        int known = states.size();
        int state = states.add(key);
        if (state == known) {
            if (state == switches.length) {
                switches = Arrays.copyOf(switches, 2 * state);
                lastActors = Arrays.copyOf(lastActors, 2 * state);
                parents = Arrays.copyOf(parents, 2 * state * actors);
            }
            full = states.size() >= program.bounds().states();
        } else if (switches[state] < withSwitches) {
            return;
        } else if (switches[state] == withSwitches) {
            noteLast(state, withLast & ~lastActors[state]);
            return;
        }
        switches[state] = withSwitches;
        lastActors[state] = 0;
        noteLast(state, withLast);
        (withSwitches == fromSwitches ? now : afterSwitch).add(transitions, state);
    }

    private void noteLast(int state, int newLast) {
        lastActors[state] |= newLast;
        for (int actor = 0; actor < actors; actor++) {
            if ((newLast & 1 << actor) != 0) {
                parents[state * actors + actor] = from;
            }
        }
    }

    private int number(Memory memory) {
        Integer known = memoryNumbers.putIfAbsent(memory, memories.size());
        if (known != null) {
            return known;
        }
        memories.add(memory);
        return memories.size() - 1;
    }

    private Node skipNothing(int actor, Node start) {
        Node node = start;
        while (node.access != null && model.isNothing(node.access)) {
            node = program.tree(actor).after(node, 0);
        }
        return node;
    }

    private Node[] nodes(int state) {
        Node[] nodes = new Node[actors];
        Arrays.setAll(nodes, actor -> program.tree(actor).node(states.get(state, actor)));
        return nodes;
    }

    private Schedule scheduleTo(int end) {
        Deque<Integer> path = new ArrayDeque<>();
        int last = Integer.numberOfTrailingZeros(lastActors[end]);
        for (int state = end; state != NONE; state = parents[state * actors + last]) {
            if ((lastActors[state] & 1 << last) == 0) {
                last = Integer.numberOfTrailingZeros(lastActors[state]); // the transition after this state was a switch
            }
            path.addFirst(state);
        }
        List<Event> events = new ArrayList<>();
        Node[] nodes = program.roots();
        int before = path.removeFirst();
        for (int after : path) {
            addEvents(before, after, nodes, events);
            before = after;
        }
        return program.schedule(events, nodes(end));
    }

    /** Adds the transition between two states, with the accesses that are nothing; {@code nodes} is where the actors stand. */
    private void addEvents(int before, int after, Node[] nodes, List<Event> events) {
        Memory then = memories.get(states.get(before, actors));
        Memory next = memories.get(states.get(after, actors));
        List<Event> found = new ArrayList<>();
        for (int actor = 0; actor < actors && found.isEmpty(); actor++) {
            int tried = actor;
            if (states.get(before, actor) == states.get(after, actor)) {
                then.internal(tried, (memory, read) -> {
                    if (memory.equals(next) && isSamePlace(before, after)) {
                        found.add(new Event(tried, null, null, read, then, next));
                    }
                });
                continue;
            }
            addNothing(actor, nodes, then, events);
            Node node = nodes[actor];
            Access access = requireNonNull(node.access);
            Past past = requireNonNull(node.past);
            then.step(actor, access, past, (memory, read) -> {
                Node child = program.tree(tried).afterReading(node, read, then);
                if (memory.equals(next) && skipNothing(tried, child).id == states.get(after, tried)) {
                    found.add(new Event(tried, access, past, read, then, next));
                    nodes[tried] = child;
                }
            });
        }
        Event event = found.get(0);
        events.add(event);
        addNothing(event.actor(), nodes, next, events);
    }

    private boolean isSamePlace(int state, int other) {
        return Arrays.equals(nodes(state), nodes(other));
    }

    /** Adds the accesses that are nothing and come next for {@code actor}. */
    private void addNothing(int actor, Node[] nodes, Memory memory, List<Event> events) {
        Node end = skipNothing(actor, nodes[actor]);
        while (nodes[actor] != end) {
            events.add(new Event(actor, nodes[actor].access, nodes[actor].past, 0, memory, memory));
            nodes[actor] = program.tree(actor).after(nodes[actor], 0);
        }
    }
}
