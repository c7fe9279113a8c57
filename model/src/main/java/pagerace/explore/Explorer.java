// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import pagerace.explore.ActorTree.Node;
import pagerace.explore.Schedule.Event;
import pagerace.explore.Schedule.Fate;
import pagerace.machine.Machine;
import pagerace.race.Outcome;
import pagerace.race.Point;

/**
 * Explores every execution of one program. The program is built once; what its actors do is unfolded once and shared by all
 * memory models.
 *
 * @param <O> what an execution came to
 */
public final class Explorer<O> {
    private final ExploredMachine machine = new ExploredMachine();
    private final Program<O> program;
    private final long[] initialValues;
    private final ActorTree[] trees;
    private final Bounds bounds;

    private Explorer(Function<? super Machine, ? extends Program<O>> setup, Bounds bounds) {
        this.bounds = bounds;
        this.program = setup.apply(machine);
        this.initialValues = machine.endSetup();
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
        return new Explorer<>(setup, bounds);
    }

    /** An explorer of a point of the catalogue. */
    public static Explorer<Outcome> of(Point point) {
        return of(machine -> Program.of(point.on(machine)));
    }

    /**
     * Explores every execution under {@code model}.
     *
     * @throws RuleViolation if an actor broke a rule of model code
     */
    public Exploration<O> explore(MemoryModel model) {
        return new Search<>(this, model).run();
    }

    /**
     * Runs the actors one wholly after the other, in every order. An order in which an actor would have to wait for one that
     * comes later does not exist and reaches nothing.
     *
     * @throws RuleViolation if an actor broke a rule of model code
     */
    public Exploration<O> exploreSequentially() {
        return new Sequential<>(this).run();
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

    /** What an execution came to that ended at {@code nodes} with {@code memory}: everybody ended, or nobody can go on. */
    O judge(Node[] nodes, Memory memory) {
        List<Object> ends = new ArrayList<>();
        for (Node node : nodes) {
            if (node.end == null) {
                return program.stuck();
            }
            ends.add(node.end);
        }
        long[] last = new long[initialValues.length];
        Arrays.setAll(last, memory::last);
        return requireNonNull(machine.judge(last, () -> program.judge(ends)));
    }

    /** The execution that consists of {@code events} and ended at {@code nodes}. */
    Schedule schedule(List<Event> events, Node[] nodes) {
        List<Fate> fates =
                Arrays.stream(nodes).map(node -> new Fate(node.end, node.step)).toList();
        return new Schedule(List.copyOf(events), fates, machine.names());
    }
}
