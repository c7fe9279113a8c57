// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jcstress.infra.runners.CounterThread;
import org.openjdk.jcstress.infra.runners.ForkedTestConfig;
import org.openjdk.jcstress.infra.runners.Runner;
import org.openjdk.jcstress.util.Counter;
import pagerace.machine.Machine;
import pagerace.mm.Folio;
import pagerace.mm.Steps;
import pagerace.mm.op.MarkDirty;
import pagerace.own.OwnFix;

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

    /** Where {@link Counted} counts: each point has classes of its own, and shares only those of the JDK with this test. */
    private static final String RUNS = "pagerace.stress.WorkerTest.runs";

    /** Counts how often an actor runs that is to run once in a scenario. */
    public static final class Counted extends OwnFix<MarkDirty, MarkDirty.Step> {
        /** Of the user of the pin. */
        public Counted() {
            super("UnpinDirtyVsClean", "PRECHECK", MarkDirty.class, Steps.of(), "its runs are counted");
        }

        @Override
        public MarkDirty operation(Machine machine, MarkDirty builtIn, Steps<MarkDirty.Step> added) {
            LongAdder runs = (LongAdder) requireNonNull(System.getProperties().get(RUNS));
            return new MarkDirty(builtIn.kernel, builtIn.file) {
                @Override
                public End mark(Folio folio) {
                    runs.increment();
                    return super.mark(folio);
                }
            };
        }
    }

    @Test
    void countsEveryRunOnceAndInItsSlice(@TempDir Path ownFix) throws IOException {
        Path services = Files.createDirectories(ownFix.resolve("META-INF").resolve("services"));
        Files.writeString(services.resolve(OwnFix.class.getName()), Counted.class.getName());
        LongAdder runs = new LongAdder();
        ByteArrayOutputStream orders = new ByteArrayOutputStream();
        int slices = 3;
        try (DataOutputStream to = new DataOutputStream(orders)) {
            to.writeUTF("UnpinDirtyVsClean/COUNTED");
            writeConfig(to);
            for (int slice = 0; slice < slices; slice++) {
                to.writeBoolean(true);
                writeConfig(to);
            }
            to.writeBoolean(false);
        }
        ByteArrayOutputStream answers = new ByteArrayOutputStream();
        String classPath = System.getProperty("java.class.path");
        System.setProperty("java.class.path", classPath + File.pathSeparator + ownFix);
        System.getProperties().put(RUNS, runs);
        try {
            new Worker(in(orders), new DataOutputStream(answers)).serve();
        } finally {
            System.setProperty("java.class.path", classPath);
            System.getProperties().remove(RUNS);
        }
        try (DataInputStream from = in(answers)) {
            long counted = count(from);
            assertThat(counted).as("the check of the harness").isEqualTo(1);
            assertThat(from.readUTF()).isEqualTo("UnpinDirtyVsClean/COUNTED");
            for (int slice = 0; slice < slices; slice++) {
                long samples = count(from);
                assertThat(samples).isPositive();
                counted += samples;
            }
            assertThat(from.available()).isZero();
            assertThat(counted).isEqualTo(runs.sum());
        }
    }

    private static DataInputStream in(ByteArrayOutputStream written) {
        return new DataInputStream(new ByteArrayInputStream(written.toByteArray()));
    }

    /** As {@link ForkedTestConfig} reads it. */
    private static void writeConfig(DataOutputStream to) throws IOException {
        int threadOnSpinWait = 0;
        int millis = 5;
        int iterations = 1;
        int megabytes = 100;
        int strideSize = 4;
        int strides = 8;
        to.writeInt(threadOnSpinWait);
        to.writeInt(millis);
        to.writeInt(iterations);
        to.writeUTF(TwoActors.class.getName() + "_jcstress");
        to.writeInt(megabytes);
        to.writeInt(strideSize);
        to.writeInt(strides);
        to.writeBoolean(false); // the threads may run on any CPU
    }

    /** How many executions the next answer tells of. */
    private static long count(DataInputStream from) throws IOException {
        assertThat(from.readBoolean()).as("it went well").isTrue();
        from.readLong();
        long count = 0;
        for (int words = from.readInt(); words > 0; words--) {
            from.readUTF();
            count += from.readLong();
        }
        return count;
    }
}
