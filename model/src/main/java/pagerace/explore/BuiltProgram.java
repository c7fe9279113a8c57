// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import pagerace.explore.ActorTree.Node;
import pagerace.explore.Schedule.Event;
import pagerace.explore.Schedule.Fate;
import pagerace.race.Lifetime;

/**
 * A program as setup built it: its words, the trees of its actors, which grow as explorations ask for more, and its judge. All
 * explorations of the program share it.
 *
 * @param <O> what an execution came to
 */
final class BuiltProgram<O> {
    /** In place of the end of an actor that has none. */
    private static final Object WAITS = new Object() {
        @Override
        public String toString() {
            return "waits";
        }
    };

    private final ExploredMachine machine = new ExploredMachine();
    private final Program<O> program;
    private final long[] initialValues;
    private final ActorTree[] trees;
    private final Bounds bounds;
    /** Per word, what it has held at the end of an execution. */
    private final List<Set<Long>> finalValues = new ArrayList<>();

    /** Builds the program; explorations of it give up at {@code bounds}. */
    BuiltProgram(Function<? super ExploredMachine, ? extends Program<O>> setup, Bounds bounds) {
        this.bounds = bounds;
        this.program = setup.apply(machine);
        this.initialValues = machine.endSetup();
        for (long unused : initialValues) {
            finalValues.add(new TreeSet<>());
        }
        KnownValues known = new KnownValues(initialValues);
        List<Supplier<?>> actors = program.actors();
        this.trees = IntStream.range(0, actors.size())
                .mapToObj(number -> new ActorTree(
                        machine, known, number, actors.get(number), program.loneFencesAreMistakes(), bounds.accesses()))
                .toArray(ActorTree[]::new);
    }

    /** The names of the words, in the order of setup. */
    List<String> words() {
        return machine.names();
    }

    /** What each word holds after setup. */
    List<Long> initialValues() {
        return Arrays.stream(initialValues).boxed().toList();
    }

    /** As {@link Explorer#finalMemories}. */
    List<Map<Integer, Long>> finalMemories(List<Object> ends, Predicate<? super O> wanted) {
        Supplier<O> judge = () -> program.judge(ends);
        return new Finals<>(machine, judge, wanted, initialValues, finalValues).find();
    }

    Bounds bounds() {
        return bounds;
    }

    int actors() {
        return trees.length;
    }

    ActorTree tree(int actor) {
        return trees[actor];
    }

    Memory initial(MemoryModel model) {
        return model.initial(trees.length, initialValues);
    }

    Node[] roots() {
        return Arrays.stream(trees).map(ActorTree::root).toArray(Node[]::new);
    }

    long actorRuns() {
        return Arrays.stream(trees).mapToLong(ActorTree::runs).sum();
    }

    /**
     * What an execution came to that ended at {@code nodes} with {@code memory}: everybody ended, or nobody can go on. It is one
     * of these {@code endings}.
     */
    O judge(Node[] nodes, Memory memory, Endings endings) {
        List<Object> ends = new ArrayList<>();
        for (Node node : nodes) {
            ends.add(node.end == null ? WAITS : node.end);
        }
        long[] last = new long[initialValues.length];
        Arrays.setAll(last, memory::last);
        long[] ended = last.clone(); // a judge may go on where the actors ended
        Optional<Lifetime> broken = ends.stream()
                .filter(Lifetime.class::isInstance)
                .map(Lifetime.class::cast)
                .findFirst();
        O outcome = broken.isPresent()
                ? program.broken(broken.get())
                : ends.contains(WAITS) ? program.stuck() : judge(last, ends);
        endings.add(outcome, ends, machine.names(), last);
        endings.addMeaning(outcome, ended);
        return outcome;
    }

    private O judge(long[] last, List<Object> ends) {
        for (int word = 0; word < last.length; word++) {
            finalValues.get(word).add(last[word]);
        }
        return requireNonNull(machine.judge(last, () -> program.judge(ends)));
    }

    /** The execution that consists of {@code events} and ended at {@code nodes}. */
    Schedule schedule(List<Event> events, Node[] nodes) {
        List<Fate> fates = Arrays.stream(nodes)
                .map(node -> new Fate(node.end, node.access))
                .toList();
        return new Schedule(List.copyOf(events), fates, machine.names(), machine.formats());
    }
}
