// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LockStripesTest {
    private static final int STRIPES = 8;

    private static long keyOn(LockStripes stripes, int stripe) {
        return LongStream.range(0, 10_000)
                .filter(key -> stripes.stripeOf(key) == stripe)
                .findFirst()
                .orElseThrow();
    }

    private static long otherKeyOn(LockStripes stripes, int stripe) {
        long first = keyOn(stripes, stripe);
        return LongStream.range(first + 1, 10_000)
                .filter(key -> stripes.stripeOf(key) == stripe)
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(ints = {-8, 0, 3, 12, Integer.MIN_VALUE})
    void aNumberThatIsNoPowerOfTwoIsRefused(int stripes) {
        assertThatThrownBy(() -> new LockStripes(new HardwareMachine(), "ptl", stripes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(Integer.toString(stripes));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 64})
    void everyKeyHasAStripe(int count) {
        LockStripes stripes = new LockStripes(new HardwareMachine(), "ptl", count);
        for (long key : new long[] {0, 1, 2, 1L << 40, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertThat(stripes.stripeOf(key)).isBetween(0, count - 1);
        }
    }

    @Test
    void equalKeysShareALockAndUnequalStripesDoNot() {
        LockStripes stripes = new LockStripes(new HardwareMachine(), "ptl", STRIPES);
        assertThat(stripes.of(5)).isSameAs(stripes.of(5));
        assertThat(stripes.of(keyOn(stripes, 0))).isNotSameAs(stripes.of(keyOn(stripes, 1)));
        assertThat(stripes.of(keyOn(stripes, 3))).isSameAs(stripes.of(otherKeyOn(stripes, 3)));
    }

    /** Pages that lie side by side, or that begin 2 MiB apart, do not crowd on a few stripes. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 512, 1L << 18})
    void regularKeysAreSpread(long stride) {
        LockStripes stripes = new LockStripes(new HardwareMachine(), "ptl", 64);
        int[] load = new int[64];
        for (int i = 0; i < 640; i++) {
            load[stripes.stripeOf(i * stride)]++;
        }
        for (int stripe = 0; stripe < load.length; stripe++) {
            assertThat(load[stripe])
                    .as("keys on stripe %d, ten on average", stripe)
                    .isBetween(1, 40);
        }
    }

    @Test
    void lockBothTakesTheLowerStripeFirstWhateverTheOrderOfTheKeys() {
        ScriptedMachine machine = new ScriptedMachine();
        LockStripes stripes = new LockStripes(machine, "ptl", STRIPES);
        long low = keyOn(stripes, 2);
        long high = keyOn(stripes, 6);
        for (long[] keys : new long[][] {{low, high}, {high, low}}) {
            stripes.lockBoth(keys[0], keys[1]);
            assertThat(machine.steps()).containsExactly("ptl[2] acquire", "ptl[6] acquire");
            stripes.unlockBoth(keys[0], keys[1]);
            assertThat(machine.steps()).containsExactlyInAnyOrder("ptl[2] store-release 0", "ptl[6] store-release 0");
        }
    }

    @Test
    void lockBothTakesASharedStripeOnce() {
        ScriptedMachine machine = new ScriptedMachine();
        LockStripes stripes = new LockStripes(machine, "ptl", STRIPES);
        long one = keyOn(stripes, 4);
        for (long other : new long[] {one, otherKeyOn(stripes, 4)}) {
            stripes.lockBoth(one, other);
            assertThat(machine.steps()).containsExactly("ptl[4] acquire");
            stripes.unlockBoth(one, other);
            assertThat(machine.steps()).containsExactly("ptl[4] store-release 0");
        }
    }

    @Test
    void bothLocksAreHeldInBetween() {
        LockStripes stripes = new LockStripes(new HardwareMachine(), "ptl", STRIPES);
        long a = keyOn(stripes, 7);
        long b = keyOn(stripes, 1);
        stripes.lockBoth(a, b);
        assertThat(stripes.of(a).tryLock()).isFalse();
        assertThat(stripes.of(b).tryLock()).isFalse();
        stripes.unlockBoth(a, b);
        assertThat(stripes.of(a).tryLock()).isTrue();
        assertThat(stripes.of(b).tryLock()).isTrue();
    }

    @Test
    void equalKeysExclude() {
        CriticalSection.assertExclusive(machine -> {
            LockStripes stripes = new LockStripes(machine, "ptl", STRIPES);
            return CriticalSection.Guards.both(section -> {
                stripes.of(42).lock();
                section.run();
                stripes.of(42).unlock();
            });
        });
    }

    @Test
    void keysOfDifferentStripesDoNotExclude() {
        CriticalSection.assertShared(machine -> {
            LockStripes stripes = new LockStripes(machine, "ptl", STRIPES);
            SpinLock one = stripes.of(keyOn(stripes, 0));
            SpinLock other = stripes.of(keyOn(stripes, 5));
            return new CriticalSection.Guards(
                    section -> {
                        one.lock();
                        section.run();
                        one.unlock();
                    },
                    section -> {
                        other.lock();
                        section.run();
                        other.unlock();
                    });
        });
    }

    @Test
    void pairsTakenInOppositeOrderExcludeAndDoNotDeadlock() {
        CriticalSection.assertExclusive(machine -> {
            LockStripes stripes = new LockStripes(machine, "ptl", STRIPES);
            long a = keyOn(stripes, 3);
            long b = keyOn(stripes, 5);
            return new CriticalSection.Guards(
                    section -> {
                        stripes.lockBoth(a, b);
                        section.run();
                        stripes.unlockBoth(a, b);
                    },
                    section -> {
                        stripes.lockBoth(b, a);
                        section.run();
                        stripes.unlockBoth(b, a);
                    });
        });
    }

    /** One key in common is enough: the pair excludes the single lock. */
    @Test
    void aPairExcludesEachOfItsKeys() {
        CriticalSection.assertExclusive(machine -> {
            LockStripes stripes = new LockStripes(machine, "ptl", STRIPES);
            long a = keyOn(stripes, 3);
            long b = keyOn(stripes, 5);
            return new CriticalSection.Guards(
                    section -> {
                        stripes.lockBoth(a, b);
                        section.run();
                        stripes.unlockBoth(a, b);
                    },
                    section -> {
                        stripes.of(b).lock();
                        section.run();
                        stripes.of(b).unlock();
                    });
        });
    }
}
