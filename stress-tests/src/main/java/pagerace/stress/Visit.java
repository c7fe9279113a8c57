// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import pagerace.verdict.Measurement;
import pagerace.verdict.Probe;
import pagerace.verdict.Seat;

/** A fork that is running, and what it has brought so far: what counts of it, and what came before that. */
final class Visit {
    /** How long the actors run before their counts are looked at; while the code is not compiled, and then. */
    static final int WARM_UP_MILLIS = 25;

    static final int SLICE_MILLIS = 50;

    /** The system counts CPU time in steps of ten milliseconds: of less than three slices the share would be a guess. */
    static final int FEWEST_SLICES = 3;

    /** Measured: to make scenarios ready and to start the threads takes 1 to 4 ms of a slice; then the actors do not spin. */
    private static final long TO_BEGIN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** A VM of the fork's tier that has not measured its point. */
    interface Vm {
        /** Which of its run it is. */
        int number();

        /** Turns to the point, for slices of so many milliseconds; returns what JCStress's own check of its harness brings. */
        WorkerVm.Slice begin(int millis) throws IOException;

        /** Runs the point for another slice of so many milliseconds. */
        WorkerVm.Slice more(int millis) throws IOException;

        /** Turns away from the point. */
        void end() throws IOException;

        /** The CPU time that it has used. */
        Duration cpu();
    }

    private final StressFork fork;
    private final Seat seat;
    private final int actors;
    private final LongSupplier clock;
    private final long begin;
    private final Map<String, Long> outcomes = new TreeMap<>();
    private final Map<String, Long> warmUp = new TreeMap<>();
    private int vm;
    private boolean isWarm;
    private int slices;
    private long measuringNanos;
    private long inVainNanos;
    private double cpuShare;
    private long end;

    /** Begins now, by a {@code clock} of nanoseconds. */
    Visit(StressFork fork, Seat seat, LongSupplier clock) {
        this.fork = fork;
        this.seat = seat;
        actors = fork.point().actors();
        this.clock = clock;
        begin = clock.getAsLong();
    }

    /**
     * Has {@code worker} measure until the goal is reached or the time is over.
     *
     * @throws IOException if the VM, an actor or the judge failed: what had come by then is kept
     */
    void in(Vm worker) throws IOException {
        vm = worker.number();
        add(worker.begin(WARM_UP_MILLIS), warmUp);
        WarmUp progress = new WarmUp(fork.tier());
        while (!fork.isCold() && !progress.isOver() && !progress.isHopeless()) {
            WorkerVm.Slice slice = worker.more(WARM_UP_MILLIS);
            progress.add(add(slice, warmUp), slice.nanos());
        }
        isWarm = fork.isCold() || progress.isOver();
        if (isWarm) {
            measure(worker, progress);
        }
        worker.end();
    }

    private void measure(Vm worker, WarmUp progress) throws IOException {
        long cpuBefore = worker.cpu().toNanos();
        do {
            WorkerVm.Slice slice = worker.more(SLICE_MILLIS);
            long samples = add(slice, outcomes);
            measuringNanos += slice.nanos();
            slices++;
            boolean hasTime = inVainNanos < fork.atMost().toNanos();
            if (!fork.isCold() && hasTime && progress.wasTooShort(samples, slice.nanos())) {
                progress.add(samples, slice.nanos());
                startAgain();
                cpuBefore = worker.cpu().toNanos();
                continue;
            }
            long cpu = worker.cpu().toNanos() - cpuBefore;
            long spinning = Math.max(
                    TimeUnit.MILLISECONDS.toNanos((long) slices * SLICE_MILLIS),
                    measuringNanos - slices * TO_BEGIN_NANOS);
            cpuShare = cpu <= 0 ? 1 : Math.min(1, (double) cpu / (actors * spinning));
        } while (slices < FEWEST_SLICES
                || (measuringNanos < fork.atMost().toNanos() && !fork.goal().isReached(outcomes, warmUp)));
    }

    /** All so far was warm-up: it came before code that is much faster. Decided by rates alone, so no outcome is preferred. */
    private void startAgain() {
        outcomes.forEach((word, count) -> warmUp.merge(word, count, Long::sum));
        outcomes.clear();
        inVainNanos += measuringNanos;
        measuringNanos = 0;
        slices = 0;
        cpuShare = 0;
    }

    private static long add(WorkerVm.Slice slice, Map<String, Long> counts) {
        slice.counts().forEach((word, count) -> counts.merge(word, count, Long::sum));
        return slice.counts().values().stream().mapToLong(count -> count).sum();
    }

    /** What a slice had brought that did not come to its end. */
    void keep(Map<String, Long> counts) {
        add(new WorkerVm.Slice(0, counts), isWarm ? outcomes : warmUp);
    }

    void isOver() {
        end = clock.getAsLong();
    }

    Measurement measurement(String run, Probe probe, @Nullable String failure) {
        return new Measurement(
                run,
                vm,
                fork.point().key(),
                fork.tier(),
                seat,
                fork.stride(),
                TimeUnit.NANOSECONDS.toMillis(end - begin),
                TimeUnit.NANOSECONDS.toMillis(measuringNanos),
                cpuShare,
                outcomes,
                warmUp,
                probe,
                failure);
    }
}
