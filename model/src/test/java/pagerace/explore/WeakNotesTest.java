// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import pagerace.explore.ActorTree.Node;
import pagerace.machine.Machine;
import pagerace.machine.Word;

/** The example that the notes of {@link Weak} work through says what the model does, to the letter. */
class WeakNotesTest {
    private static final Path NOTES = Path.of("src/main/java/pagerace/explore/Weak.java");

    private static final Names NAMES = new Names() {
        @Override
        public String actor(int actor) {
            return "AB".substring(actor, actor + 1);
        }

        @Override
        public String word(int location) {
            return "xy".substring(location, location + 1);
        }

        @Override
        public String value(int location, long value) {
            return Long.toString(value);
        }
    };

    /** Each actor writes one word and reads the other. */
    private record StoreBuffering(Machine machine, boolean fenced, Word x, Word y) implements Program<String> {
        StoreBuffering(Machine machine, boolean fenced) {
            this(machine, fenced, machine.word("x", 0), machine.word("y", 0));
        }

        @Override
        public List<Supplier<?>> actors() {
            return List.of(() -> run(x, y), () -> run(y, x));
        }

        private long run(Word own, Word other) {
            own.writeOnce(1);
            if (fenced) {
                machine.smpMb();
            }
            return other.readOnce();
        }

        @Override
        public String judge(List<Object> ends) {
            return ends.toString();
        }

        @Override
        public String stuck() {
            return "stuck";
        }
    }

    /** One execution: A's steps, then B's, each read returning the oldest value that it may. */
    private static final class Execution {
        private final BuiltProgram<String> program;
        private final Node[] actors;
        private Memory memory;

        Execution(BuiltProgram<String> program) {
            this.program = program;
            actors = program.roots();
            memory = program.initial(Weak.MODEL);
        }

        /** Takes the next access of {@code actor}, with the fences before it, and returns what it may read. */
        String take(int actor) {
            Node node = actors[actor];
            while (requireNonNull(node.access).kind().isFence()) {
                node = program.tree(actor).after(node, 0);
            }
            List<Memory> next = new ArrayList<>();
            List<Long> reads = new ArrayList<>();
            memory.step(actor, node.access, requireNonNull(node.past), (after, read) -> {
                next.add(after);
                reads.add(read);
            });
            memory = next.get(0);
            actors[actor] = program.tree(actor).after(node, reads.get(0));
            return reads.stream().map(String::valueOf).collect(Collectors.joining(" or "));
        }

        String state() {
            return ((WeakMemory) memory).describe(NAMES).indent(4);
        }
    }

    /** What the notes print: each access of the execution, and the state behind it. */
    private static String example(boolean fenced) {
        Execution execution =
                new Execution(new BuiltProgram<>(machine -> new StoreBuffering(machine, fenced), Bounds.DEFAULT));
        execution.take(0);
        String text = "A writes x=1\n" + execution.state();
        text += "A reads y: " + execution.take(0) + "\n" + execution.state();
        execution.take(1);
        text += "B writes y=1\n" + execution.state();
        return text + "B reads x: " + execution.take(1) + "\n";
    }

    /** The preformatted texts of the notes, in their order. */
    private static List<String> printed() throws IOException {
        return Pattern.compile("<pre>\\R(.*?) \\* </pre>", Pattern.DOTALL)
                .matcher(Files.readString(NOTES))
                .results()
                .map(block -> block.group(1).replaceAll("(?m)^ \\* ", ""))
                .toList();
    }

    @Test
    void theWorkedExampleIsWhatTheModelDoes() throws IOException {
        assertThat(printed()).containsExactly(example(false), example(true));
    }
}
