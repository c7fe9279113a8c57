// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
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
    private final BuiltProgram<O> program;
    private final Blame blame;

    private Explorer(Function<? super ExploredMachine, ? extends Program<O>> setup, Bounds bounds, Blame blame) {
        this.program = new BuiltProgram<>(setup, bounds);
        this.blame = blame;
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

    /** An explorer of a point of the catalogue whose actors go on where they break a rule of reference counts, as threads do. */
    static Explorer<Outcome> withoutRules(Point point) {
        Blame blame = Blame.of(point);
        return blame.catching(() -> new Explorer<>(
                machine -> {
                    machine.dropRules();
                    return Program.of(point.on(machine));
                },
                Bounds.DEFAULT,
                blame));
    }

    /** An explorer of a point of the catalogue whose actors do without what {@code weakening} says. */
    static Explorer<Outcome> of(Point point, Weakening weakening) {
        Blame blame = Blame.of(point);
        return blame.catching(() -> new Explorer<>(
                machine -> {
                    Program<Outcome> program = Program.of(point.on(machine));
                    machine.weaken(weakening);
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
        return blame.catching(() -> new Search<>(program, model).run());
    }

    /**
     * Runs the actors one wholly after the other, in every order. An order in which an actor would have to wait for one that
     * comes later does not exist and reaches nothing.
     *
     * @throws RuleViolation if an actor broke a rule of model code
     * @throws pagerace.own.BadFix if a user's own fix did
     */
    public Exploration<O> exploreSequentially() {
        return blame.catching(() -> new Sequential<>(program).run());
    }

    /** What {@code actor} does, as far as explorations have come so far. */
    public Behaviour behaviour(int actor) {
        return program.tree(actor).root();
    }

    /** The names of the words, in the order of setup. */
    public List<String> words() {
        return program.words();
    }

    /** What each word holds after setup. */
    public List<Long> initialValues() {
        return program.initialValues();
    }

    /**
     * The final memories with which the judge finds something {@code wanted} of actors that ended with {@code ends}, as far
     * as he looks at memory: each a set of words with their values; the judge asks nothing else. A memory in which he fails
     * is none of them.
     *
     * @param ends one end per actor; they need not have occurred together
     */
    public List<Map<Integer, Long>> finalMemories(List<Object> ends, Predicate<? super O> wanted) {
        return program.finalMemories(ends, wanted);
    }

    int actors() {
        return program.actors();
    }

    ActorTree tree(int actor) {
        return program.tree(actor);
    }
}
