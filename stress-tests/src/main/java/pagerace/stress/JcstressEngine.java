// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.infra.runners.ForkedTestConfig;
import org.openjdk.jcstress.infra.runners.TestConfig;
import org.openjdk.jcstress.os.AffinityMode;
import org.openjdk.jcstress.os.AffinitySupport;
import org.openjdk.jcstress.os.CPUMap;
import org.openjdk.jcstress.os.OSSupport;
import org.openjdk.jcstress.os.Scheduler;
import org.openjdk.jcstress.os.SchedulingClass;
import org.openjdk.jcstress.os.topology.Topology;
import org.openjdk.jcstress.vm.CompileMode;
import org.openjdk.jcstress.vm.VMSupport;
import pagerace.stress.HostProbe.Account;
import pagerace.verdict.Measurement;
import pagerace.verdict.Probe;
import pagerace.verdict.Tier;

/**
 * JCStress 0.16, driven through its public but internal classes: everything that a newer JCStress may break is here, and in
 * {@link Worker}.
 *
 * <p>Its own main program is no use to a plan. It runs every test in every configuration in random order, cannot stop early,
 * and exits with 0 when nothing matched, when nothing could be scheduled, and when it had no time to see anything. It starts a VM
 * for each test, and counts what that runs before anything is compiled. Here a VM of each tier measures point after point, and no VM
 * measures a point twice.
 */
public final class JcstressEngine implements Engine {
    private static final int ACTORS = 2;

    /**
     * What every VM is started with besides its tier. Measured: one that neither touches its whole heap first nor starts
     * a parallel collector begins 0.1 s sooner; and that collector's write barriers contain fences of their own.
     */
    private static final List<String> COMMON_ARGUMENTS = List.of("-XX:+UseSerialGC", "-XX:-AlwaysPreTouch");

    /** Right before and right after each fork, so for 100 ms beside each. */
    private static final int PROBE_SLOTS = 5;

    /** A probe right after one fork is one right before the next, and counts for both. */
    private static final long STILL_FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** All compilations of a VM begin with the same seed: so many points have it in common. */
    private static final int POINTS_PER_SEED = 20;

    /** From this release on a VM warns if native code is called without leave; JCStress binds its threads by such code. */
    private static final int WARNS_OF_NATIVE_CODE = 24;

    private final SchedulingClass twoCpus;
    private final CPUMap cpus;
    private final HostProbe.Binding binding;
    private final String run;
    private final List<String> jvmArguments;
    private final Path directory;
    private final Map<Tier, WorkerVm> workers = new ConcurrentHashMap<>();
    private final ScheduledExecutorService watchdog = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "fork watchdog");
        thread.setDaemon(true);
        return thread;
    });
    private HostProbe.@Nullable Met lastProbe;
    private long lastProbed;
    private int started;
    private volatile boolean stopped;

    private JcstressEngine(
            SchedulingClass twoCpus, CPUMap cpus, String run, List<String> jvmArguments, Path directory) {
        this.twoCpus = twoCpus;
        this.cpus = cpus;
        this.binding = binding(cpus);
        this.run = run;
        this.jvmArguments = jvmArguments;
        this.directory = directory;
    }

    /**
     * Probes operating system and VM, which takes seconds; null if the host cannot run two actors at once.
     *
     * @param run the id of the run that is to start forks
     * @param jvmArguments what every fork is started with besides its tier
     */
    public static @Nullable JcstressEngine start(String run, List<String> jvmArguments) {
        Optional<JcstressEngine> started = silently(() -> {
            Options options = options(List.of());
            OSSupport.init();
            VMSupport.initFlags(options);
            Scheduler scheduler = new Scheduler(Topology.get(), options.getCPUCount());
            List<SchedulingClass> classes =
                    scheduler.scheduleClasses(ACTORS, options.getCPUCount(), AffinityMode.LOCAL);
            if (classes.isEmpty()) {
                return Optional.empty();
            }
            SchedulingClass twoCpus = new SchedulingClass(classes.get(0));
            return Optional.of(new JcstressEngine(
                    twoCpus, scheduler.tryAcquire(twoCpus), run, jvmArguments, Files.createTempDirectory("pagerace")));
        });
        return started.orElse(null);
    }

    /**
     * What JCStress can do on a host.
     *
     * @param runsTwoActors whether it finds CPUs for both actors
     * @param bindsThreads whether it can bind each actor to a CPU of its own
     * @param heapMegabytes the heap that it gives to a fork
     * @param probe what the host gives two threads on these CPUs at the moment
     */
    public record Abilities(boolean runsTwoActors, boolean bindsThreads, int heapMegabytes, Probe probe) {}

    /**
     * Finds out what JCStress can do in a process that may use {@code cpus} CPUs; takes half a second and the time of the probe.
     *
     * @param slots for how many stretches of ten milliseconds the host is probed
     */
    public static Abilities abilities(int cpus, int slots) {
        return silently(() -> {
            OSSupport.init();
            Scheduler scheduler = new Scheduler(Topology.get(), cpus);
            List<SchedulingClass> classes = scheduler.scheduleClasses(ACTORS, cpus, AffinityMode.LOCAL);
            Probe probe = classes.isEmpty()
                    ? Probe.NONE
                    : probe(slots, binding(scheduler.tryAcquire(new SchedulingClass(classes.get(0)))));
            return new Abilities(!classes.isEmpty(), OSSupport.affinitySupportAvailable(), heapMegabytes(), probe);
        });
    }

    private static Probe probe(int slots, HostProbe.Binding binding) {
        Account begin = Account.of(binding.cpus());
        return HostProbe.meet(slots, binding).since(begin);
    }

    /** Where the actors are; where JCStress cannot put them anywhere, the system decides for both. */
    private static HostProbe.Binding binding(CPUMap map) {
        List<Integer> cpus = OSSupport.affinitySupportAvailable()
                ? IntStream.of(map.actorRealCPUs()).boxed().toList()
                : List.of();
        return new HostProbe.Binding(cpus, AffinitySupport::bind);
    }

    /** The heap that JCStress gives to a fork, which is also its first size. */
    static int heapMegabytes() {
        // Without a number of CPUs it counts them for a second; with more than there are it prints how it is used, and
        // refuses.
        int cpus = Math.min(ACTORS, Runtime.getRuntime().availableProcessors());
        return silently(() -> options(List.of("-c", String.valueOf(cpus))).getHeapPerForkMb());
    }

    private interface Question<T> {
        T ask() throws IOException;
    }

    /** Runs what JCStress accompanies with text on the standard output; one at a time, or that would not come back. */
    private static synchronized <T> T silently(Question<T> question) {
        PrintStream console = System.out;
        System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        try {
            return question.ask();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            System.setOut(console);
        }
    }

    private static Options options(List<String> arguments) {
        Options options = new Options(arguments.toArray(new String[0]));
        try {
            if (!options.parse()) {
                throw new IllegalStateException("JCStress does not understand " + arguments);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return options;
    }

    @Override
    public Measurement run(StressFork fork, Duration timeout) {
        Account account = Account.of(binding.cpus());
        HostProbe.Met before = probeBefore();
        Visit visit = new Visit(fork, this::nanoTime);
        Future<?> kill = watchdog.schedule(() -> kill(fork.tier()), timeout.toMillis(), TimeUnit.MILLISECONDS);
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
        } else if (gone != null && !stopped) { // else it has done what it was left time for
            WorkerVm worker = workers.get(fork.tier());
            failure = "the VM is gone: " + (worker == null ? gone.getMessage() : worker.lastWords());
        }
        if (gone != null || hung || failure != null) {
            discard(fork.tier());
        }
        visit.isOver();
        Probe probe = before.plus(probe()).since(account);
        return visit.measurement(run, probe, failure);
    }

    private void kill(Tier tier) {
        WorkerVm worker = workers.get(tier);
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

    /** A VM of its tier that has not measured its point. One that died since it measured another is a failure, too. */
    private WorkerVm worker(StressFork fork) throws IOException {
        WorkerVm old = workers.get(fork.tier());
        if (old != null && !old.isAlive()) {
            throw new WorkerVm.Failed("the VM died between two forks: " + old.lastWords(), Map.of());
        }
        boolean isWorn = old != null && fork.tier() == Tier.C2_STRESS && old.age() >= POINTS_PER_SEED;
        if (old != null && old.isNewTo(fork.point().key()) && !isWorn) {
            return old;
        }
        discard(fork.tier());
        started++;
        WorkerVm worker = new WorkerVm(started, command(fork), directory);
        workers.put(fork.tier(), worker);
        if (stopped) {
            worker.kill();
        }
        worker.greet();
        return worker;
    }

    private void discard(Tier tier) {
        WorkerVm worker = workers.remove(tier);
        if (worker != null) {
            try {
                worker.close();
            } catch (IOException e) {
                // It is gone, and what it said is in a directory that the system clears.
            }
        }
    }

    /** As JCStress starts a fork: on the CPUs of the actors, where its native code is found, and with its orders to the compiler. */
    private List<String> command(StressFork fork) throws IOException {
        TestConfig config = testConfig(fork, Visit.SLICE_MILLIS);
        List<String> command = new ArrayList<>();
        if (OSSupport.taskSetAvailable() && !config.cpuMap.globalAffinityMap().isEmpty()) {
            command.addAll(List.of("taskset", "-c", config.cpuMap.globalAffinityMap()));
        }
        command.addAll(VMSupport.getJavaInvokeLine());
        command.addAll(OSSupport.getJavaInvokeArguments());
        if (Runtime.version().feature() >= WARNS_OF_NATIVE_CODE) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(arguments(fork.tier(), jvmArguments));
        if (fork.tier() == Tier.C2_STRESS) {
            // Else HotSpot draws one at the first compilation, and nobody knows which.
            command.add("-XX:StressSeed=" + (31 * run.hashCode() + started & Integer.MAX_VALUE));
        }
        if (VMSupport.compilerDirectivesAvailable()) {
            Path directives = directory.resolve("directives.json");
            try (PrintWriter writer = new PrintWriter(Files.newBufferedWriter(directives))) {
                config.generateDirectives(writer, options(List.of()).verbosity());
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
        Options options = options(List.of(
                "-time", String.valueOf(millis),
                "-strideSize", String.valueOf(fork.stride()),
                "-strideCount", String.valueOf(fork.strides())));
        TestConfig config =
                new TestConfig(options, Harness.of(fork.point()), 0, List.of(), CompileMode.UNIFIED, twoCpus);
        config.setCPUMap(cpus);
        return config;
    }

    /** What a fork in {@code tier} is started with, if the user wants {@code jvmArguments}, perhaps another collector. */
    static List<String> arguments(Tier tier, List<String> jvmArguments) {
        boolean collector = jvmArguments.stream().anyMatch(argument -> argument.matches("-XX:\\+Use\\w+GC"));
        List<String> common = collector
                ? COMMON_ARGUMENTS.stream()
                        .filter(argument -> !argument.endsWith("GC"))
                        .toList()
                : COMMON_ARGUMENTS;
        return Stream.of(common, jvmArguments, tier.jvmArguments())
                .flatMap(List::stream)
                .toList();
    }

    @Override
    public void kill() {
        stopped = true;
        workers.values().forEach(WorkerVm::kill);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void close() {
        watchdog.shutdownNow();
        Set.copyOf(workers.keySet()).forEach(this::discard);
        try (Stream<Path> left = Files.list(directory)) {
            for (Path file : left.toList()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
