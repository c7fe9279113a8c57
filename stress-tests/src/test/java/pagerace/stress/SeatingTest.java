// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.verdict.Distance;
import pagerace.verdict.Seat;

/** Which CPUs the forks of a host get, by recorded topologies. */
class SeatingTest {
    @TempDir
    private Path directory;

    private Seating seating(String name, int cpus) throws IOException {
        return Seating.of(Topologies.read(name, directory, null), cpus);
    }

    private static Map<Distance, Integer> pairs(Seating seating) {
        Map<Distance, Integer> count = new EnumMap<>(Distance.class);
        seating.pairs().forEach(pair -> count.merge(pair.distance(), 1, Integer::sum));
        return count;
    }

    @Test
    void aVirtualMachineOfTwoCpusHasOnePair() throws IOException {
        Seating seating = seating("vm-2", 2);
        assertThat(seating.pairs()).containsExactly(new Seat(List.of(0, 1), Distance.ONE_CACHE));
        assertThat(seating.farther()).isEmpty();
        assertThat(seating.triples()).isEmpty();
        assertThat(seating.hasRoomFor(2)).isTrue();
        assertThat(seating.hasRoomFor(3)).isFalse();
    }

    @Test
    void twoCoresOfTwoThreadsAreOnePairOfCoresAndSiblingsTakeItsPlace() throws IOException {
        Seating seating = seating("vm-4-smt", 4);
        assertThat(seating.pairs()).containsExactly(new Seat(List.of(0, 2), Distance.ONE_CACHE));
        assertThat(seating.farther()).containsExactly(new Seat(List.of(0, 1), Distance.SIBLINGS));
        assertThat(seating.triples())
                .as("two cores are too few, their threads are not")
                .containsExactly(new Seat(List.of(0, 1, 2), Distance.ONE_CACHE));
    }

    @Test
    void aPartWithTwoCachesHasPairsAtThreeDistances() throws IOException {
        Seating seating = seating("desktop-16-two-caches", 16);
        assertThat(pairs(seating))
                .isEqualTo(Map.of(Distance.ONE_CACHE, 2, Distance.SIBLINGS, 2, Distance.TWO_CACHES, 1));
        assertThat(seating.farther()).isEmpty();
    }

    @Test
    void coresOfOnePackageAndOneCacheAreHalfAsManyPairs() throws IOException {
        Seating seating = seating("server-64", 64);
        assertThat(pairs(seating)).isEqualTo(Map.of(Distance.ONE_CACHE, 32));
        assertThat(seating.triples()).hasSize(21);
    }

    @Test
    void twoPackagesOfTwoThreadsACoreShareTheirCoresAmongThreeDistances() throws IOException {
        Seating seating = seating("two-sockets-64-smt", 64);
        assertThat(pairs(seating).keySet())
                .containsExactly(Distance.SIBLINGS, Distance.ONE_CACHE, Distance.TWO_PACKAGES);
        assertThat(pairs(seating).values()).allMatch(count -> count >= 6 && count <= 8);
    }

    @Test
    void privateCachesAreTwoAndCachesThatNobodyNamesAreUnknown() throws IOException {
        assertThat(pairs(seating("arm64-80", 80))).isEqualTo(Map.of(Distance.TWO_CACHES, 40));
        assertThat(pairs(seating("arm64-4-silent", 4))).isEqualTo(Map.of(Distance.UNKNOWN, 2));
    }

    /** A quota, or {@code --cpus}. */
    @Test
    void noMoreCpusAreBusyThanMayBe() throws IOException {
        Seating seating = seating("two-sockets-64-smt", 4);
        assertThat(seating.pairs()).hasSize(2);
        assertThat(seating.cpus()).isEqualTo(4);
        assertThat(Stream.concat(seating.pairs().stream(), seating.farther().stream())
                        .map(Seat::distance))
                .as("every distance all the same")
                .containsExactlyInAnyOrder(Distance.ONE_CACHE, Distance.SIBLINGS, Distance.TWO_PACKAGES);
        assertThat(seating("server-64", 1).hasRoomFor(2)).isFalse();
    }

    @Test
    void cpusThatTheProcessMayNotUseHaveNoSeat() throws IOException {
        CpuTopology some = Topologies.read("desktop-16-two-caches", directory, Set.of(0, 8, 1, 5));
        assertThat(some.size()).isEqualTo(4);
        assertThat(some.cores()).containsExactly(List.of(0, 8), List.of(1), List.of(5));
        assertThat(Seating.of(some, 4).pairs().get(0)).isEqualTo(new Seat(List.of(0, 1), Distance.ONE_CACHE));
        assertThatThrownBy(() -> Topologies.read("vm-2", directory, Set.of(7)))
                .isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(() -> CpuTopology.read(directory.resolve("nothing"), null))
                .isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vm-2",
                "vm-4-smt",
                "desktop-16-two-caches",
                "server-64",
                "two-sockets-64-smt",
                "arm64-80",
                "arm64-4-silent"
            })
    void seatsThatMayRunAtOnceShareNoCore(String name) throws IOException {
        CpuTopology topology = Topologies.read(name, directory, null);
        Seating seating = Seating.of(topology, topology.size());
        List<List<Seat>> apart = List.of(seating.pairs(), seating.triples());
        for (List<Seat> seats : apart) {
            Set<List<Integer>> taken = new HashSet<>();
            for (Seat seat : seats) {
                Set<List<Integer>> cores = new HashSet<>();
                topology.cores().stream()
                        .filter(core -> core.stream().anyMatch(seat.cpus()::contains))
                        .forEach(cores::add);
                assertThat(taken).as(seat.toString()).doesNotContainAnyElementsOf(cores);
                taken.addAll(cores);
            }
        }
        List<Seat> all = new ArrayList<>(seating.pairs());
        all.addAll(seating.farther());
        all.forEach(seat -> assertThat(
                        topology.distance(seat.cpus().get(0), seat.cpus().get(1)))
                .as(seat.toString())
                .isEqualTo(seat.distance())
                .isEqualTo(topology.distance(seat.cpus().get(1), seat.cpus().get(0))));
        assertThat(all.stream().map(Seat::distance).distinct().toList())
                .as("every distance that two CPUs of the host have")
                .containsExactlyInAnyOrderElementsOf(distances(topology));
    }

    private static Set<Distance> distances(CpuTopology topology) {
        List<Integer> cpus = topology.cores().stream().flatMap(List::stream).toList();
        Set<Distance> distances = new HashSet<>();
        for (int one : cpus) {
            cpus.stream().filter(other -> other != one).forEach(other -> distances.add(topology.distance(one, other)));
        }
        return distances;
    }

    @Test
    void theTopologyOfThisProcessHasTheCpusThatItMayUse() {
        assumeThat(Files.isDirectory(Path.of("/sys/devices/system/cpu/cpu0/topology")))
                .isTrue();
        assertThat(CpuTopology.ofThisProcess().orElseThrow().size())
                .isGreaterThanOrEqualTo(Runtime.getRuntime().availableProcessors());
    }
}
