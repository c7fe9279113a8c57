// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one fork measured: a VM, of one point. The VM may have measured other points, and none of them twice.
 *
 * @param run the id of the run that started the VM
 * @param vm which VM of the run it was, from one on; 0 if none started
 * @param point the key of the point, as the VM itself named what it ran
 * @param tier how the VM executed code
 * @param seat where its actors ran
 * @param stride how many scenarios the actors ran through before they waited for each other
 * @param millis how long it took, a start of the VM and the warm-up included
 * @param measuringMillis how much of that the samples took
 * @param cpuShare the CPU time that the VM got while it measured, as a share of what actors that never wait would use; at most
 *     1, and 0 if it measured nothing
 * @param outcomes samples per outcome word
 * @param warmUp executions per outcome word before the code was as the tier has it, and in JCStress's check of the harness. They
 *     count for no rate, no sample, no window and no tier; what is forbidden among them counts as anywhere
 * @param probe what the host gave two threads right before it and right after it, and from then to then
 * @param failure why it ended without a result; null if it ended well
 */
public record Measurement(
        String run,
        int vm,
        String point,
        Tier tier,
        Seat seat,
        int stride,
        long millis,
        long measuringMillis,
        double cpuShare,
        Map<String, Long> outcomes,
        Map<String, Long> warmUp,
        Probe probe,
        @Nullable String failure) {
    /** How the failure of a fork that was ended from outside begins; every other failure is a crash. */
    public static final String KILLED = "killed: it hung for ";

    /** No fork comes near it, and the sum of those that any run has does not overflow: samples cannot cancel each other. */
    private static final long MOST_SAMPLES = 1L << 40;

    /** Checks the numbers; copies the counts, in the order of the words. */
    public Measurement {
        requireNonNull(seat, "no fork ran nowhere");
        outcomes = checked(outcomes);
        warmUp = checked(warmUp);
        require(vm >= 0, vm, "as the number of its VM");
        require(stride >= 0, stride, "scenarios");
        require(millis >= 0, millis, "ms");
        require(measuringMillis >= 0 && measuringMillis <= millis, measuringMillis, "ms of measuring in " + millis);
        require(cpuShare >= 0 && cpuShare <= 1, cpuShare, "of the CPU time");
    }

    /** One of which nobody knows where its actors ran. */
    public Measurement(
            String run,
            int vm,
            String point,
            Tier tier,
            int stride,
            long millis,
            long measuringMillis,
            double cpuShare,
            Map<String, Long> outcomes,
            Map<String, Long> warmUp,
            Probe probe,
            @Nullable String failure) {
        this(
                run,
                vm,
                point,
                tier,
                Seat.ANYWHERE,
                stride,
                millis,
                measuringMillis,
                cpuShare,
                outcomes,
                warmUp,
                probe,
                failure);
    }

    private static Map<String, Long> checked(Map<String, Long> counts) {
        counts.forEach((word, count) -> require(count >= 0 && count <= MOST_SAMPLES, count, "samples of " + word));
        return Collections.unmodifiableMap(new TreeMap<>(counts));
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

    /** All samples, without the warm-up. */
    public long samples() {
        return outcomes.values().stream().mapToLong(Long::longValue).sum();
    }

    /** The same, with a reason for its failure that says more than its VM could. */
    public Measurement failedWith(String reason) {
        return ended(reason);
    }

    /** The same of a fork that the end of the budget cut short: it has not failed. */
    public Measurement cut() {
        return ended(null);
    }

    private Measurement ended(@Nullable String how) {
        return new Measurement(
                run, vm, point, tier, seat, stride, millis, measuringMillis, cpuShare, outcomes, warmUp, probe, how);
    }

    /**
     * How much of its life counts, in milliseconds: that share of it in which it had the CPUs that it could use, and in which two
     * threads, by the probe, ran at once.
     */
    public double givenMillis() {
        return millis * Math.min(cpuShare, probe.together());
    }
}
