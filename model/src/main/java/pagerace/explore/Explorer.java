// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import pagerace.explore.ActorTree.Node;
import pagerace.explore.Schedule.Event;
import pagerace.explore.Schedule.Fate;
import pagerace.machine.Machine;
import pagerace.race.Lifetime;
import pagerace.race.Outcome;
import pagerace.race.Point;

/**
 * Explores every execution of one program. The program is built once; what its actors do is unfolded once and shared by all
 * memory models.
 *
 * @param <O> what an execution came to
 */
public final class Explorer<O> {
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
    private final Blame blame;
    /** Per word, what it has held at the end of an execution. */
    private final List<Set<Long>> finalValues = new ArrayList<>();

    private Explorer(Function<? super Machine, ? extends Program<O>> setup, Bounds bounds, Blame blame) {
        this.bounds = bounds;
        this.blame = blame;
        this.program = setup.apply(machine);
        this.initialValues = machine.endSetup();
        for (long unused : initialValues) {
            finalValues.add(new TreeSet<>());
        }
        this.trees = program.actors().stream()
                .map(actor -> new ActorTree(machine, actor, program.loneFencesAreMistakes(), bounds.steps()))
                .toArray(ActorTree[]::new);
    }

    /** An explorer of the program that {@code setup} builds. */
    public static <O> Explorer<O> of(Function<? super Machine, ? extends Program<O>> setup) {
        return of(setup, Bounds.DEFAULT);
    }

    /** An explorer of the program that {@code setup} builds, which gives up at {@code bounds}. */
    public static <O> Explorer<O> of(Function<? super Machine, ? extends Program<O>> setup, Bounds bounds) {
        return new Explorer<>(setup, bounds, Blame.OURS);
    }

    /**
     * An explorer of a point of the catalogue.
     *
     * @throws pagerace.own.BadFix if it is of a user's own fix, which failed
     */
    public static Explorer<Outcome> of(Point point) {
        Blame blame = Blame.of(point);
        return blame.catching(() -> new Explorer<>(machine -> Program.of(point.on(machine)), Bounds.DEFAULT, blame));
    }

    /** An explorer of a point of the catalogue whose actors do without what {@code weakening} says. */
    static Explorer<Outcome> of(Point point, Weakening weakening) {
        Blame blame = Blame.of(point);
        return blame.catching(() -> new Explorer<>(
                machine -> {
                    Program<Outcome> program = Program.of(point.on(machine));
                    ((ExploredMachine) machine).weaken(weakening);
                    return program;
                },
                Bounds.DEFAULT,
                blame));
    }

    /**
     * Explores every execution under {@code model}.
     *
     * @throws RuleViolation if an actor broke a rule of model code
     * @throws pagerace.own.BadFix if a user's own fix did
     */
    public Exploration<O> explore(MemoryModel model) {
        return blame.catching(() -> new Search<>(this, model).run());
    }

    /**
     * Runs the actors one wholly after the other, in every order. An order in which an actor would have to wait for one that
     * comes later does not exist and reaches nothing.
     *
     * @throws RuleViolation if an actor broke a rule of model code
     * @throws pagerace.own.BadFix if a user's own fix did
     */
    public Exploration<O> exploreSequentially() {
        return blame.catching(() -> new Sequential<>(this).run());
    }

    /** What {@code actor} does, as far as explorations have come so far. */
    public Behaviour behaviour(int actor) {
        return trees[actor].root();
    }

    /** The names of the words, in the order of setup. */
    public List<String> words() {
        return machine.names();
    }

    /** What each word holds after setup. */
    public List<Long> initialValues() {
        return Arrays.stream(initialValues).boxed().toList();
    }

    /**
     * The final memories with which the judge finds something {@code wanted} of actors that ended with {@code ends}, as far
     * as he looks at memory: each a set of words with their values; the judge asks nothing else. A memory in which he fails
     * is none of them.
     *
     * @param ends one end per actor; they need not have occurred together
     */
    public List<Map<Integer, Long>> finalMemories(List<Object> ends, Predicate<? super O> wanted) {
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
        O outcome = ends.contains(Lifetime.REFERENCE_FROM_ZERO)
                ? program.referenceFromZero()
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
        List<Fate> fates =
                Arrays.stream(nodes).map(node -> new Fate(node.end, node.step)).toList();
        return new Schedule(List.copyOf(events), fates, machine.names(), machine.formats());
    }
}
