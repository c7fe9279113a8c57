// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import java.time.Duration;
import pagerace.verdict.Measurement;

/** What runs forks: JCStress, or a stand-in with known odds. */
public interface Engine extends AutoCloseable {
    /** Runs {@code fork} to its end, and kills it after {@code timeout}. Failure is part of the measurement, not thrown. */
    Measurement run(StressFork fork, Duration timeout);

    /** Ends what is running, from another thread: what it has measured by then is its measurement. */
    void kill();

    /** Nanoseconds of a clock that only goes forward. */
    long nanoTime();

    /** Releases what it holds; nothing may run any more. */
    @Override
    void close();
}
