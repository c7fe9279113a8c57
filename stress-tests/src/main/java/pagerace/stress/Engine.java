// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import java.time.Duration;
import pagerace.verdict.Measurement;
import pagerace.verdict.Seat;

/** What runs forks: JCStress, or a stand-in with known odds. Not for more than one thread, but for {@link #kill}. */
public interface Engine extends AutoCloseable {
    /** A fork that ended, and what it measured. */
    record Ended(StressFork fork, Seat seat, Measurement measurement) {}

    /** Where forks can run. */
    Seating seating();

    /**
     * Starts {@code fork}, which is killed after {@code timeout}.
     *
     * @param seat one with room for its actors, on whose CPUs no fork runs
     */
    void start(StressFork fork, Seat seat, Duration timeout);

    /** Waits until one of the forks that were started ends. Failure is part of its measurement, not thrown. */
    Ended await();

    /** Ends what is running, from another thread: what it has measured by then is its measurement. */
    void kill();

    /** Nanoseconds of a clock that only goes forward. */
    long nanoTime();

    /** Releases what it holds; nothing may run any more. */
    @Override
    void close();
}
