// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import pagerace.bench.floor.Floor;
import pagerace.machine.Format;
import pagerace.machine.HardwareMachine;
import pagerace.machine.Machine;
import pagerace.machine.Word;
import pagerace.price.Course;
import pagerace.price.PriceList;
import pagerace.price.Priced;

/** What is timed beside each other does the same. */
class FloorTest {
    private static Stream<Priced> timed() {
        return PriceList.series().stream()
                .flatMap(series -> series.variants().stream())
                .filter(priced -> Course.of(priced).isPresent());
    }

    /** A hardware machine whose words can be looked at. */
    private static final class OpenMachine extends Machine {
        private final HardwareMachine machine = new HardwareMachine();
        private final List<Word> words = new ArrayList<>();

        @Override
        public Word word(String name, Format format, long initial) {
            Word word = machine.word(name, format, initial);
            words.add(word);
            return word;
        }

        @Override
        public Word word(String name, int index, Format format, long initial) {
            return word(name, format, initial);
        }

        @Override
        public void smpMb() {
            machine.smpMb();
        }

        @Override
        public void smpRmb() {
            machine.smpRmb();
        }

        @Override
        public void smpWmb() {
            machine.smpWmb();
        }

        @Override
        public void smpMbBeforeAtomic() {
            machine.smpMbBeforeAtomic();
        }

        @Override
        public void smpMbAfterAtomic() {
            machine.smpMbAfterAtomic();
        }

        @Override
        public void smpMbAfterSpinlock() {
            machine.smpMbAfterSpinlock();
        }

        private long[] values() {
            return words.stream().mapToLong(Word::readOnce).toArray();
        }
    }

    @Test
    void aFloorLeavesTheMemoryThatTheOperationLeaves() {
        timed().forEach(priced -> {
            Optional<String> name = Floor.nameOf(Course.of(priced).orElseThrow());
            if (name.isPresent()) {
                OpenMachine machine = new OpenMachine();
                Supplier<?> operation = priced.setup().apply(machine);
                Floor floor = Floor.named(name.get());
                // Its own initial memory may differ in words that the operation does not touch.
                long[] words = machine.values();
                var unused = operation.get();
                OpenMachine onWords = new OpenMachine();
                Word[] copies = Arrays.stream(words)
                        .mapToObj(value -> onWords.word("word", value))
                        .toArray(Word[]::new);
                long unusedSink = floor.run(words) + floor.run(onWords, copies);
                assertThat(words).as(priced.key()).isEqualTo(machine.values());
                assertThat(onWords.values()).as(priced.key()).isEqualTo(machine.values());
            }
        });
    }

    @Test
    void nearlyEverythingHasAFloor() {
        assertThat(timed().filter(priced ->
                        Floor.nameOf(Course.of(priced).orElseThrow()).isEmpty()))
                .as("too long to have one")
                .allMatch(priced -> priced.place().startsWith("[512 "));
    }

    /** What a batch does after it was set back is what it did before. */
    @Test
    void anOperationThatIsRewoundEndsAsItDidBefore() {
        timed().forEach(priced -> {
            HardwareMachine machine = HardwareMachine.rewindable();
            Supplier<?> operation = priced.setup().apply(machine);
            machine.mark();
            Object end = operation.get();
            machine.rewind();
            assertThat(operation.get()).as(priced.key()).isEqualTo(end);
        });
    }

    @Test
    void theResultOfAFloorDependsOnWhatItReads() {
        Priced pin = timed().filter(priced -> priced.point().equals("PinAndUnpin/6.1[1 small]"))
                .findFirst()
                .orElseThrow();
        Floor floor = Floor.named(Floor.nameOf(Course.of(pin).orElseThrow()).orElseThrow());
        long[] others = floor.initial();
        Arrays.fill(others, 3);
        assertThat(floor.run(floor.initial())).isNotEqualTo(floor.run(others));
    }
}
