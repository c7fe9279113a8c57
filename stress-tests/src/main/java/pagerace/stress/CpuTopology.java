// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagerace.verdict.Distance;

/**
 * The CPUs that a process may use, and what they share, as Linux tells below {@code /sys/devices/system/cpu}. JCStress's own topology
 * knows cores and packages, and no caches.
 */
final class CpuTopology {
    /** What this host says of itself. */
    private static final Path SYSFS = Path.of("/sys/devices/system/cpu");

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String ALLOWED = "Cpus_allowed_list:";

    /**
     * One CPU.
     *
     * @param core the CPUs of its core, itself included
     * @param cache the CPUs that share a cache with it, whichever that is, itself included; none if the system names no cache
     * @param socket the number of its package
     */
    private record Cpu(Set<Integer> core, Set<Integer> cache, int socket) {}

    private final Map<Integer, Cpu> cpus;

    private CpuTopology(Map<Integer, Cpu> cpus) {
        this.cpus = cpus;
    }

    /** That of this process; empty where the system does not tell. */
    static Optional<CpuTopology> ofThisProcess() {
        try (Stream<String> lines = Files.lines(STATUS)) {
            String allowed = lines.filter(line -> line.startsWith(ALLOWED))
                    .map(line -> line.substring(ALLOWED.length()).strip())
                    .findFirst()
                    .orElseThrow();
            return Optional.of(read(SYSFS, numbers(allowed)));
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /**
     * What {@code sysfs} says of those CPUs that are online and in {@code allowed}; null for all.
     *
     * @throws IOException if it says less than which CPUs there are, their cores and packages
     */
    static CpuTopology read(Path sysfs, @Nullable Set<Integer> allowed) throws IOException {
        Map<Integer, Cpu> cpus = new TreeMap<>();
        for (int number : numbers(line(sysfs.resolve("online")))) {
            if (allowed == null || allowed.contains(number)) {
                Path cpu = sysfs.resolve("cpu" + number);
                Path topology = cpu.resolve("topology");
                cpus.put(
                        number,
                        new Cpu(
                                numbers(line(topology.resolve("thread_siblings_list"))),
                                largestShared(cpu.resolve("cache")),
                                Integer.parseInt(line(topology.resolve("physical_package_id")))));
            }
        }
        if (cpus.isEmpty()) {
            throw new NoSuchElementException("no CPU is allowed");
        }
        return new CpuTopology(cpus);
    }

    /** The CPUs that share the last cache, which the most share. Some virtual machines and arm64 boards name none. */
    private static Set<Integer> largestShared(Path cache) throws IOException {
        Set<Integer> largest = Set.of();
        if (Files.isDirectory(cache)) {
            try (Stream<Path> indices = Files.list(cache)) {
                for (Path index : indices.sorted().toList()) {
                    Path list = index.resolve("shared_cpu_list");
                    Set<Integer> sharing = Files.isReadable(list) ? numbers(line(list)) : Set.of();
                    if (sharing.size() > largest.size()) {
                        largest = sharing;
                    }
                }
            }
        }
        return largest;
    }

    private static String line(Path file) throws IOException {
        return Files.readString(file).strip();
    }

    /** {@code 0-3,8}. */
    private static Set<Integer> numbers(String list) {
        Set<Integer> numbers = new TreeSet<>();
        for (String range : list.split(",", -1)) {
            String[] ends = range.strip().split("-", 2);
            for (int i = Integer.parseInt(ends[0]); i <= Integer.parseInt(ends[ends.length - 1]); i++) {
                numbers.add(i);
            }
        }
        return numbers;
    }

    /** How many there are. */
    int size() {
        return cpus.size();
    }

    /** The cores, in the order of their first CPUs: of each the CPUs that may be used. */
    List<List<Integer>> cores() {
        List<List<Integer>> cores = new ArrayList<>();
        Set<Integer> seen = new TreeSet<>();
        cpus.forEach((number, cpu) -> {
            List<Integer> core =
                    cpu.core.stream().filter(cpus::containsKey).sorted().toList();
            if (seen.addAll(core)) {
                cores.add(core);
            }
        });
        return cores;
    }

    /** How far two of them are apart. */
    Distance distance(int one, int other) {
        Cpu cpu = cpu(one);
        if (cpu.core.contains(other)) {
            return Distance.SIBLINGS;
        }
        if (cpu.cache.contains(other)) {
            return Distance.ONE_CACHE;
        }
        if (cpu.socket != cpu(other).socket) {
            return Distance.TWO_PACKAGES;
        }
        return cpu.cache.isEmpty() ? Distance.UNKNOWN : Distance.TWO_CACHES;
    }

    private Cpu cpu(int number) {
        Cpu cpu = cpus.get(number);
        if (cpu == null) {
            throw new NoSuchElementException("no CPU " + number);
        }
        return cpu;
    }
}
