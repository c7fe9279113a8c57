// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.infra.runners.ForkedTestConfig;
import org.openjdk.jcstress.infra.runners.TestConfig;
import org.openjdk.jcstress.os.AffinityMode;
import org.openjdk.jcstress.os.AffinitySupport;
import org.openjdk.jcstress.os.CPUMap;
import org.openjdk.jcstress.os.NodeType;
import org.openjdk.jcstress.os.OSSupport;
import org.openjdk.jcstress.os.SchedulingClass;
import org.openjdk.jcstress.vm.CompileMode;
import org.openjdk.jcstress.vm.VMSupport;
import pagerace.stress.HostProbe.Account;
import pagerace.verdict.Measurement;
import pagerace.verdict.Probe;
import pagerace.verdict.Seat;
import pagerace.verdict.Tier;

/**
 * The VMs of one seat, one for each tier and number of actors: each is bound to the seat's CPUs, compilers and collector included. One
 * fork runs at a time.
 */
final class SeatVms implements AutoCloseable {
    /** Right before and right after each fork, so for 100 ms beside each. */
    private static final int PROBE_SLOTS = 5;

    /** A probe right after one fork is one right before the next, and counts for both. */
    private static final long STILL_FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** All compilations of a VM begin with the same seed: so many points have it in common. */
    private static final int POINTS_PER_SEED = 20;

    /** From this release on a VM warns if native code is called without leave; JCStress binds its threads by such code. */
    private static final int WARNS_OF_NATIVE_CODE = 24;

    /**
     * What the VMs of all seats have in common.
     *
     * @param run the id of the run
     * @param jvmArguments what every VM is started with besides its tier
     * @param directory where VMs may write
     * @param started how many VMs were started so far
     * @param watchdog kills forks that hang
     * @param stopped whether nothing is to run any more
     */
    record Launch(
            String run,
            List<String> jvmArguments,
            Path directory,
            AtomicInteger started,
            ScheduledExecutorService watchdog,
            AtomicBoolean stopped) {
        Launch(String run, List<String> jvmArguments, Path directory) {
            this(
                    run,
                    jvmArguments,
                    directory,
                    new AtomicInteger(),
                    Executors.newSingleThreadScheduledExecutor(task -> {
                        Thread thread = new Thread(task, "fork watchdog");
                        thread.setDaemon(true);
                        return thread;
                    }),
                    new AtomicBoolean());
        }
    }

    /** What a VM is started for: JCStress's orders to its compilers name the actors. */
    private record Kind(Tier tier, int actors) {
        static Kind of(StressFork fork) {
            return new Kind(fork.tier(), fork.point().actors());
        }
    }

    private final Launch launch;
    private final Seat seat;
    private final HostProbe.Binding binding;
    private final Map<Kind, WorkerVm> workers = new ConcurrentHashMap<>();
    private HostProbe.@Nullable Met lastProbe;
    private long lastProbed;

    SeatVms(Launch launch, Seat seat) {
        this.launch = launch;
        this.seat = seat;
        binding = binding(seat);
    }

    /** Where the actors are; where the system puts them anywhere, two threads speak for all. */
    static HostProbe.Binding binding(Seat seat) {
        return new HostProbe.Binding(Math.max(2, seat.cpus().size()), seat.cpus(), AffinitySupport::bind);
    }

    /** Runs {@code fork} to its end, and kills it after {@code timeout}. Failure is part of the measurement. */
    Measurement run(StressFork fork, Duration timeout) {
        Account account = Account.of(binding.cpus());
        HostProbe.Met before = probeBefore();
        Visit visit = new Visit(fork, seat, System::nanoTime);
        Future<?> kill = launch.watchdog.schedule(() -> kill(Kind.of(fork)), timeout.toMillis(), TimeUnit.MILLISECONDS);
        String failure = null;
        IOException gone = null;
        try {
            visit.in(new Slices(worker(fork), fork));
        } catch (WorkerVm.Failed e) {
            visit.keep(e.counts());
            failure = e.getMessage();
        } catch (IOException e) {
            gone = e;
        } catch (RuntimeException e) {
            failure = "the harness failed: " + e;
        }
        boolean hung = !kill.cancel(false);
        if (gone != null && hung) {
            failure = Measurement.KILLED + timeout.toSeconds() + " s";
        } else if (gone != null && !launch.stopped.get()) { // else it has done what it was left time for
            WorkerVm worker = workers.get(Kind.of(fork));
            failure = "the VM is gone: " + (worker == null ? gone.getMessage() : worker.lastWords());
        }
        if (gone != null || hung || failure != null) {
            discard(Kind.of(fork));
        }
        visit.isOver();
        Probe probe = before.plus(probe()).since(account);
        return visit.measurement(launch.run, probe, failure);
    }

    private void kill(Kind kind) {
        WorkerVm worker = workers.get(kind);
        if (worker != null) {
            worker.kill();
        }
    }

    private HostProbe.Met probeBefore() {
        HostProbe.Met last = lastProbe;
        return last != null && System.nanoTime() - lastProbed < STILL_FRESH_NANOS ? last : probe();
    }

    private HostProbe.Met probe() {
        HostProbe.Met met = HostProbe.meet(PROBE_SLOTS, binding);
        lastProbe = met;
        lastProbed = System.nanoTime();
        return met;
    }

    /** A VM of its kind that has not measured its point. One that died since it measured another is a failure, too. */
    private WorkerVm worker(StressFork fork) throws IOException {
        WorkerVm old = workers.get(Kind.of(fork));
        if (old != null && !old.isAlive()) {
            throw new WorkerVm.Failed("the VM died between two forks: " + old.lastWords(), Map.of());
        }
        boolean isWorn = old != null && fork.tier() == Tier.C2_STRESS && old.age() >= POINTS_PER_SEED;
        if (old != null && old.isNewTo(fork.point().key()) && !isWorn) {
            return old;
        }
        discard(Kind.of(fork));
        int number = launch.started.incrementAndGet();
        WorkerVm worker = new WorkerVm(number, command(number, fork), launch.directory);
        workers.put(Kind.of(fork), worker);
        if (launch.stopped.get()) {
            worker.kill();
        }
        worker.greet();
        return worker;
    }

    private void discard(Kind kind) {
        WorkerVm worker = workers.remove(kind);
        if (worker != null) {
            try {
                worker.close();
            } catch (IOException e) {
                // It is gone, and what it said is in a directory that the system clears.
            }
        }
    }

    /** As JCStress starts a fork: on the CPUs of the actors, where its native code is found, and with its orders to the compiler. */
    private List<String> command(int number, StressFork fork) throws IOException {
        TestConfig config = testConfig(fork, Visit.SLICE_MILLIS);
        List<String> command = new ArrayList<>();
        if (OSSupport.taskSetAvailable() && !seat.cpus().isEmpty()) {
            command.addAll(List.of("taskset", "-c", seat.names().replace('+', ',')));
        }
        command.addAll(VMSupport.getJavaInvokeLine());
        command.addAll(OSSupport.getJavaInvokeArguments());
        if (Runtime.version().feature() >= WARNS_OF_NATIVE_CODE) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(JcstressEngine.arguments(fork.tier(), launch.jvmArguments));
        if (fork.tier() == Tier.C2_STRESS) {
            // Else HotSpot draws one at the first compilation, and nobody knows which.
            command.add("-XX:StressSeed=" + (31 * launch.run.hashCode() + number & Integer.MAX_VALUE));
        }
        if (VMSupport.compilerDirectivesAvailable()) {
            Path directives = launch.directory.resolve("directives-" + number + ".json");
            try (PrintWriter writer = new PrintWriter(Files.newBufferedWriter(directives))) {
                config.generateDirectives(
                        writer, JcstressEngine.options(List.of()).verbosity());
            }
            command.add("-XX:CompilerDirectivesFile=" + directives);
        }
        return command;
    }

    /** A VM that is told of slices in JCStress's terms. */
    private final class Slices implements Visit.Vm {
        private final WorkerVm worker;
        private final StressFork fork;
        private final Map<Integer, ForkedTestConfig> configs = new HashMap<>();

        Slices(WorkerVm worker, StressFork fork) {
            this.worker = worker;
            this.fork = fork;
        }

        private ForkedTestConfig config(int millis) {
            return configs.computeIfAbsent(millis, of -> new ForkedTestConfig(testConfig(fork, of)));
        }

        @Override
        public int number() {
            return worker.number();
        }

        @Override
        public WorkerVm.Slice begin(int millis) throws IOException {
            return worker.begin(fork.point().key(), config(millis));
        }

        @Override
        public WorkerVm.Slice more(int millis) throws IOException {
            return worker.more(config(millis));
        }

        @Override
        public void end() throws IOException {
            worker.end();
        }

        @Override
        public Duration cpu() {
            return worker.cpu();
        }
    }

    private TestConfig testConfig(StressFork fork, int millis) {
        int actors = fork.point().actors();
        SchedulingClass scheduled = new SchedulingClass(
                seat.cpus().isEmpty() ? AffinityMode.NONE : AffinityMode.LOCAL, actors, NodeType.PACKAGE);
        TestConfig config = new TestConfig(
                JcstressEngine.options(List.of(
                        "-time", String.valueOf(millis),
                        "-strideSize", String.valueOf(fork.stride()),
                        "-strideCount", String.valueOf(fork.strides()))),
                Harness.of(fork.point()),
                0,
                List.of(),
                CompileMode.UNIFIED,
                scheduled);
        config.setCPUMap(cpuMap(actors));
        return config;
    }

    /** JCStress's form of a seat: its threads are numbered from zero on, each on a core of its own, and only their CPUs matter. */
    private CPUMap cpuMap(int actors) {
        int[] threads = IntStream.range(0, actors).toArray();
        int[] cpus = seat.cpus().isEmpty()
                ? threads
                : seat.cpus().stream().limit(actors).mapToInt(cpu -> cpu).toArray();
        return new CPUMap(threads, threads, new int[0], new int[actors], threads, cpus, NodeType.PACKAGE);
    }

    /** Ends what is running, from another thread; {@link Launch#stopped} sees to what is about to. */
    void kill() {
        workers.values().forEach(WorkerVm::kill);
    }

    @Override
    public void close() {
        Set.copyOf(workers.keySet()).forEach(this::discard);
    }
}
