// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.openjdk.jol.info.ClassLayout;
import org.openjdk.jol.info.FieldLayout;
import org.openjdk.jol.vm.VM;

/** No two locks of a {@link LockStripes} share a cache line, asked of the virtual machine that lays them out. */
class PaddingTest {
    /** Two lines: adjacent ones are fetched together. */
    private static final long APART = 128;

    private static final int STRIPES = 64;

    /** The layout is known without an agent; JOL prints a warning if it tries to load one. */
    @BeforeAll
    static void loadNoAgent() {
        System.setProperty("jol.skipDynamicAttach", "true");
    }

    private static List<Word> padded() {
        HardwareMachine machine = new HardwareMachine();
        List<Word> words = new ArrayList<>();
        for (int i = 0; i < STRIPES; i++) {
            words.add(machine.paddedWord("ptl", i, Format.DECIMAL, 0));
        }
        return words;
    }

    private static List<Word> unpadded() {
        HardwareMachine machine = new HardwareMachine();
        List<Word> words = new ArrayList<>();
        for (int i = 0; i < STRIPES; i++) {
            words.add(machine.word("ptl", i, 0));
        }
        return words;
    }

    /** The words of the locks that the stripes really have. */
    private static List<Word> wordsOfStripes() throws ReflectiveOperationException {
        LockStripes stripes = new LockStripes(new HardwareMachine(), "ptl", STRIPES);
        Field locks = LockStripes.class.getDeclaredField("locks");
        locks.setAccessible(true);
        Field word = SpinLock.class.getDeclaredField("word");
        word.setAccessible(true);
        List<Word> words = new ArrayList<>();
        for (SpinLock lock : (SpinLock[]) locks.get(stripes)) {
            words.add((Word) word.get(lock));
        }
        return words;
    }

    private static long offsetOfValue(Word word) {
        return ClassLayout.parseInstance(word).fields().stream()
                .filter(field -> field.name().equals("value"))
                .mapToLong(FieldLayout::offset)
                .findFirst()
                .orElseThrow();
    }

    /** The smallest distance between the values of two of {@code words} right now. */
    private static long closest(List<Word> words) {
        List<Long> addresses = new ArrayList<>();
        for (Word word : words) {
            addresses.add(VM.current().addressOf(word) + offsetOfValue(word));
        }
        Collections.sort(addresses);
        long closest = Long.MAX_VALUE;
        for (int i = 1; i < addresses.size(); i++) {
            closest = Math.min(closest, addresses.get(i) - addresses.get(i - 1));
        }
        return closest;
    }

    /**
     * Two objects of one class do not overlap, and have the value at one offset, so their values are an object's size apart
     * or more, wherever they are.
     */
    @Test
    void aPaddedWordIsTwoLinesLong() {
        Word word = padded().get(0);
        assertThat(ClassLayout.parseInstance(word).instanceSize()).isGreaterThanOrEqualTo(APART);
    }

    @Test
    void everyLockOfStripesIsAPaddedWord() throws ReflectiveOperationException {
        List<Word> words = wordsOfStripes();
        assertThat(words).hasSize(STRIPES).doesNotHaveDuplicates();
        Class<?> padded = padded().get(0).getClass();
        assertThat(words).allMatch(word -> word.getClass() == padded);
    }

    @Test
    void noTwoAreOnOneLineBeforeOrAfterACollection() throws ReflectiveOperationException {
        List<Word> words = wordsOfStripes();
        assertThat(closest(words)).isGreaterThanOrEqualTo(APART);
        System.gc();
        assertThat(closest(words)).isGreaterThanOrEqualTo(APART);
    }

    /** The control: the same look at ordinary words finds several on a line. */
    @Test
    void ordinaryWordsShareLines() {
        assertThat(closest(unpadded())).isLessThan(64);
    }

    /** Padding is room and nothing else: whatever a word does, a padded one does by the same code. */
    @Test
    void aPaddedWordOverridesNothing() {
        Word word = padded().get(0);
        assertThat(word.getClass().getDeclaredMethods()).isEmpty();
        assertThat(word.getClass().getSuperclass()).isEqualTo(unpadded().get(0).getClass());
    }
}
