// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * What a host gave the forks of a run, all in all.
 *
 * @param cpuShare the CPU time that forks got, as a share of what two actors that never wait would use; 1 if none ran
 * @param probe whether two threads ran at once
 */
public record Given(double cpuShare, Probe probe) {
    /** What it gave to these; those that failed or got no further than their warm-up count only for the probe, for what did not run cannot have been slowed down. */
    public static Given of(Collection<Measurement> measurements) {
        List<Measurement> ran = measurements.stream()
                .filter(m -> m.failure() == null && m.measuringMillis() > 0)
                .toList();
        long wanted = ran.stream().mapToLong(Measurement::millis).sum();
        double got = ran.stream().mapToDouble(m -> m.millis() * m.cpuShare()).sum();
        return new Given(
                wanted == 0 ? 1 : got / wanted,
                Probe.sum(measurements.stream().map(Measurement::probe).toList()));
    }

    /** {@code gave its actors 41 % of two CPUs (both threads ran in 61 of 100 slots of 10 ms, 13.0 % stolen)}. */
    public String inWords() {
        if (probe.slots() == 0) {
            return "ran no actor";
        }
        return String.format(Locale.ROOT, "gave its actors %.0f %% of two CPUs (%s)", 100 * cpuShare, probe.inWords());
    }
}
