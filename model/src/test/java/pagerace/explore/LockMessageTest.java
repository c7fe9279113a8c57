// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pagerace.machine.BitLock;
import pagerace.machine.Machine;
import pagerace.machine.RwSemaphore;
import pagerace.machine.SpinLock;
import pagerace.machine.Word;

/**
 * Message passing through each kind of lock: what its holder stored before it gave the lock back, the next holder reads, under every
 * model.
 */
class LockMessageTest {
    private static final long LOCKED = 4;

    /** One lock, held already, as the two who pass it on use it. */
    record Held(Runnable giveBack, Runnable take, BooleanSupplier tryToTake) {}

    /** A kind of lock. */
    record Kind(String name, Function<Machine, Held> on) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Kind> kinds() {
        return Stream.of(
                new Kind("spin lock", machine -> {
                    SpinLock lock = new SpinLock(machine, "lock");
                    lock.lock();
                    return new Held(lock::unlock, lock::lock, lock::tryLock);
                }),
                new Kind("bit lock", machine -> {
                    BitLock lock = new BitLock(machine.word("flags", 0), LOCKED);
                    lock.lock();
                    return new Held(lock::unlock, lock::lock, lock::tryLock);
                }),
                new Kind("semaphore, from writer to writer", machine -> {
                    RwSemaphore semaphore = new RwSemaphore(machine, "mm", "lock");
                    semaphore.writeLock();
                    return new Held(semaphore::writeUnlock, semaphore::writeLock, semaphore::tryWriteLock);
                }),
                new Kind("semaphore, from writer to reader", machine -> {
                    RwSemaphore semaphore = new RwSemaphore(machine, "mm", "lock");
                    semaphore.writeLock();
                    return new Held(semaphore::writeUnlock, semaphore::readLock, semaphore::tryReadLock);
                }),
                new Kind("semaphore, from writer to reader by a downgrade", machine -> {
                    RwSemaphore semaphore = new RwSemaphore(machine, "mm", "lock");
                    semaphore.writeLock();
                    return new Held(semaphore::downgrade, semaphore::readLock, semaphore::tryReadLock);
                }),
                new Kind("semaphore, from reader to writer", machine -> {
                    RwSemaphore semaphore = new RwSemaphore(machine, "mm", "lock");
                    semaphore.readLock();
                    return new Held(semaphore::readUnlock, semaphore::writeLock, semaphore::tryWriteLock);
                }));
    }

    /** One actor stores and gives the lock back, the other takes it and loads; what it loaded is the outcome. */
    private static final class Passing implements Program<String> {
        private final Held lock;
        private final Word message;
        private final boolean tries;

        Passing(Machine machine, Kind kind, boolean tries) {
            this.tries = tries;
            lock = kind.on().apply(machine);
            message = machine.word("message", 0);
        }

        @Override
        public List<Supplier<?>> actors() {
            return List.of(this::send, this::receive);
        }

        private String send() {
            message.writeOnce(1);
            lock.giveBack.run();
            return "sent";
        }

        private String receive() {
            if (tries && !lock.tryToTake.getAsBoolean()) {
                return "busy";
            }
            if (!tries) {
                lock.take.run();
            }
            return "read " + message.readOnce();
        }

        @Override
        public String judge(List<Object> ends) {
            return ends.get(1).toString();
        }

        @Override
        public String stuck() {
            return "stuck";
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void whoTakesItReadsTheMessage(Kind kind) {
        for (MemoryModel model : Prediction.MODELS) {
            assertThat(Explorer.of(machine -> new Passing(machine, kind, false))
                            .explore(model)
                            .outcomes())
                    .as(model.level().toString())
                    .containsExactly("read 1");
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void soDoesWhoTriesAndSucceeds(Kind kind) {
        for (MemoryModel model : Prediction.MODELS) {
            assertThat(Explorer.of(machine -> new Passing(machine, kind, true))
                            .explore(model)
                            .outcomes())
                    .as(model.level().toString())
                    .containsExactlyInAnyOrder("read 1", "busy");
        }
    }
}
