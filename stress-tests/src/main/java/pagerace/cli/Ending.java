// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The end of a run: the report is written once, however the run ends, by its own last step, after an exception, or in the
 * JVM's shutdown if the user or the system ends it.
 */
final class Ending {
    /** Writes the report, and says with which code to exit. */
    interface Report {
        int write(boolean complete) throws IOException;
    }

    private static final long PATIENCE_MILLIS = 3_000;

    private final Report report;
    private final Consumer<Thread> atShutdown;
    private final CountDownLatch written = new CountDownLatch(1);
    private volatile Runnable stop = () -> {};
    private @Nullable Integer exitCode;

    Ending(Report report) {
        this(report, Runtime.getRuntime()::addShutdownHook);
    }

    /** {@code atShutdown} takes what is to be started when the JVM shuts down. */
    Ending(Report report, Consumer<Thread> atShutdown) {
        this.report = report;
        this.atShutdown = atShutdown;
    }

    /** Runs, then reports; {@code run} says whether it is complete. */
    int reportAfter(BooleanSupplier run) throws IOException {
        atShutdown.accept(new Thread(this::interrupted, "interruption"));
        boolean complete = false;
        try {
            complete = run.getAsBoolean();
        } finally {
            write(complete);
        }
        return write(complete);
    }

    /** What an interruption calls first, before it waits a little for the run to report and else reports for it. */
    void onInterruption(Runnable stop) {
        this.stop = stop;
    }

    private void interrupted() {
        if (written.getCount() > 0) {
            stop.run();
            reportUnlessWritten();
        }
    }

    private void reportUnlessWritten() {
        try {
            if (!written.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                int ignored = write(false);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized int write(boolean complete) throws IOException {
        if (exitCode == null) {
            try {
                exitCode = report.write(complete);
            } finally {
                written.countDown();
            }
        }
        return exitCode;
    }
}
