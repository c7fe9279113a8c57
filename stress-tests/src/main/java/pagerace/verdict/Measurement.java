// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one forked VM measured.
 *
 * @param run the id of the run that started it
 * @param point the key of the point
 * @param tier how the VM executed code
 * @param stride how many scenarios the actors ran through before they waited for each other
 * @param millis its life, start-up included
 * @param cpuShare the CPU time it got, as a share of what two actors that never wait would use; at most 1
 * @param outcomes samples per outcome word
 * @param probe what the host gave two threads right before it and right after it, and from then to then
 * @param failure why it ended without a result; null if it ended well
 */
public record Measurement(
        String run,
        String point,
        Tier tier,
        int stride,
        long millis,
        double cpuShare,
        Map<String, Long> outcomes,
        Probe probe,
        @Nullable String failure) {
    /** How the failure of a fork that was ended from outside begins; every other failure is a crash. */
    public static final String KILLED = "killed: it hung for ";

    /** No fork comes near it, and the sum of those that any run has does not overflow: samples cannot cancel each other. */
    private static final long MOST_SAMPLES = 1L << 40;

    /** Checks the numbers; copies the counts, in the order of the words. */
    public Measurement {
        outcomes = Collections.unmodifiableMap(new TreeMap<>(outcomes));
        outcomes.forEach((word, count) -> require(count >= 0 && count <= MOST_SAMPLES, count, "samples of " + word));
        require(stride >= 0, stride, "scenarios");
        require(millis >= 0, millis, "ms");
        require(cpuShare >= 0 && cpuShare <= 1, cpuShare, "of the CPU time");
    }

    private static void require(boolean possible, Number number, String what) {
        if (!possible) {
            throw new IllegalArgumentException("no fork has " + number + " " + what);
        }
    }

    /** Whether the fork ended badly by itself: an actor or the judge threw, or the VM did not run at all. */
    public boolean crashed() {
        return failure != null && !failure.startsWith(KILLED);
    }

    /** All samples. */
    public long samples() {
        return outcomes.values().stream().mapToLong(Long::longValue).sum();
    }

    /** The same, with a reason for its failure that says more than its VM could. */
    public Measurement failedWith(String reason) {
        return new Measurement(run, point, tier, stride, millis, cpuShare, outcomes, probe, reason);
    }

    /**
     * How much of its life counts, in milliseconds: that share of it in which it had the CPUs that it could use, and in which two
     * threads, by the probe, ran at once.
     */
    public double givenMillis() {
        return millis * Math.min(cpuShare, probe.together());
    }
}
