// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Two real threads that start together, for the tests of locks and fences. */
final class TwoThreads {
    private static final int ATTEMPTS = 20;
    private static final long PATIENCE_NANOS = 20_000_000_000L;
    /** How long to look for company; with one CPU there is hardly any. */
    private static final long LONELY_NANOS =
            Runtime.getRuntime().availableProcessors() > 1 ? 2_000_000_000L : 50_000_000L;

    private TwoThreads() {}

    /** The bodies of the two threads. */
    record Actors(Runnable first, Runnable second) {}

    /**
     * Actors that do their step {@code rounds} times or more: until each has noticed, in a hundredth of its rounds, that the
     * other one got on meanwhile. Else, on a busy host, one would often be through before the other begins, and a lock
     * that excludes nobody would pass.
     */
    static Actors together(Machine machine, int rounds, Runnable first, Runnable second) {
        Word finished = machine.word("finished", 0);
        Word one = machine.word("progress", 1, 0);
        Word other = machine.word("progress", 2, 0);
        return new Actors(
                () -> repeat(rounds, finished, one, other, first), () -> repeat(rounds, finished, other, one, second));
    }

    private static void repeat(int rounds, Word finished, Word mine, Word other, Runnable step) {
        long start = System.nanoTime();
        long seen = 0;
        int meetings = 0;
        boolean done = false;
        try {
            for (int i = 1; !done || finished.loadAcquire() < 2; i++) {
                step.run();
                mine.writeOnce(i);
                long now = other.readOnce();
                if (now != seen) {
                    seen = now;
                    meetings++;
                }
                if (!done && i >= rounds && (meetings >= rounds / 100 || System.nanoTime() - start > LONELY_NANOS)) {
                    done = true;
                    finished.addReturn(1);
                }
            }
        } catch (RuntimeException | Error e) {
            finished.storeRelease(2); // or the other one would go on for ever
            throw e;
        }
    }

    /**
     * Runs two actors on a fresh machine, and again if one of them got {@link Stuck}: on a loaded host the holder of a lock
     * can be off its CPU for longer than the other one spins. A deadlock is stuck every time, and then fails.
     */
    static void race(Function<HardwareMachine, Actors> setup) {
        for (int attempt = 1; ; attempt++) {
            Actors actors = setup.apply(new HardwareMachine());
            try {
                run(actors.first(), actors.second());
                return;
            } catch (Stuck stuck) {
                if (attempt == ATTEMPTS) {
                    throw new AssertionError("stuck in each of " + ATTEMPTS + " attempts", stuck);
                }
            }
        }
    }

    /** Runs both at once and waits for both; throws what the first of them to fail threw. */
    static void run(Runnable first, Runnable second) {
        AtomicInteger ready = new AtomicInteger();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        Thread a = start(first, ready, failure);
        Thread b = start(second, ready, failure);
        join(a);
        join(b);
        Throwable thrown = failure.get();
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
    }

    /** A control: repeats until {@code outcome} is seen, which needs two CPUs; fails if it never is. */
    static void showsUp(BooleanSupplier outcome) {
        assumeThat(Runtime.getRuntime().availableProcessors())
                .as("CPUs of this host")
                .isGreaterThan(1);
        eventually(outcome);
    }

    /** Waits in real time until {@code condition} holds; fails if it never does. */
    static void eventually(BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > PATIENCE_NANOS) {
                throw new AssertionError("did not happen in time");
            }
            Thread.onSpinWait();
        }
    }

    private static Thread start(Runnable body, AtomicInteger ready, AtomicReference<@Nullable Throwable> failure) {
        Thread thread = new Thread(() -> {
            try {
                ready.incrementAndGet();
                eventually(() -> ready.get() == 2);
                body.run();
            } catch (RuntimeException | Error e) {
                failure.compareAndSet(null, e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void join(Thread thread) {
        try {
            thread.join(PATIENCE_NANOS / 1_000_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        if (thread.isAlive()) {
            throw new AssertionError("an actor hangs");
        }
    }

    /** Waits a little for the other thread every 64 rounds, or the first to start is through before the other begins. */
    static void meet(int round, AtomicInteger mine, AtomicInteger other) {
        if (round % 64 == 0) {
            mine.set(round);
            for (int spins = 0; spins < 500 && other.get() < round; spins++) {
                Thread.onSpinWait();
            }
        }
    }
}
