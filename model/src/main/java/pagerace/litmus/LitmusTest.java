// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import pagerace.explore.Explorer;
import pagerace.explore.MemoryModel;
import pagerace.explore.Prediction;
import pagerace.machine.Machine;
import pagerace.machine.Word;

/**
 * A litmus test as read: some actors over some words, and a question about how they can end.
 *
 * <p>What is read: integers and locks; {@code READ_ONCE} and {@code WRITE_ONCE}, acquire and release, the kernel's atomics
 * in all their orders, fences, spin locks; registers, {@code if}/{@code else} and C's expressions; {@code exists},
 * {@code ~exists} and {@code forall}. Arithmetic is 64-bit whatever the declared type. A word that the initial block does
 * not name is 0.
 */
public final class LitmusTest {
    /** How the final condition is quantified over executions. */
    public enum Quantifier {
        /** {@code exists}: some execution ends so. */
        EXISTS,
        /** {@code ~exists}: none does. */
        NOT_EXISTS,
        /** {@code forall}: all do. */
        FORALL
    }

    /** A shared word and its initial value. */
    public record Cell(String name, long initial) {}

    /** An actor's body and the names of its registers. */
    record Code(Statement body, List<String> registers) {}

    private final String name;
    private final List<Cell> cells;
    private final List<Code> actors;
    private final Quantifier quantifier;
    private final Condition condition;

    LitmusTest(String name, List<Cell> cells, List<Code> actors, Quantifier quantifier, Condition condition) {
        this.name = name;
        this.cells = List.copyOf(cells);
        this.actors = List.copyOf(actors);
        this.quantifier = quantifier;
        this.condition = condition;
    }

    /**
     * Reads a litmus file.
     *
     * @throws RefusedException if it has something that is not read, or is no litmus file at all
     */
    public static LitmusTest parse(String text) {
        return new LitmusParser(text).parse();
    }

    /** The name that the file gives itself. */
    public String name() {
        return name;
    }

    /** The shared words, in the order in which {@link FinalState#memory} lists them. */
    public List<Cell> cells() {
        return cells;
    }

    /** How many actors it has. */
    public int actors() {
        return actors.size();
    }

    Code code(int actor) {
        return actors.get(actor);
    }

    /** How its final condition is quantified. */
    public Quantifier quantifier() {
        return quantifier;
    }

    /** Its final condition. */
    public Condition condition() {
        return condition;
    }

    /** Sets the test up on {@code machine}: makes its words. */
    Setup on(Machine machine) {
        List<Word> words = new ArrayList<>();
        for (Cell cell : cells) {
            words.add(machine.word(cell.name(), cell.initial()));
        }
        return new Setup(this, machine, Collections.unmodifiableList(words));
    }

    /** Explores every execution under each of {@link Prediction#MODELS}. */
    public List<LitmusVerdict> explore() {
        Explorer<FinalState> explorer = explorer();
        return Prediction.MODELS.stream()
                .map(model -> LitmusVerdict.of(this, explorer.explore(model)))
                .toList();
    }

    /** Explores every execution under {@code model}. */
    public LitmusVerdict explore(MemoryModel model) {
        return LitmusVerdict.of(this, explorer().explore(model));
    }

    /** An explorer of the test, for those who want it under several models or with its schedules. */
    public Explorer<FinalState> explorer() {
        return Explorer.of(machine -> new LitmusProgram(on(machine)));
    }

    /** {@code state} as herd7 would print it: {@code 0:r1=1; x=2;}. */
    public String shown(FinalState state) {
        Map<String, Long> values = new TreeMap<>();
        for (int actor = 0; actor < actors.size(); actor++) {
            for (int i = 0; i < actors.get(actor).registers().size(); i++) {
                values.put(actor + ":" + actors.get(actor).registers().get(i), state.register(actor, i));
            }
        }
        for (int i = 0; i < cells.size(); i++) {
            values.put(cells.get(i).name(), state.memory().get(i));
        }
        StringBuilder shown = new StringBuilder();
        values.forEach(
                (key, value) -> shown.append(key).append('=').append(value).append("; "));
        return shown.toString().strip();
    }

    /** One instance of a test on one machine. */
    static final class Setup {
        private final LitmusTest test;
        private final Machine machine;
        private final List<Word> words;

        Setup(LitmusTest test, Machine machine, List<Word> words) {
            this.test = test;
            this.machine = machine;
            this.words = words;
        }

        int actors() {
            return test.actors();
        }

        /** Runs an actor; it ends with its registers. */
        List<Long> run(int actor) {
            Code code = test.actors.get(actor);
            Frame frame = new Frame(machine, words, code.registers().size());
            code.body().run(frame);
            return Arrays.stream(frame.registers).boxed().toList();
        }

        /** The words as they are when everybody has ended. */
        List<Long> memory() {
            return words.stream().map(Word::readOnce).toList();
        }
    }
}
