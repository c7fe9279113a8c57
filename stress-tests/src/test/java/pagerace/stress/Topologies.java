// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Recorded topologies, written out as the trees that Linux shows below {@code /sys/devices/system/cpu}. */
final class Topologies {
    private Topologies() {}

    /** What {@link CpuTopology} reads of the topology with that name, in a process that may use {@code allowed}; null for all. */
    static CpuTopology read(String name, Path directory, @Nullable Set<Integer> allowed) throws IOException {
        return CpuTopology.read(tree(name, directory), allowed);
    }

    private static Path tree(String name, Path directory) throws IOException {
        List<String[]> cpus;
        try (InputStream in = Objects.requireNonNull(
                Topologies.class.getResourceAsStream("/pagerace/topologies/" + name + ".txt"), name)) {
            cpus = new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" +", -1))
                    .toList();
        }
        Path root = Files.createDirectories(directory.resolve(name));
        Files.writeString(
                root.resolve("online"), cpus.stream().map(cpu -> cpu[0]).collect(Collectors.joining(",")) + "\n");
        for (String[] cpu : cpus) {
            Path here = root.resolve("cpu" + cpu[0]);
            Path topology = Files.createDirectories(here.resolve("topology"));
            Files.writeString(topology.resolve("thread_siblings_list"), cpu[1] + "\n");
            Files.writeString(topology.resolve("physical_package_id"), cpu[3] + "\n");
            if (!cpu[2].equals("-")) {
                Path first = Files.createDirectories(here.resolve("cache/index0"));
                Files.writeString(first.resolve("shared_cpu_list"), cpu[1] + "\n");
                Path last = Files.createDirectories(here.resolve("cache/index3"));
                Files.writeString(last.resolve("shared_cpu_list"), cpu[2] + "\n");
                Files.writeString(here.resolve("cache/uevent"), "");
            }
        }
        return root;
    }
}
