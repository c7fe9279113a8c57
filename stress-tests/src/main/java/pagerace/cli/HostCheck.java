// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagerace.race.Catalogue;
import pagerace.race.Point;
import pagerace.race.Reachability;
import pagerace.stress.JcstressEngine;
import pagerace.stress.JcstressEngine.Abilities;
import pagerace.stress.Limits;
import pagerace.stress.Seating;
import pagerace.stress.StressRun;
import pagerace.stress.TierProbe;
import pagerace.verdict.Demand;
import pagerace.verdict.Demand.Aim;
import pagerace.verdict.Distance;
import pagerace.verdict.Host;
import pagerace.verdict.Probe;
import pagerace.verdict.Seat;
import pagerace.verdict.Tier;

/** Finds out what a stress run would meet on this host. */
final class HostCheck {
    /** How bad it is. */
    enum Level {
        /** As it should be. */
        OK,
        /** Stress runs, and says less than it could. */
        NOTE,
        /** Stress does not run, or its verdicts would mean nothing. */
        PROBLEM
    }

    /**
     * One line.
     *
     * @param level how bad it is
     * @param topic what it is about
     * @param said what was found, and what to do about it
     */
    record Finding(Level level, String topic, String said) {}

    /** A second. */
    private static final int PROBE_SLOTS = 100;

    private static final long MEGABYTE = 1 << 20;

    private final Host host = Host.current();
    private final List<Finding> findings = new ArrayList<>();

    /** Everything that was found. */
    List<Finding> findings() throws IOException {
        boolean nativeAccess = isNativeAccessEnabled(); // before JCStress loads its library: a warning grants it
        Abilities abilities = JcstressEngine.abilities(host.cpus(), PROBE_SLOTS); // while nothing else of ours runs
        cpus(abilities);
        load(abilities.probe());
        jdk(TierProbe.complaints(List.of(), Map.of()));
        startUp();
        nativeAccess(nativeAccess);
        memory(abilities);
        temporaryDirectory();
        findings.addAll(fixes(UserClassPath.current()));
        plan();
        return List.copyOf(findings);
    }

    private void add(Level level, String topic, String said) {
        findings.add(new Finding(level, topic, said));
    }

    private void cpus(Abilities abilities) {
        int installed = countCpus(line(Path.of("/sys/devices/system/cpu/online"), ""));
        int allowed = countCpus(line(Path.of("/proc/self/status"), "Cpus_allowed_list:"));
        String limit = allowed > 0 && allowed < installed
                ? " of the host's " + installed + ": its affinity allows no others"
                : installed > host.cpus()
                        ? " of the host's " + installed + ": a quota of its cgroup, or -XX:ActiveProcessorCount"
                        : "";
        if (host.cpus() < 2) {
            add(Level.PROBLEM, "CPUs", "1" + limit + "; two actors need two: give the process another one");
        } else if (!abilities.runsTwoActors()) {
            add(Level.PROBLEM, "CPUs", host.cpus() + limit + ", but JCStress finds no place for two actors");
        } else {
            add(limit.isEmpty() ? Level.OK : Level.NOTE, "CPUs", host.cpus() + limit);
            seats(abilities.seating());
        }
        if (abilities.bindsThreads()) {
            add(Level.OK, "affinity", "JCStress can bind each actor to a CPU of its own");
        } else {
            add(
                    Level.NOTE,
                    "affinity",
                    "JCStress cannot bind threads to CPUs, so windows are entered less often; it does so on Linux only,"
                            + " by a library that must be executable in " + System.getProperty("java.io.tmpdir"));
        }
    }

    /** Where forks run, and how far apart their actors are. */
    private void seats(Seating seating) {
        Map<Distance, List<Seat>> pairs = Stream.concat(seating.pairs().stream(), seating.farther().stream())
                .collect(Collectors.groupingBy(
                        Seat::distance, () -> new EnumMap<>(Distance.class), Collectors.toList()));
        pairs.forEach((distance, seats) -> add(
                Level.OK,
                "pairs",
                seats.size() + " at the distance \"" + distance + "\" (" + distance.sentence() + "): "
                        + seats.stream().map(Seat::names).collect(Collectors.joining(", "))
                        + (seating.farther().contains(seats.get(0)) ? ", in place of other pairs" : "")));
        if (seating.triples().isEmpty()) {
            add(Level.NOTE, "triples", "none: points with three actors need three CPUs, and are only explored here");
        } else {
            add(
                    Level.OK,
                    "triples",
                    seating.triples().size() + " for points with three actors: "
                            + seating.triples().stream().map(Seat::names).collect(Collectors.joining(", ")));
        }
    }

    /** How many CPUs a list such as {@code 0-3,8} names; zero if there is none. */
    private static int countCpus(@Nullable String list) {
        return list == null
                ? 0
                : Stream.of(list.split(",", -1)).mapToInt(HostCheck::size).sum();
    }

    private static int size(String range) {
        String[] ends = range.split("-", 2);
        return Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1;
    }

    /** Whether two threads run at once here: what decides whether windows are entered. */
    private void load(Probe probe) {
        if (probe.slots() == 0) {
            return; // there are no two CPUs, which is a problem already
        }
        String roundTrip = probe.roundTrips() == 0
                ? "no round trip"
                : String.format(Locale.ROOT, "a round trip took %,d ns", probe.nanosPerRoundTrip());
        String said = String.format(
                Locale.ROOT,
                "%s; %s, the longest gap was %,d us; in %.0f %% of the time some thread waited for a CPU; load average %.1f",
                probe.inWords(),
                roundTrip,
                probe.gapMicros(),
                100 * probe.waited(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        if (probe.isGood()) {
            add(Level.OK, "load", said);
        } else {
            add(
                    Level.NOTE,
                    "load",
                    String.format(
                            Locale.ROOT,
                            "%s; on a good host both threads run in at least %.0f %% of the slots, and less than %.0f %% is"
                                    + " stolen: here a run may end UNDECIDED, and prices mean little; stop what else runs",
                            said,
                            100 * Probe.ENOUGH_MET,
                            100 * Probe.TOO_MUCH_STOLEN));
        }
    }

    private void jdk(Map<Tier, String> complaints) {
        add(
                Level.OK,
                "JDK",
                host.jdk() + ", " + System.getProperty("java.vm.vendor") + ", " + System.getProperty("java.vm.name")
                        + ", in " + System.getProperty("java.home") + "; stress --jdk takes another");
        if (complaints.isEmpty()) {
            add(Level.OK, "tiers", "forks can run in the interpreter, in C1, in C2, and in C2 with random scheduling");
        }
        complaints.forEach((tier, why) -> add(
                Level.PROBLEM, "tiers", "no fork runs in " + tier + ": " + why + "; use HotSpot with both compilers"));
        for (String variable : TierProbe.INHERITED) {
            String value = System.getenv(variable);
            if (value != null) {
                add(Level.NOTE, "flags", "every fork inherits " + variable + "=" + value + "; unset it, or know why");
            }
        }
    }

    private void startUp() {
        HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        String archive = vm.getVMOption("SharedArchiveFile").getValue();
        if (!archive.isEmpty()) {
            findings.add(startUp(Path.of(archive), System.getProperty("java.vm.info", "")));
        }
    }

    /**
     * Whether a VM has started from the archive that the script names: a VM that cannot use it says nothing, and does without.
     *
     * @param vmInfo the system property {@code java.vm.info}, the only place where a VM says so
     */
    static Finding startUp(Path archive, String vmInfo) {
        if (vmInfo.contains("sharing")) {
            return new Finding(Level.OK, "start-up", "from the archive of loaded classes that the build made");
        }
        return new Finding(
                Level.NOTE,
                "start-up",
                (Files.exists(archive)
                                ? "this JDK cannot use the archive of loaded classes " + archive
                                        + ": another JDK made it, or it was made of another jar"
                                : "there is no archive of loaded classes " + archive)
                        + "; every command starts later than it could; mvn package with this JDK makes one");
    }

    /** What the user has put on the class path in vain: nothing else says that a jar lacks the file that names its fixes. */
    static List<Finding> fixes(UserClassPath classPath) {
        return classPath.withoutFixes().stream()
                .map(entry -> new Finding(
                        Level.NOTE,
                        "your fixes",
                        UserClassPath.VARIABLE + " names " + entry + ", which holds no " + UserClassPath.SERVICE
                                + "; PageRace finds only the fixes that this file names"))
                .toList();
    }

    private void nativeAccess(boolean enabled) {
        if (Runtime.version().feature() >= OtherJdk.ASKS_FOR_NATIVE_ACCESS && !enabled) {
            add(
                    Level.NOTE,
                    "native access",
                    "this JDK warns when JCStress loads its library; start with --enable-native-access=ALL-UNNAMED");
        } else {
            add(Level.OK, "native access", "allowed");
        }
    }

    private static boolean isNativeAccessEnabled() {
        try {
            return (boolean) Module.class.getMethod("isNativeAccessEnabled").invoke(JcstressEngine.class.getModule());
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException before22) {
            return true;
        }
    }

    private void memory(Abilities abilities) {
        long available = JcstressEngine.availableMegabytes();
        int pairs = Math.max(1, abilities.seating().pairs().size());
        int vms = Tier.values().length * pairs;
        String said = available + " MB available; the heaps of " + vms + " VMs, one of each tier"
                + (pairs == 1 ? "" : " for each of " + pairs + " pairs of CPUs") + ", have "
                + abilities.heapMegabytes() + " MB each";
        if (available < (long) vms * abilities.heapMegabytes()) {
            add(
                    Level.PROBLEM,
                    "memory",
                    said + ": free some, pass --jvm-args with smaller -Xms and -Xmx, or fewer --cpus");
        } else {
            add(Level.OK, "memory", said);
        }
    }

    /** What follows {@code begin} in its line of {@code file}; null if there is none, as elsewhere than on Linux. */
    private static @Nullable String line(Path file, String begin) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(begin))
                    .map(line -> line.substring(begin.length()).strip())
                    .findFirst()
                    .orElse(null);
        } catch (IOException e) {
            return null;
        }
    }

    private void temporaryDirectory() {
        String directory = System.getProperty("java.io.tmpdir");
        try {
            Path probe = Files.createTempFile("pagerace", null);
            long free = Files.getFileStore(probe).getUsableSpace() / MEGABYTE;
            Files.delete(probe);
            add(Level.OK, "temporary", directory + " can be written, " + free + " MB free");
        } catch (IOException e) {
            add(Level.PROBLEM, "temporary", directory + " cannot be written; name another by -Djava.io.tmpdir");
        }
    }

    private void plan() {
        Map<Boolean, List<Point>> hasCpus = new Selection(Catalogue.RACES)
                .select("").stream().collect(Collectors.partitioningBy(point -> ShardPlan.fits(point, host.cpus())));
        List<Point> planned = hasCpus.getOrDefault(true, List.of());
        int tooMany = hasCpus.getOrDefault(false, List.of()).size();
        Map<Aim, Integer> aims = new EnumMap<>(Aim.class);
        planned.forEach(point -> aims.merge(Demand.of(point, host.memoryModel()).aim(), 1, Integer::sum));
        int latent = aims.getOrDefault(Aim.LATENT, 0);
        add(Level.OK, "memory model", host.arch() + " is " + host.memoryModel() + memoryModel());
        add(
                Level.OK,
                "can show",
                aims.getOrDefault(Aim.SHOW, 0) + " of " + planned.size()
                        + " planned points are broken and can be shown to"
                        + " be; " + aims.getOrDefault(Aim.HOLD, 0) + " should hold, and would be refuted here by one"
                        + " forbidden outcome" + observed(aims));
        if (latent > 0) {
            add(
                    Level.NOTE,
                    "cannot show",
                    latent
                            + " planned points are LATENT here: broken under WEAK only, which threads may show on a machine such"
                            + " as arm64, and the explorer everywhere");
        }
        if (tooMany > 0) {
            add(
                    Level.NOTE,
                    "cannot run",
                    tooMany
                            + " planned points have three actors, for which there are too few CPUs; the explorer looks at them");
        }
        Duration minimum = StressRun.minimum(planned, host.memoryModel(), 1);
        add(
                Level.OK,
                "budget",
                "a full plan takes " + Budget.text(minimum)
                        + " at least; without a budget it takes what it needs, at most "
                        + Budget.text(Limits.BY_NEED.clock()));
    }

    private String memoryModel() {
        return host.memoryModel() == Reachability.TSO
                ? ": loads may overtake earlier stores, nothing else moves"
                : ": accesses that nothing orders may overtake each other";
    }

    private static String observed(Map<Aim, Integer> aims) {
        int open = aims.getOrDefault(Aim.OBSERVE, 0);
        return open == 0 ? "" : "; for " + open + " nobody has established what they do";
    }
}
