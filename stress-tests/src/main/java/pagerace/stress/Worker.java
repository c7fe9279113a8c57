// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.infra.runners.CounterThread;
import org.openjdk.jcstress.infra.runners.ForkedTestConfig;
import org.openjdk.jcstress.infra.runners.ResourceEstimator;
import org.openjdk.jcstress.infra.runners.Runner;
import org.openjdk.jcstress.util.Counter;

/**
 * The main program of a VM that measures point after point. It drives the runner that JCStress made of a {@link Harness}, slice by
 * slice, as it is told over a socket, and has no opinion of its own on what it counts.
 *
 * <p>JCStress's own main program for forks measures one point and ends; and it counts what its check of the harness and its search
 * for a stride bring, uncompiled and on no particular CPU, among what it measures.
 */
public final class Worker {
    /** Beyond the time of its slice an actor may take so long, in nanoseconds: less than the master waits for its first. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(15);

    /** How often a thread that others wait for is looked at, in milliseconds. */
    private static final int LOOK_MILLIS = 50;

    private static final int LONGEST_REASON = 1_000;

    private final DataInputStream in;
    private final DataOutputStream out;

    Worker(DataInputStream in, DataOutputStream out) {
        this.in = in;
        this.out = out;
    }

    /**
     * {@link #serve Serves} the master that started this VM.
     *
     * @param args the port of this host on which the master listens, and the number that it expects as a greeting
     */
    public static void main(String[] args) {
        // Neither an actor that hangs nor a master that was killed keeps the VM.
        CompletableFuture<?> orphaned = ProcessHandle.current()
                .parent()
                .map(ProcessHandle::onExit)
                .orElse(new CompletableFuture<>())
                .thenRun(() -> Runtime.getRuntime().halt(1));
        try (Socket master = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]))) {
            master.setTcpNoDelay(true);
            DataOutputStream out = new DataOutputStream(new BufferedOutputStream(master.getOutputStream()));
            out.writeLong(Long.parseLong(args[1]));
            out.flush();
            new Worker(new DataInputStream(new BufferedInputStream(master.getInputStream())), out).serve();
        } catch (Throwable e) {
            // What this VM says last is what the master tells of it.
            System.err.println(e);
            Runtime.getRuntime().halt(1);
        } finally {
            orphaned.cancel(false);
            Runtime.getRuntime().halt(0);
        }
    }

    /** Measures as it is told until the other end closes the connection. */
    void serve() throws IOException {
        boolean goesOn = true;
        while (goesOn) {
            String key;
            try {
                key = in.readUTF();
            } catch (EOFException e) {
                return;
            }
            goesOn = visit(key, new FixedStrides(in));
        }
    }

    /** Measures one point until the master turns away from it; returns whether the worker can go on. */
    private boolean visit(String key, ForkedTestConfig config) throws IOException {
        Map<String, Long> counts = new TreeMap<>();
        try (PointLoader loader = new PointLoader(key)) {
            Thread.currentThread().setContextClassLoader(loader);
            Class<?> runners = loader.loadClass(config.generatedRunnerName);
            String measured = (String)
                    loader.loadClass(Harness.class.getName()).getMethod("key").invoke(null);
            check(runner(runners, config), counts);
            answer(true, 0, counts);
            out.writeUTF(measured);
            out.flush();
            while (in.readBoolean()) {
                counts.clear();
                ForkedTestConfig slice = new FixedStrides(in);
                answer(true, run(runner(runners, slice), slice.time, counts), counts);
                out.flush();
            }
            return true;
        } catch (EOFException e) {
            return false;
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            answer(false, 0, counts);
            out.writeUTF(inWords(e));
            out.flush();
            return false;
        } finally {
            Thread.currentThread().setContextClassLoader(Worker.class.getClassLoader());
        }
    }

    private static Runner<?> runner(Class<?> runners, ForkedTestConfig config) throws ReflectiveOperationException {
        return (Runner<?>) runners.getConstructor(ForkedTestConfig.class).newInstance(config);
    }

    /** The reason, not that it came by reflection or from a static initializer. */
    private static String inWords(Throwable thrown) {
        Throwable reason = thrown;
        while (reason.getCause() != null
                && (reason instanceof InvocationTargetException || reason instanceof ExceptionInInitializerError)) {
            reason = reason.getCause();
        }
        String words = reason.toString();
        return words.substring(0, Math.min(words.length(), LONGEST_REASON));
    }

    private static <R> void check(Runner<R> runner, Map<String, Long> counts) throws Throwable {
        Counter<R> counter = new Counter<>();
        try {
            runner.sanityCheck(counter);
        } finally {
            add(counter, counts);
        }
    }

    /**
     * Runs one slice, and says how long it took in nanoseconds. What actors counted that came to their end is in {@code counts},
     * even if it fails; what the others had counted is lost with them.
     *
     * @throws Throwable what an actor or the judge has thrown: then the other actor waits for it for ever
     */
    static <R> long run(Runner<R> runner, int millis, Map<String, Long> counts) throws Throwable {
        long begin = System.nanoTime();
        List<CounterThread<R>> actors = runner.internalRun();
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis) + PATIENCE_NANOS;
        for (CounterThread<R> actor : actors) {
            while (actor.isAlive() && thrown(actors) == null && System.nanoTime() < deadline) {
                actor.join(LOOK_MILLIS);
            }
        }
        long nanos = System.nanoTime() - begin;
        for (CounterThread<R> actor : actors) {
            if (actor.result() != null) {
                add(actor.result(), counts);
            }
        }
        Throwable thrown = thrown(actors);
        if (thrown != null) {
            throw thrown;
        }
        if (actors.stream().anyMatch(Thread::isAlive)) {
            throw new IllegalStateException("an actor did not come to an end");
        }
        return nanos;
    }

    private static <R> @Nullable Throwable thrown(List<CounterThread<R>> actors) {
        return actors.stream()
                .map(CounterThread::throwable)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static <R> void add(Counter<R> counter, Map<String, Long> counts) {
        for (R result : counter.elementSet()) {
            counts.merge(String.valueOf(result), counter.count(result), Long::sum);
        }
    }

    private void answer(boolean isGood, long nanos, Map<String, Long> counts) throws IOException {
        out.writeBoolean(isGood);
        out.writeLong(nanos);
        out.writeInt(counts.size());
        for (Map.Entry<String, Long> entry : counts.entrySet()) {
            out.writeUTF(entry.getKey());
            out.writeLong(entry.getValue());
        }
    }

    /** As the master says, without a search that runs the harness three hundred times on threads of its own. */
    private static final class FixedStrides extends ForkedTestConfig {
        FixedStrides(DataInputStream in) throws IOException {
            super(in);
        }

        @Override
        public void adjustStrideCount(ResourceEstimator estimator) {}
    }
}
