// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.openjdk.jcstress.infra.runners.CounterThread;
import org.openjdk.jcstress.infra.runners.Runner;
import org.openjdk.jcstress.util.Counter;

/** What a worker makes of the threads that JCStress gives it. */
class WorkerTest {
    private static final class Actors extends Runner<String> {
        private final List<Supplier<Counter<String>>> actors;
        int runs;

        Actors(List<Supplier<Counter<String>>> actors) {
            super(null);
            this.actors = actors;
        }

        @Override
        public void sanityCheck(Counter<String> counter) {}

        @Override
        @SuppressWarnings("NonApiType") // so has JCStress
        public ArrayList<CounterThread<String>> internalRun() {
            runs++;
            ArrayList<CounterThread<String>> threads = new ArrayList<>();
            for (Supplier<Counter<String>> actor : actors) {
                CounterThread<String> thread = new CounterThread<>("an actor") {
                    @Override
                    protected Counter<String> internalRun() {
                        return actor.get();
                    }

                    @Override
                    public void purge() {}
                };
                thread.setDaemon(true);
                thread.start();
                threads.add(thread);
            }
            return threads;
        }
    }

    private static Counter<String> seen(String word) {
        Counter<String> counter = new Counter<>();
        counter.record(word, 7);
        return counter;
    }

    /** As in a checkpoint where the other never arrives. */
    private static Counter<String> forEver() {
        while (true) {
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
        }
    }

    @Test
    void addsUpWhatTheActorsCounted() throws Throwable {
        Map<String, Long> counts = new HashMap<>();
        Actors actors = new Actors(List.of(() -> seen("A"), () -> seen("A")));
        long nanos = Worker.run(actors, 10, counts);
        assertThat(actors.runs).as("runs of the actors in one slice").isEqualTo(1);
        assertThat(counts).isEqualTo(Map.of("A", 14L));
        assertThat(nanos).isPositive();
    }

    /** Whichever it is: the other waits for it, and nobody else need. */
    @Test
    void whatAnActorThrowsIsToldAtOnce() {
        Supplier<Counter<String>> throwing = () -> {
            throw new IllegalStateException("a bug");
        };
        for (List<Supplier<Counter<String>>> actors :
                List.of(List.of(throwing, WorkerTest::forEver), List.of(WorkerTest::forEver, throwing))) {
            long begin = System.nanoTime();
            assertThatThrownBy(() -> Worker.run(new Actors(actors), 10, new HashMap<>()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("a bug");
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .as("long before the watchdog of the master")
                    .isLessThan(Duration.ofSeconds(10));
        }
        Map<String, Long> counts = new HashMap<>();
        assertThatThrownBy(() -> Worker.run(new Actors(List.of(() -> seen("WRONG"), throwing)), 10, counts))
                .hasMessage("a bug");
        assertThat(counts).as("the other had come to its end, or not yet").isIn(Map.of(), Map.of("WRONG", 7L));
    }
}
