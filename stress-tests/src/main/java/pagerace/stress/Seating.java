// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagerace.verdict.Distance;
import pagerace.verdict.Seat;

/**
 * The seats of a host. Forks on seats that do not overlap run at once.
 *
 * @param pairs for two actors; none overlaps another
 * @param farther for two actors, one at each distance at which there is room for no pair of its own: it overlaps others
 * @param triples for three actors; none overlaps another triple, each overlaps pairs
 * @param cpus how many CPUs may be busy at once
 */
public record Seating(List<Seat> pairs, List<Seat> farther, List<Seat> triples, int cpus) {
    /** Which distance gets a pair first. Two cores with a common cache are what most hosts have, and what this was tuned on. */
    private static final List<Distance> ORDER = List.of(
            Distance.ONE_CACHE, Distance.SIBLINGS, Distance.TWO_CACHES, Distance.TWO_PACKAGES, Distance.UNKNOWN);

    /** One seat, wherever the system puts its actors. */
    static Seating anywhere(int cpus) {
        return new Seating(
                cpus < 2 ? List.of() : List.of(Seat.ANYWHERE),
                List.of(),
                cpus < 3 ? List.of() : List.of(Seat.ANYWHERE),
                cpus);
    }

    /**
     * As many pairs as there are CPUs for, as many of one distance as of another; beside an actor's CPU its siblings stay idle, unless
     * the other actor has one.
     *
     * @param most how many CPUs may be busy at once
     */
    static Seating of(CpuTopology topology, int most) {
        List<List<Integer>> free = new ArrayList<>(topology.cores());
        List<Seat> pairs = new ArrayList<>();
        Set<Distance> open = new LinkedHashSet<>(ORDER);
        while (!open.isEmpty()) {
            for (Distance distance : ORDER) {
                Seat pair = 2 * (pairs.size() + 1) <= most ? pair(topology, distance, free) : null;
                if (pair == null) {
                    open.remove(distance);
                } else {
                    pairs.add(pair);
                    free.removeIf(core -> core.stream().anyMatch(pair.cpus()::contains));
                }
            }
        }
        Set<Distance> lacking = EnumSet.allOf(Distance.class);
        pairs.forEach(pair -> lacking.remove(pair.distance()));
        List<Seat> farther = Stream.of(Distance.values())
                .filter(lacking::contains)
                .flatMap(distance -> Stream.ofNullable(pair(topology, distance, topology.cores())))
                .toList();
        return new Seating(List.copyOf(pairs), farther, triples(topology, most), most);
    }

    /**
     * Two CPUs of {@code cores} that are so far apart; null if there are none. They are taken where most cores are left, so that some
     * are left everywhere for the distances between.
     */
    private static @Nullable Seat pair(CpuTopology topology, Distance distance, List<List<Integer>> cores) {
        List<List<Integer>> crowded = cores.stream()
                .sorted(Comparator.comparing(core -> -neighbours(topology, core, cores)))
                .toList();
        for (List<Integer> core : crowded) {
            if (distance == Distance.SIBLINGS && core.size() > 1) {
                return new Seat(core.subList(0, 2), distance);
            }
            for (List<Integer> other : crowded) {
                if (core != other && topology.distance(core.get(0), other.get(0)) == distance) {
                    return new Seat(
                            Stream.of(core.get(0), other.get(0)).sorted().toList(), distance);
                }
            }
        }
        return null;
    }

    private static long neighbours(CpuTopology topology, List<Integer> core, List<List<Integer>> cores) {
        return cores.stream()
                .filter(other -> topology.distance(core.get(0), other.get(0)).compareTo(Distance.ONE_CACHE) <= 0)
                .count();
    }

    /** Three cores each; where there are no three, three CPUs. */
    private static List<Seat> triples(CpuTopology topology, int most) {
        List<Integer> firsts =
                topology.cores().stream().map(core -> core.get(0)).toList();
        List<Integer> all = topology.cores().stream().flatMap(List::stream).toList();
        List<Integer> from = firsts.size() < 3 ? all : firsts;
        List<Seat> triples = new ArrayList<>();
        for (int i = 0; i + 3 <= Math.min(most, from.size()); i += 3) {
            List<Integer> cpus = from.subList(i, i + 3);
            Distance farthest = cpus.stream()
                    .flatMap(one ->
                            cpus.stream().filter(other -> one < other).map(other -> topology.distance(one, other)))
                    .max(Distance::compareTo)
                    .orElseThrow();
            triples.add(new Seat(cpus, farthest));
        }
        return triples;
    }

    /** For so many actors. */
    boolean hasRoomFor(int actors) {
        return !(actors == 2 ? pairs : triples).isEmpty();
    }
}
