// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Where the actors of a fork run.
 *
 * @param cpus a CPU for each actor, by the system's numbers; none if the system moves them as it likes
 * @param distance how far these are apart: of three the two that are the farthest
 */
public record Seat(List<Integer> cpus, Distance distance) {
    /** Anywhere. */
    public static final Seat ANYWHERE = new Seat(List.of(), Distance.UNKNOWN);

    /** Copies the list. */
    public Seat {
        cpus = List.copyOf(cpus);
        if (cpus.stream().anyMatch(cpu -> cpu < 0)) {
            throw new IllegalArgumentException("no CPU has a number below zero: " + cpus);
        }
    }

    /** Whether the two may have a CPU in common. */
    public boolean overlaps(Seat other) {
        return cpus.isEmpty() || other.cpus.isEmpty() || cpus.stream().anyMatch(other.cpus::contains);
    }

    /** Its CPUs, in words: {@code 0+4}. */
    public String names() {
        return cpus.isEmpty() ? "anywhere" : cpus.stream().map(String::valueOf).collect(Collectors.joining("+"));
    }
}
