// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import java.util.Collection;
import java.util.Locale;

/**
 * What a host gave two threads that need each other: each on a CPU of its own, they handed a word back and forth. Counts, so that
 * probes can be added up.
 *
 * @param slots for how many stretches of ten milliseconds they tried
 * @param met in how many of these the word went there and back at least once
 * @param roundTrips how often it did in all
 * @param gapMicros the longest time between two round trips, in microseconds
 * @param togetherMicros for how long both ran at once, in microseconds: the sum of the round trips that took less than 20
 * @param millis the time from the first to the last reading of the system's counters, in milliseconds
 * @param cpuMillis the time of these CPUs, or of all if the system placed the threads, in that time, in milliseconds; 0 where the system does not tell
 * @param stolenMillis how much of that the hypervisor gave to somebody else, in milliseconds
 * @param waitedMillis for how much of {@code millis} some thread of the host, one of ours or another, waited for a CPU
 */
public record Probe(
        int slots,
        int met,
        long roundTrips,
        long gapMicros,
        long togetherMicros,
        long millis,
        long cpuMillis,
        long stolenMillis,
        long waitedMillis) {
    /** No probe was taken, and {@link #isGood} is true. */
    public static final Probe NONE = new Probe(0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** On a good host two threads meet in at least this share of the slots. */
    public static final double ENOUGH_MET = 0.95;

    /** On a good host less than this share of the CPUs' time is stolen. */
    public static final double TOO_MUCH_STOLEN = 0.05;

    /** Checks that the counts are counts. */
    public Probe {
        if (slots < 0
                || met < 0
                || met > slots
                || roundTrips < 0
                || gapMicros < 0
                || togetherMicros < 0
                || millis < 0
                || cpuMillis < 0
                || stolenMillis < 0
                || waitedMillis < 0) {
            throw new IllegalArgumentException("no probe has such counts");
        }
    }

    /** All of these as one. */
    public static Probe sum(Collection<Probe> probes) {
        return probes.stream().reduce(NONE, Probe::plus);
    }

    private Probe plus(Probe other) {
        return new Probe(
                slots + other.slots,
                met + other.met,
                roundTrips + other.roundTrips,
                Math.max(gapMicros, other.gapMicros),
                togetherMicros + other.togetherMicros,
                millis + other.millis,
                cpuMillis + other.cpuMillis,
                stolenMillis + other.stolenMillis,
                waitedMillis + other.waitedMillis);
    }

    /**
     * Whether two threads could run at once: they met in 95 of 100 slots, and less than 5 % of the CPUs' time was stolen. Where
     * no probe was taken the host is no excuse.
     */
    public boolean isGood() {
        return met >= ENOUGH_MET * slots && stolen() < TOO_MUCH_STOLEN;
    }

    /** The share of the slots' time in which both threads ran at once; 1 if no probe was taken. */
    public double together() {
        return slots == 0 ? 1 : Math.min(1, togetherMicros / (slots * 10_000.0));
    }

    /** The share of the CPUs' time that was stolen; 0 where the system does not tell. */
    public double stolen() {
        return cpuMillis == 0 ? 0 : (double) stolenMillis / cpuMillis;
    }

    /** The share of the time in which some thread waited for a CPU; 0 where the system does not tell. */
    public double waited() {
        return millis == 0 ? 0 : Math.min(1, (double) waitedMillis / millis);
    }

    /** The mean time of a round trip in nanoseconds, slots without one included; 0 if there was none. */
    public long nanosPerRoundTrip() {
        return roundTrips == 0 ? 0 : slots * 10_000_000L / roundTrips;
    }

    /** {@code both threads ran in 99 of 100 slots of 10 ms, 2.1 % stolen}. */
    public String inWords() {
        return slots == 0
                ? "no probe was taken"
                : String.format(
                        Locale.ROOT,
                        "both threads ran in %d of %d slots of 10 ms, %.1f %% stolen",
                        met,
                        slots,
                        100 * stolen());
    }
}
