// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
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
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.TestExecutor;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.runners.TestConfig;
import org.openjdk.jcstress.infra.runners.TestList;
import org.openjdk.jcstress.os.AffinityMode;
import org.openjdk.jcstress.os.AffinitySupport;
import org.openjdk.jcstress.os.CPUMap;
import org.openjdk.jcstress.os.OSSupport;
import org.openjdk.jcstress.os.Scheduler;
import org.openjdk.jcstress.os.SchedulingClass;
import org.openjdk.jcstress.os.topology.Topology;
import org.openjdk.jcstress.vm.CompileMode;
import org.openjdk.jcstress.vm.VMSupport;
import pagerace.harness.HarnessSource;
import pagerace.race.Point;
import pagerace.stress.HostProbe.Account;
import pagerace.verdict.Measurement;
import pagerace.verdict.Probe;
import pagerace.verdict.Tier;

/**
 * JCStress 0.16, driven through its public but internal classes: everything that a newer JCStress may break is here.
 *
 * <p>Its own main program is no use to a plan. It runs every test in every configuration in random order, cannot stop early,
 * and exits with 0 when nothing matched, when nothing could be scheduled, and when it had no time to see anything.
 */
public final class JcstressEngine implements Engine {
    private static final int ACTORS = 2;

    /**
     * What every fork is started with besides its tier. Measured: a fork that neither touches its whole heap first nor starts
     * a parallel collector begins 0.1 s sooner; and that collector's write barriers contain fences of their own.
     */
    private static final List<String> COMMON_ARGUMENTS = List.of("-XX:+UseSerialGC", "-XX:-AlwaysPreTouch");

    /** Right before and right after each fork, so for 100 ms beside each; a point has four forks or more. */
    private static final int PROBE_SLOTS = 5;

    /** Measured: loading and archiving takes two seconds. */
    private static final Duration ARCHIVING = Duration.ofSeconds(20);

    private final Scheduler scheduler;
    private final SchedulingClass twoCpus;
    private final String run;
    private final List<String> jvmArguments;
    private final Path archive;
    private final ScheduledExecutorService watchdog = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "fork watchdog");
        thread.setDaemon(true);
        return thread;
    });

    private JcstressEngine(
            Scheduler scheduler, SchedulingClass twoCpus, String run, List<String> jvmArguments, Path archive) {
        this.scheduler = scheduler;
        this.twoCpus = twoCpus;
        this.run = run;
        this.jvmArguments = jvmArguments;
        this.archive = archive;
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
            return classes.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new JcstressEngine(
                            scheduler, classes.get(0), run, jvmArguments, Files.createTempDirectory("pagerace")));
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
            return new Abilities(
                    !classes.isEmpty(),
                    OSSupport.affinitySupportAvailable(),
                    heapMegabytes(),
                    classes.isEmpty() ? Probe.NONE : probe(slots, binding(scheduler, classes.get(0))));
        });
    }

    private static Probe probe(int slots, HostProbe.Binding binding) {
        Account begin = Account.of(binding.cpus());
        return HostProbe.meet(slots, binding).since(begin);
    }

    /** Where the actors would be; where JCStress cannot put them anywhere, the system decides for both. */
    private static HostProbe.Binding binding(Scheduler scheduler, SchedulingClass twoCpus) {
        CPUMap map = scheduler.tryAcquire(new SchedulingClass(twoCpus));
        List<Integer> cpus = map == null || !OSSupport.affinitySupportAvailable()
                ? List.of()
                : IntStream.of(map.actorRealCPUs()).boxed().toList();
        if (map != null) {
            scheduler.release(map);
        }
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
    public Measurement run(Fork fork, Duration timeout) {
        HostProbe.Binding binding = binding(scheduler, twoCpus);
        Account account = Account.of(binding.cpus());
        HostProbe.Met before = HostProbe.meet(PROBE_SLOTS, binding);
        long begin = System.nanoTime();
        long cpuBefore = childrensCpuMillis();
        List<TestResult> results = new ArrayList<>();
        boolean killed = false;
        String error = null;
        try {
            killed = execute(fork, results, classes(), timeout);
        } catch (IOException | RuntimeException e) {
            error = "the harness failed: " + e;
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        long cpuMillis = childrensCpuMillis() - cpuBefore;
        Probe probe = before.plus(HostProbe.meet(PROBE_SLOTS, binding)).since(account);
        Measurement measured = measurement(fork, results, millis, cpuMillis, probe);
        if (error != null) {
            return measured.failedWith(error);
        }
        return killed ? measured.failedWith(Measurement.KILLED + timeout.toSeconds() + " s") : measured;
    }

    /** Whether the fork had to be killed. */
    private boolean execute(Fork fork, List<TestResult> results, List<String> arguments, Duration timeout)
            throws IOException {
        Future<?> kill = watchdog.schedule(this::kill, timeout.toMillis(), TimeUnit.MILLISECONDS);
        try {
            // An executor serves one list and closes its server, so each fork has its own.
            new TestExecutor(options(List.of()).verbosity(), results::add, scheduler)
                    .runAll(List.of(config(fork, arguments)));
            return !kill.cancel(false);
        } finally {
            kill.cancel(false);
        }
    }

    /**
     * Has a fork that measures nothing, of a canary and not of the plan, leave an archive of the classes that it loaded. Measured: forks that start from it begin
     * 0.15 s sooner. Where that does not work they start as ever.
     */
    public void archiveClasses() {
        Fork fork = new Fork(Tier.C2.canary(), Tier.C2, 1, 1, 1, 1);
        boolean complete = false;
        try {
            List<String> arguments = List.of("-XX:ArchiveClassesAtExit=" + archiveFile());
            complete = !execute(fork, new ArrayList<>(), arguments, ARCHIVING);
        } catch (IOException | RuntimeException e) {
            // The archive only saves time.
        }
        if (!complete) {
            discardArchive();
        }
    }

    private void discardArchive() {
        try {
            Files.deleteIfExists(archiveFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path archiveFile() {
        return archive.resolve("classes.jsa");
    }

    private List<String> classes() {
        return Files.exists(archiveFile()) ? List.of("-XX:SharedArchiveFile=" + archiveFile()) : List.of();
    }

    private TestConfig config(Fork fork, List<String> arguments) {
        Options options = options(List.of(
                "-time", String.valueOf(fork.millis()),
                "-iters", String.valueOf(fork.iterations()),
                "-strideSize", String.valueOf(fork.stride()),
                "-strideCount", String.valueOf(fork.strides())));
        List<String> all = Stream.of(arguments, arguments(fork.tier(), jvmArguments), pointArgument(fork.point()))
                .flatMap(List::stream)
                .toList();
        return new TestConfig(options, info(fork), 0, all, CompileMode.UNIFIED, new SchedulingClass(twoCpus));
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

    private static List<String> pointArgument(Point point) {
        return HarnessSource.isEmittedFor(point) ? List.of() : List.of("-D" + HarnessSource.POINT + "=" + point.key());
    }

    private static TestInfo info(Fork fork) {
        return TestList.getInfo(Engine.class.getPackageName() + "." + HarnessSource.harnessOf(fork.point()));
    }

    private Measurement measurement(Fork fork, List<TestResult> results, long millis, long cpuMillis, Probe probe) {
        Map<String, Long> outcomes = new HashMap<>();
        String failure = results.isEmpty() ? "the fork gave no result" : null;
        for (TestResult result : results) {
            for (String word : result.getStateKeys()) {
                outcomes.merge(word, result.getCount(word), Long::sum);
            }
            if (result.status() != Status.NORMAL) {
                failure = failure(result);
            }
        }
        long measuring = fork.measuring().toMillis();
        // Both actors spin while they measure; a VM that starts uses about one CPU.
        double expected = ACTORS * Math.min(measuring, millis) + Math.max(0, millis - measuring);
        double share = cpuMillis <= 0 ? 1 : Math.min(1, cpuMillis / expected);
        return new Measurement(
                run, fork.point().key(), fork.tier(), fork.stride(), millis, share, outcomes, probe, failure);
    }

    private static String failure(TestResult result) {
        List<String> said = new ArrayList<>(result.getMessages());
        said.addAll(result.getVmErr());
        String first = said.stream()
                .flatMap(String::lines)
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .limit(3)
                .collect(Collectors.joining(": "));
        return result.status() + ": " + first;
    }

    /** The CPU time of all children that have ended; 0 where the system does not tell. */
    private static long childrensCpuMillis() {
        try {
            String stat = Files.readString(Path.of("/proc/self/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            // Fields 16 and 17 of proc(5), in ticks, a hundred of which make a second on every Linux that runs Java.
            return (Long.parseLong(fields[13]) + Long.parseLong(fields[14])) * 10;
        } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
            return 0;
        }
    }

    @Override
    public void kill() {
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void close() {
        watchdog.shutdownNow();
        discardArchive();
        try {
            Files.deleteIfExists(archive);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
