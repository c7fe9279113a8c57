// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BitLockTest {
    private static final long OTHERS = 0x7EDC_BA98_7654_3210L & ~2L;

    @ParameterizedTest
    @ValueSource(longs = {2, 1L << 63})
    void theOtherBitsOfTheWordStayAsTheyWere(long bit) {
        Word flags = new HardwareMachine().word("flags", OTHERS);
        BitLock lock = new BitLock(flags, bit);
        assertThat(lock.isLocked()).isFalse();
        lock.lock();
        assertThat(flags.readOnce()).isEqualTo(OTHERS | bit);
        assertThat(lock.isLocked()).isTrue();
        lock.unlock();
        assertThat(flags.readOnce()).isEqualTo(OTHERS);
        assertThat(lock.tryLock()).isTrue();
        assertThat(flags.readOnce()).isEqualTo(OTHERS | bit);
        lock.unlock();
        assertThat(flags.readOnce()).isEqualTo(OTHERS);
        assertThat(lock.isLocked()).isFalse();
    }

    @Test
    void aHeldLockIsTakenByNobody() {
        Word flags = new HardwareMachine().word("flags", OTHERS);
        BitLock lock = new BitLock(flags, 2);
        lock.lock();
        assertThat(lock.tryLock()).isFalse();
        assertThatThrownBy(lock::lock).isSameAs(Stuck.STUCK);
        assertThat(flags.readOnce()).isEqualTo(OTHERS | 2);
    }

    @Test
    void twoLocksOfOneWordAreApart() {
        Word flags = new HardwareMachine().word("flags", 0);
        BitLock one = new BitLock(flags, 1);
        BitLock other = new BitLock(flags, 2);
        one.lock();
        assertThat(other.isLocked()).isFalse();
        assertThat(other.tryLock()).isTrue();
        one.unlock();
        assertThat(other.isLocked()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 3, -1})
    void aLockIsOneBit(long mask) {
        Word flags = new HardwareMachine().word("flags", 0);
        assertThatThrownBy(() -> new BitLock(flags, mask)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void lockWaitsForUnlock() {
        ScriptedMachine machine = new ScriptedMachine();
        BitLock lock = new BitLock(machine.word("flags", 8), 2);
        lock.lock();
        machine.whileWaiting(lock::unlock);
        lock.lock();
        assertThat(machine.isScriptDone()).isTrue();
        assertThat(machine.steps()).containsExactly("flags acquire", "flags acquire", "flags and-not 2 RELEASE");
    }

    @Test
    void lockExcludes() {
        CriticalSection.assertExclusive(machine -> {
            BitLock lock = new BitLock(machine.word("flags", OTHERS), 2);
            return CriticalSection.Guards.both(section -> {
                lock.lock();
                section.run();
                lock.unlock();
            });
        });
    }

    @Test
    void tryLockExcludes() {
        CriticalSection.assertExclusive(machine -> {
            BitLock lock = new BitLock(machine.word("flags", OTHERS), 2);
            return CriticalSection.Guards.both(section -> {
                TwoThreads.eventually(lock::tryLock);
                section.run();
                lock.unlock();
            });
        });
    }

    /** The holder of the lock may share the word with whoever sets other bits meanwhile. */
    @Test
    void takingAndGivingBackLosesNoConcurrentChangeOfAnotherBit() {
        TwoThreads.race(machine -> {
            Word flags = machine.word("flags", 0);
            BitLock lock = new BitLock(flags, 2);
            return TwoThreads.together(
                    machine,
                    100_000,
                    () -> {
                        lock.lock();
                        lock.unlock();
                    },
                    () -> {
                        flags.or(4);
                        if ((flags.readOnce() & 4) == 0) {
                            throw new AssertionError("a set bit was lost");
                        }
                        flags.andNot(4);
                        if ((flags.readOnce() & 4) != 0) {
                            throw new AssertionError("a cleared bit came back");
                        }
                    });
        });
    }
}
