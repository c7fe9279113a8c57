// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.os.OSSupport;
import org.openjdk.jcstress.vm.VMSupport;
import pagerace.stress.HostProbe.Account;
import pagerace.verdict.Measurement;
import pagerace.verdict.Probe;
import pagerace.verdict.Seat;
import pagerace.verdict.Tier;

/**
 * JCStress 0.16, driven through its public but internal classes: everything that a newer JCStress may break is here, in
 * {@link SeatVms}, and in {@link Worker}.
 *
 * <p>Its own main program is no use to a plan. It runs every test in every configuration in random order, cannot stop early,
 * and exits with 0 when nothing matched, when nothing could be scheduled, and when it had no time to see anything. It starts a VM
 * for each test, and counts what that runs before anything is compiled. Here a VM of each tier measures point after point, and no VM
 * measures a point twice.
 */
public final class JcstressEngine implements Engine {
    /**
     * What every VM is started with besides its tier. Measured: one that neither touches its whole heap first nor starts
     * a parallel collector begins 0.1 s sooner; and that collector's write barriers contain fences of their own.
     */
    private static final List<String> COMMON_ARGUMENTS = List.of("-XX:+UseSerialGC", "-XX:-AlwaysPreTouch");

    private static final long MEGABYTE = 1 << 20;

    /** What a VM takes besides its heap, in megabytes: code, classes, stacks. */
    private static final int BESIDE_THE_HEAP = 150;

    private final Seating seating;
    private final SeatVms.Launch launch;
    private final Map<Seat, SeatVms> seats = new ConcurrentHashMap<>();
    private final CompletionService<Ended> ended =
            new ExecutorCompletionService<>(Executors.newCachedThreadPool(task -> {
                Thread thread = new Thread(task, "fork");
                thread.setDaemon(true);
                return thread;
            }));

    private JcstressEngine(Seating seating, SeatVms.Launch launch) {
        this.seating = seating;
        this.launch = launch;
    }

    /**
     * Probes operating system and VM, which takes seconds; null if the host cannot run two actors at once.
     *
     * @param run the id of the run that is to start forks
     * @param jvmArguments what every fork is started with besides its tier
     * @param cpus how many CPUs may be busy at once
     */
    public static @Nullable JcstressEngine start(String run, List<String> jvmArguments, int cpus) {
        Optional<JcstressEngine> started = silently(() -> {
            OSSupport.init();
            VMSupport.initFlags(options(List.of()));
            Seating seating = seating(cpus);
            return seating.hasRoomFor(2)
                    ? Optional.of(new JcstressEngine(
                            seating, new SeatVms.Launch(run, jvmArguments, Files.createTempDirectory("pagerace"))))
                    : Optional.empty();
        });
        return started.orElse(null);
    }

    private static Seating seating(int cpus) {
        Optional<CpuTopology> topology =
                OSSupport.affinitySupportAvailable() ? CpuTopology.ofThisProcess() : Optional.empty();
        return topology.map(known -> Seating.of(known, affordable(cpus))).orElseGet(() -> Seating.anywhere(cpus));
    }

    /** So many of {@code cpus} that the VMs of their seats find memory: a pair has one of each tier, and triples have as many besides. */
    private static int affordable(int cpus) {
        long ofAPair = 2L * Tier.values().length * (heapMegabytes() + BESIDE_THE_HEAP);
        return (int) Math.max(2, Math.min(cpus, 2 * (availableMegabytes() / ofAPair)));
    }

    /** What Linux says is available, but no more than this process may have. */
    public static long availableMegabytes() {
        com.sun.management.OperatingSystemMXBean system =
                ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
        try (Stream<String> lines = Files.lines(Path.of("/proc/meminfo"))) {
            return lines.filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                    .map(megabytes -> Math.min(megabytes, system.getTotalMemorySize() / MEGABYTE))
                    .findFirst()
                    .orElse(system.getFreeMemorySize() / MEGABYTE);
        } catch (IOException | RuntimeException e) {
            return system.getFreeMemorySize() / MEGABYTE;
        }
    }

    /**
     * What JCStress can do on a host.
     *
     * @param seating where forks can run
     * @param bindsThreads whether it can bind each actor to a CPU of its own
     * @param heapMegabytes the heap that it gives to a fork
     * @param probe what the host gives two threads on the CPUs of the first pair at the moment
     */
    public record Abilities(Seating seating, boolean bindsThreads, int heapMegabytes, Probe probe) {
        /** Whether it finds CPUs for two actors. */
        public boolean runsTwoActors() {
            return seating.hasRoomFor(2);
        }
    }

    /**
     * Finds out what JCStress can do in a process that may use {@code cpus} CPUs; takes half a second and the time of the probe.
     *
     * @param slots for how many stretches of ten milliseconds the host is probed
     */
    public static Abilities abilities(int cpus, int slots) {
        return silently(() -> {
            OSSupport.init();
            Seating seating = seating(cpus);
            Probe probe = seating.hasRoomFor(2)
                    ? probe(slots, SeatVms.binding(seating.pairs().get(0)))
                    : Probe.NONE;
            return new Abilities(seating, OSSupport.affinitySupportAvailable(), heapMegabytes(), probe);
        });
    }

    private static Probe probe(int slots, HostProbe.Binding binding) {
        Account begin = Account.of(binding.cpus());
        return HostProbe.meet(slots, binding).since(begin);
    }

    /** The heap that JCStress gives to a fork, which is also its first size. */
    static int heapMegabytes() {
        // Without a number of CPUs it counts them for a second; with more than there are it prints how it is used, and
        // refuses.
        int cpus = Math.min(2, Runtime.getRuntime().availableProcessors());
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

    static Options options(List<String> arguments) {
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
    public Seating seating() {
        return seating;
    }

    @Override
    public void start(StressFork fork, Seat seat, Duration timeout) {
        SeatVms vms = seats.computeIfAbsent(seat, made -> new SeatVms(launch, made));
        ended.submit(() -> new Ended(fork, seat, measured(vms, fork, seat, timeout)));
    }

    /** Whatever goes wrong is the measurement of this fork, and costs no other one. */
    private Measurement measured(SeatVms vms, StressFork fork, Seat seat, Duration timeout) {
        try {
            return vms.run(fork, timeout);
        } catch (RuntimeException | Error e) {
            Visit lost = new Visit(fork, seat, System::nanoTime);
            lost.isOver();
            return lost.measurement(launch.run(), Probe.NONE, "the engine failed: " + e);
        }
    }

    @Override
    public Ended await() {
        try {
            return ended.take().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
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
        launch.stopped().set(true);
        seats.values().forEach(SeatVms::kill);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void close() {
        launch.stopped().set(true);
        launch.watchdog().shutdownNow();
        seats.values().forEach(SeatVms::close);
        try (Stream<Path> left = Files.list(launch.directory())) {
            for (Path file : left.toList()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(launch.directory());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
