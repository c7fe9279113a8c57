// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import pagerace.verdict.Tier;

/**
 * Finds out when a point's code is as its tier has it: until then nothing that a VM counts is a sample of the tier.
 *
 * <p>It is when the point has run so often that the compiler has had what it decides by, and when its rate has stopped rising.
 * Measured, two CPUs: the rate of a new point grows a hundredfold within 0.2 to 0.5 s of C2, tenfold within 0.05 s of C1.
 */
final class WarmUp {
    /** Of a visit to a point the time after which a rate that still varies is the host's. */
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** If the compiler has not even been asked by then, it will not be. */
    private static final long TOO_LONG_NANOS = TimeUnit.SECONDS.toNanos(6);

    /** So many slices one after the other are near the fastest, after the compiler had to look. */
    private static final int STEADY = 3;

    /** Slices differ by a third on a quiet host. */
    private static final double NEAR = 0.7;

    private final long enough;
    private final List<Double> ratesSince = new ArrayList<>();
    private double fastest;
    private long executions;
    private long nanos;

    /** Of a point in a VM of {@code tier}. */
    WarmUp(Tier tier) {
        enough = switch (tier) {
            // C2 compiles a method that was called ten thousand times. JCStress's loop over a stride of four, which the
            // actors are
            // inlined into, is called once for four executions.
            case C2, C2_STRESS -> 40_000;
            case C1 -> 5_000;
            // Its first executions load classes.
            case INTERPRETER -> 64;
        };
    }

    /** Adds a slice of {@code samples} executions in {@code sliceNanos} nanoseconds. */
    void add(long samples, long sliceNanos) {
        double rate = rate(samples, sliceNanos);
        if (executions >= enough) {
            ratesSince.add(rate);
        }
        fastest = Math.max(fastest, rate);
        executions += samples;
        nanos += sliceNanos;
    }

    /** Whether it is over: what comes counts, unless it {@linkplain #wasTooShort turns out} that it was not. */
    boolean isOver() {
        return executions >= enough && (isSteady() || nanos >= LONGEST_NANOS);
    }

    /** Whether it will not be over on this host. */
    boolean isHopeless() {
        return !isOver() && nanos >= TOO_LONG_NANOS;
    }

    /** Whether a later slice is so much faster than all before that these were not of the code that the tier makes in the end. */
    boolean wasTooShort(long samples, long sliceNanos) {
        return NEAR * rate(samples, sliceNanos) > fastest;
    }

    private boolean isSteady() {
        int slices = ratesSince.size();
        return slices >= STEADY
                && ratesSince.subList(slices - STEADY, slices).stream().allMatch(rate -> rate >= NEAR * fastest);
    }

    private static double rate(long samples, long sliceNanos) {
        return (double) samples / Math.max(1, sliceNanos);
    }
}
