// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SpinLockTest {
    @Test
    void aHeldLockIsTakenByNobody() {
        SpinLock lock = new SpinLock(new HardwareMachine(), "lock");
        lock.lock();
        assertThat(lock.tryLock()).isFalse();
        assertThatThrownBy(lock::lock).isSameAs(Stuck.STUCK);
        lock.unlock();
        assertThat(lock.tryLock()).isTrue();
        assertThat(lock.tryLock()).isFalse();
        lock.unlock();
        assertThat(lock.tryLock()).isTrue();
    }

    @Test
    void lockWaitsForUnlock() {
        ScriptedMachine machine = new ScriptedMachine();
        SpinLock lock = new SpinLock(machine, "ptl", 2);
        lock.lock();
        machine.whileWaiting(lock::unlock);
        lock.lock();
        assertThat(machine.isScriptDone()).isTrue();
        assertThat(machine.steps()).containsExactly("ptl[2] acquire", "ptl[2] acquire", "ptl[2] store-release 0");
    }

    @Test
    void lockExcludes() {
        CriticalSection.assertExclusive(machine -> {
            SpinLock lock = new SpinLock(machine, "lock");
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
            SpinLock lock = new SpinLock(machine, "lock");
            return CriticalSection.Guards.both(section -> {
                TwoThreads.eventually(lock::tryLock);
                section.run();
                lock.unlock();
            });
        });
    }

    /** The control of every test of exclusion: without a lock the two threads do meet. */
    @Test
    void withoutALockTheThreadsMeet() {
        CriticalSection.assertShared(machine -> CriticalSection.Guards.both(Runnable::run));
    }
}
