// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RwSemaphoreTest {
    private final RwSemaphore semaphore = new RwSemaphore(new HardwareMachine(), "mm", "mmap_lock");

    @Test
    void readersShareAndKeepWritersOut() {
        semaphore.readLock();
        assertThat(semaphore.tryReadLock()).isTrue();
        assertThat(semaphore.tryWriteLock()).isFalse();
        semaphore.readUnlock();
        assertThat(semaphore.tryWriteLock()).as("one reader is left").isFalse();
        assertThatThrownBy(semaphore::writeLock).isSameAs(Stuck.STUCK);
        semaphore.readUnlock();
        assertThat(semaphore.tryWriteLock()).isTrue();
    }

    @Test
    void aWriterKeepsEverybodyOut() {
        semaphore.writeLock();
        assertThat(semaphore.tryReadLock()).isFalse();
        assertThat(semaphore.tryWriteLock()).isFalse();
        assertThatThrownBy(semaphore::readLock).isSameAs(Stuck.STUCK);
        semaphore.writeUnlock();
        assertThat(semaphore.tryReadLock()).isTrue();
    }

    @Test
    void aDowngradedWriterIsOneReader() {
        semaphore.writeLock();
        semaphore.downgrade();
        assertThat(semaphore.tryReadLock()).isTrue();
        assertThat(semaphore.tryWriteLock()).isFalse();
        semaphore.readUnlock();
        assertThat(semaphore.tryWriteLock()).isFalse();
        semaphore.readUnlock();
        assertThat(semaphore.tryWriteLock()).isTrue();
    }

    @Test
    void aReaderWaitsForTheWriterAndAWriterForTheLastReader() {
        ScriptedMachine machine = new ScriptedMachine();
        RwSemaphore scripted = new RwSemaphore(machine, "mm", "sem");
        scripted.writeLock();
        machine.whileWaiting(scripted::downgrade);
        scripted.readLock();
        machine.whileWaiting(scripted::readUnlock);
        machine.whileWaiting(scripted::readUnlock);
        scripted.writeLock();
        assertThat(machine.isScriptDone()).isTrue();
        scripted.writeUnlock();
        assertThat(machine.steps())
                .containsExactly(
                        "mm.sem acquire",
                        "mm.sem acquire",
                        "mm.sem add 1 RELEASE",
                        "mm.sem acquire",
                        "mm.sem add -2 RELEASE",
                        "mm.sem add -2 RELEASE",
                        "mm.sem add -1 RELEASE");
    }

    @Test
    void writersExclude() {
        CriticalSection.assertExclusive(machine -> {
            RwSemaphore lock = new RwSemaphore(machine, "mm", "lock");
            return CriticalSection.Guards.both(section -> {
                lock.writeLock();
                section.run();
                lock.writeUnlock();
            });
        });
    }

    @Test
    void aReaderAndAWriterExclude() {
        CriticalSection.assertExclusive(machine -> {
            RwSemaphore lock = new RwSemaphore(machine, "mm", "lock");
            return new CriticalSection.Guards(
                    section -> {
                        lock.readLock();
                        section.run();
                        lock.readUnlock();
                    },
                    section -> {
                        lock.writeLock();
                        section.run();
                        lock.writeUnlock();
                    });
        });
    }

    @Test
    void triedLocksExclude() {
        CriticalSection.assertExclusive(machine -> {
            RwSemaphore lock = new RwSemaphore(machine, "mm", "lock");
            return new CriticalSection.Guards(
                    section -> {
                        TwoThreads.eventually(lock::tryReadLock);
                        section.run();
                        lock.readUnlock();
                    },
                    section -> {
                        TwoThreads.eventually(lock::tryWriteLock);
                        section.run();
                        lock.writeUnlock();
                    });
        });
    }

    @Test
    void aDowngradedWriterStillExcludesWriters() {
        CriticalSection.assertExclusive(machine -> {
            RwSemaphore lock = new RwSemaphore(machine, "mm", "lock");
            return CriticalSection.Guards.both(section -> {
                lock.writeLock();
                lock.downgrade();
                section.run();
                lock.readUnlock();
            });
        });
    }

    @Test
    void readersDoNotExclude() {
        CriticalSection.assertShared(machine -> {
            RwSemaphore lock = new RwSemaphore(machine, "mm", "lock");
            return CriticalSection.Guards.both(section -> {
                lock.readLock();
                section.run();
                lock.readUnlock();
            });
        });
    }
}
