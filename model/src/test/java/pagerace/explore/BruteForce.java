// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import pagerace.explore.Litany.Op;

/**
 * Runs a {@link Litany} in every way, without the explorer: an interpreter that tries each actor at each point, one path
 * after the other, and remembers nothing but outcomes. Optionally with store buffers.
 */
final class BruteForce {
    private final Litany program;
    private final boolean buffered;
    private final Map<String, Integer> fewestSwitches = new TreeMap<>();

    private BruteForce(Litany program, boolean buffered) {
        this.program = program;
        this.buffered = buffered;
    }

    /** Every outcome, with the fewest context switches that reach it. */
    static Map<String, Integer> run(Litany program, boolean buffered) {
        BruteForce run = new BruteForce(program, buffered);
        State start = new State(program.actors().size());
        for (int actor = 0; actor < program.actors().size(); actor++) {
            run.skip(start, actor);
        }
        run.from(start, -1, 0);
        return run.fewestSwitches;
    }

    private record Store(int word, long value) {}

    private static final class State {
        final long[] words = new long[Litany.WORDS.length()];
        final int[] position;
        final List<List<Long>> results = new ArrayList<>();
        final List<Deque<Store>> buffers = new ArrayList<>();

        State(int actors) {
            position = new int[actors];
            for (int i = 0; i < actors; i++) {
                results.add(new ArrayList<>());
                buffers.add(new ArrayDeque<>());
            }
        }

        State copy() {
            State copy = new State(position.length);
            System.arraycopy(words, 0, copy.words, 0, words.length);
            for (int i = 0; i < position.length; i++) {
                copy.position[i] = position[i];
                copy.results.get(i).addAll(results.get(i));
                copy.buffers.get(i).addAll(buffers.get(i));
            }
            return copy;
        }
    }

    private void from(State state, int last, int switches) {
        boolean moved = false;
        boolean ended = true;
        for (int actor = 0; actor < state.position.length; actor++) {
            if (!state.buffers.get(actor).isEmpty()) {
                State next = state.copy();
                Store store = next.buffers.get(actor).removeFirst();
                next.words[store.word()] = store.value();
                from(next, last, switches);
                moved = true;
            }
            if (state.position[actor] < program.actors().get(actor).size()) {
                ended = false;
                State next = state.copy();
                if (step(next, actor)) {
                    from(next, actor, last < 0 || last == actor ? switches : switches + 1);
                    moved = true;
                }
            }
        }
        if (!moved) {
            List<String> ends = state.results.stream().map(Litany::end).toList();
            String outcome =
                    ended ? Litany.outcome(ends, state.words[0], state.words[1], state.words[2]) : Litany.STUCK;
            fewestSwitches.merge(outcome, switches, Math::min);
        }
    }

    /** Does the actor's next operation and returns whether it could. */
    private boolean step(State state, int actor) {
        List<Op> ops = program.actors().get(actor);
        List<Long> results = state.results.get(actor);
        if (!operate(state, actor, ops.get(state.position[actor]), results)) {
            return false;
        }
        state.position[actor]++;
        skip(state, actor);
        return true;
    }

    /** Passes over the IFs that come next, and over fences that order nothing here: they are nobody's turn. */
    private void skip(State state, int actor) {
        List<Op> ops = program.actors().get(actor);
        while (state.position[actor] < ops.size()) {
            Op op = ops.get(state.position[actor]);
            boolean isNothing = op.name().equals("RMB")
                    || op.name().equals("WMB")
                    || (op.name().equals("MB") && !buffered);
            if (op.name().equals("IF")) {
                List<Long> results = state.results.get(actor);
                state.position[actor] += results.get(results.size() - 1) == op.a() ? 1 : 2;
            } else if (isNothing) {
                state.position[actor]++;
            } else {
                return;
            }
        }
    }

    private boolean operate(State state, int actor, Op op, List<Long> results) {
        Deque<Store> buffer = state.buffers.get(actor);
        boolean drained = buffer.isEmpty();
        int word = op.word();
        long seen = state.words[word];
        for (Store store : buffer) {
            if (store.word() == word) {
                seen = store.value();
            }
        }
        switch (op.name()) {
            case "W", "W.rel" -> write(state, buffer, word, op.a());
            case "UNLOCK" -> write(state, buffer, word, 0);
            case "R", "R.acq" -> results.add(seen);
            case "AWAIT" -> {
                if (seen != op.a()) {
                    return false;
                }
                results.add(seen);
            }
            case "CMPXCHG" -> {
                if (!drained) {
                    return false; // a locked instruction, whatever it finds
                }
                if (seen == op.a()) {
                    state.words[word] = op.b();
                }
                results.add(seen);
            }
            case "BIT" -> {
                if (!drained) {
                    return false;
                }
                results.add((seen & op.a()) == 0 ? 1L : 0L);
                state.words[word] |= op.a();
            }
            case "UNLESS" -> {
                if (seen != op.b()) {
                    if (!drained) {
                        return false;
                    }
                    state.words[word] += op.a();
                }
                results.add(seen != op.b() ? 1L : 0L);
            }
            case "TRY" -> {
                if (seen == 0) {
                    if (!drained) {
                        return false;
                    }
                    state.words[word] = 1;
                }
                results.add(seen == 0 ? 1L : 0L);
            }
            default -> {
                return drained && operateDrained(state, op, results);
            }
        }
        return true;
    }

    private static boolean operateDrained(State state, Op op, List<Long> results) {
        int word = op.word();
        long seen = state.words[word];
        switch (op.name()) {
            case "XCHG", "XCHG.rlx" -> {
                results.add(seen);
                state.words[word] = op.a();
            }
            case "FETCH_ADD" -> {
                results.add(seen);
                state.words[word] += op.a();
            }
            case "ADD" -> state.words[word] += op.a();
            case "LOCK" -> {
                if (seen != 0) {
                    return false;
                }
                state.words[word] = 1;
            }
            case "MB" -> {}
            default -> throw new IllegalArgumentException(op.name());
        }
        return true;
    }

    private void write(State state, Deque<Store> buffer, int word, long value) {
        if (buffered) {
            buffer.add(new Store(word, value));
        } else {
            state.words[word] = value;
        }
    }
}
