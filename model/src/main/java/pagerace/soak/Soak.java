// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;

/**
 * A soak: threads run random operations over one address space, in rounds. Between two rounds nobody runs, all invariants are
 * checked, and folios without references become spare again.
 *
 * <p>Guarantees: the first violated invariant ends the run, and so does a thread that fails otherwise. What each thread chooses to
 * do follows from the seed alone. A folio that was freed is not used again in the same round. A run whose time is up goes on until each
 * check was evaluated on what it could have failed on, for {@value #MOST_ROUNDS_TO_EVALUATE_ALL} rounds in all at most.
 */
public final class Soak {
    /** Rounds between two that check contents as well; such a check makes entries writable, which hides what read-only ones show. */
    private static final int ROUNDS_PER_DATA_CHECK = 8;

    /** More than eight times what the slowest of 120 seeds took until the rarest of all evaluations came about. */
    private static final long MOST_ROUNDS_TO_EVALUATE_ALL = 50_000;

    private static final int EVENTS_SHOWN = 20;
    private static final Duration BETWEEN_REPORTS = Duration.ofSeconds(1);

    private final Settings settings;
    private final World world;
    private final List<Worker> workers = new ArrayList<>();
    private final Invariants invariants;
    private final Rendezvous rendezvous;
    private final Progress progress;
    private final Supplier<Evaluations> counting;
    private final long mostRoundsToEvaluateAll;
    private final long start = System.nanoTime();
    private final long nanos;
    private long nextReport = BETWEEN_REPORTS.toNanos();
    private long rounds;
    private @Nullable Violation violation;
    private long foundAfter;

    /**
     * What to run.
     *
     * @param seed the same one gives every thread the same sequence of choices
     * @param threads at least 2
     * @param stripes the page-table locks of an address space, a power of two
     * @param folios all folios, {@link #FEWEST_FOLIOS} at least
     * @param mutant the mistake, or null for mainline
     * @param rounds stop after so many if time is not up before, whatever was evaluated by then
     */
    public record Settings(
            long seed,
            int threads,
            int stripes,
            int folios,
            @Nullable Mutant mutant,
            long rounds) {
        /** With fewer folios some threads have nothing to allocate. */
        public static final int FEWEST_FOLIOS = 512;

        /** Mainline or a mutant in the usual size, for as long as time permits. */
        public static Settings of(long seed, int threads, @Nullable Mutant mutant) {
            return new Settings(seed, threads, 64, 1024, mutant, Long.MAX_VALUE);
        }

        /** How many folios so many threads need at least. */
        public static int fewestFolios(int threads) {
            return FEWEST_FOLIOS + 128 * Math.max(0, threads - 2);
        }
    }

    /** Is told about once a second how far the run is, and asked between rounds whether it goes on. */
    @FunctionalInterface
    public interface Progress {
        /** So many rounds and operations in that time. */
        void at(Duration elapsed, long rounds, long operations);

        /** Whether the run has to end early. */
        default boolean isInterrupted() {
            return false;
        }
    }

    private Soak(
            Settings settings,
            Duration time,
            Progress progress,
            Supplier<Evaluations> counting,
            long mostRoundsToEvaluateAll) {
        this.settings = settings;
        this.counting = counting;
        this.mostRoundsToEvaluateAll = mostRoundsToEvaluateAll;
        this.progress = progress;
        this.nanos = time.toNanos();
        Kernel kernel = settings.mutant == null ? World.MAINLINE : settings.mutant.kernel();
        world = new World(new Shape(settings.threads, settings.stripes, settings.folios), kernel);
        for (int i = 0; i < settings.threads; i++) {
            workers.add(new Worker(world, i, settings.seed, counting.get()));
        }
        List<Cpu> cpus = workers.stream().map(worker -> worker.cpu).toList();
        invariants = new Invariants(world, cpus, workers.get(0).anon);
        rendezvous = new Rendezvous(world.machine, settings.threads);
    }

    /** Runs for {@code time}, and until every check was evaluated; or until an invariant is violated. */
    public static SoakResult run(Settings settings, Duration time, Progress progress) {
        return run(settings, time, progress, Evaluations::new, MOST_ROUNDS_TO_EVALUATE_ALL);
    }

    /** The same; {@code counting} makes what counts the evaluations, and after {@code most} rounds nobody waits for one any more. */
    static SoakResult run(
            Settings settings, Duration time, Progress progress, Supplier<Evaluations> counting, long most) {
        return new Soak(settings, time, progress, counting, most).run();
    }

    private SoakResult run() {
        dealSpares(0);
        List<Thread> threads = new ArrayList<>();
        for (Worker worker : workers) {
            Thread thread = new Thread(() -> runGuarded(worker), "soak-" + worker.cpu.number);
            thread.setDaemon(true);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
        threads.forEach(Soak::join);
        return result();
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void runGuarded(Worker worker) {
        try {
            worker.run(rendezvous, this::quiesce);
        } catch (Throwable e) { // an Error too: the other threads would wait for this one for ever
            end(Violation.of(e, worker.cpu.number));
        }
    }

    private synchronized void end(Violation found) {
        if (violation == null) {
            violation = found;
            foundAfter = System.nanoTime() - start;
        }
        rendezvous.stop();
    }

    /** While nobody runs: checks, deals spare folios, and decides whether there is another round. */
    private void quiesce(long round) {
        if (workers.get(0).isDiskOnly()) {
            invariants.checkDiskOnly();
        } else {
            if (round % ROUNDS_PER_DATA_CHECK == 0) {
                invariants.checkWithData(workers.get(0).hotAnonPages());
            } else {
                invariants.check();
            }
            dealSpares(round);
        }
        rounds = round + 1;
        long elapsed = System.nanoTime() - start;
        if (elapsed >= nextReport) {
            nextReport = elapsed + BETWEEN_REPORTS.toNanos();
            progress.at(Duration.ofNanos(elapsed), rounds, operations());
        }
        boolean timeIsUp = elapsed >= nanos
                && (rounds >= mostRoundsToEvaluateAll || evaluations().areComplete(settings.threads));
        if (timeIsUp || rounds >= settings.rounds || progress.isInterrupted()) {
            rendezvous.stop();
        }
    }

    /** Of all threads, while none runs; and of the machine's counters. */
    private Evaluations evaluations() {
        Evaluations all = counting.get();
        workers.forEach(worker -> all.add(worker.cpu.evaluations));
        addChecks(all, Check.ADDED_TO_HELD, world.machine.additions());
        addChecks(all, Check.WROTE_TO_HELD, world.machine.writesToKept());
        return all;
    }

    private static void addChecks(Evaluations all, Check check, List<Long> perFolio) {
        for (int i = 0; i < perFolio.size(); i++) {
            all.add(check, i, perFolio.get(i));
        }
    }

    /** Makes every folio without references a spare of some thread, with nothing left on it of its last use. */
    private void dealSpares(long round) {
        workers.forEach(worker -> worker.cpu.clearSpares());
        int to = (int) (round % workers.size());
        for (Folio folio : world.folios) {
            if (folio.isFrozen()) {
                folio.refcount.writeOnce(0); // as it is, but from now on ours: nobody else may write to what is free
                folio.flags.writeOnce(0);
                folio.mapping.writeOnce(Folio.NO_MAPPING);
                workers.get(to).cpu.addSpare(folio);
                to = (to + 1) % workers.size();
            }
        }
    }

    private long operations() {
        return workers.stream().mapToLong(Worker::operations).sum();
    }

    private SoakResult result() {
        Counters counters = new Counters();
        workers.forEach(worker -> counters.add(worker.cpu.counters));
        Violation found = violation;
        List<String> events = found == null
                ? List.of()
                : EventLog.before(
                        found,
                        EVENTS_SHOWN,
                        workers.stream().map(worker -> worker.log).toList());
        return new SoakResult(
                settings,
                Duration.ofNanos(found == null ? System.nanoTime() - start : foundAfter),
                rounds,
                operations(),
                found == null ? null : found.text(),
                events,
                SoakResult.table(evaluations(), settings.threads),
                SoakResult.table(counters),
                workers.stream().map(Worker::digest).toList());
    }
}
