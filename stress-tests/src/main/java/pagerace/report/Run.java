// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagerace.verdict.Host;

/**
 * One run on one machine.
 *
 * @param id tells runs apart: the same id twice is the same run twice
 * @param started when it began, in ISO 8601, UTC
 * @param version the version of PageRace
 * @param label what the user called it, for instance the commit under test; null if nothing
 * @param host the machine
 * @param filter which points were asked for; empty for all
 * @param shard which part of them this run had; null if all
 * @param jvmArguments what every fork was started with besides what its tier needs, and the variables that give flags to every
 *     VM, as {@code NAME=value}
 * @param forks how many forks each demanded tier of each point was to get at least
 * @param budget the time it was given, in seconds; 0 if it was to take what it needs
 * @param elapsed the time it took, in seconds
 * @param complete false if it was interrupted
 */
public record Run(
        String id,
        String started,
        String version,
        @Nullable String label,
        Host host,
        String filter,
        @Nullable String shard,
        List<String> jvmArguments,
        int forks,
        long budget,
        long elapsed,
        boolean complete) {
    /** Checks that the shard is one. */
    public Run {
        Shard ignored = shard == null ? null : Shard.parse(shard);
    }

    /** {@code 151 s of 540 s}, or {@code 151 s, as needed}. */
    public String time() {
        return elapsed + " s" + (budget == 0 ? ", as needed" : " of " + budget + " s");
    }

    /** The same run when it has ended. */
    public Run ended(long elapsedSeconds, boolean isComplete) {
        return new Run(
                id,
                started,
                version,
                label,
                host,
                filter,
                shard,
                jvmArguments,
                forks,
                budget,
                elapsedSeconds,
                isComplete);
    }
}
