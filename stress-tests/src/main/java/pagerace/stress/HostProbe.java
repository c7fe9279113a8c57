// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import pagerace.verdict.Probe;

/**
 * Finds out whether as many threads as there are actors run at once here: what these need, and what CPU time alone does not say. On a
 * virtual machine each of two threads may get half of a CPU, and never at the same time.
 */
final class HostProbe {
    private static final long SLOT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** What proc(5) calls USER_HZ: a hundred on every Linux that runs Java. */
    private static final long MILLIS_PER_TICK = 10;

    /**
     * Where the threads run.
     *
     * @param threads how many
     * @param cpus a CPU for each, by the system's numbers; none if the system decides
     * @param binder puts the current thread on one
     */
    record Binding(int threads, List<Integer> cpus, IntConsumer binder) {
        void bind(int thread) {
            try {
                if (!cpus.isEmpty()) {
                    binder.accept(cpus.get(thread));
                }
            } catch (RuntimeException | LinkageError e) {
                // Then the system decides.
            }
        }
    }

    /** A round trip that took longer was interrupted: quiet ones take less than a microsecond, even in the interpreter. */
    private static final long TOGETHER_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

    /**
     * What the system says that it has given to whom since it started.
     *
     * @param cpus the CPUs that it is asked about; all of them if there are none
     * @param nanos when it said so
     * @param cpuMillis what all CPUs had to give
     * @param stolenMillis what the hypervisor took of that
     * @param waitedMillis for how long some thread waited for a CPU
     */
    record Account(List<Integer> cpus, long nanos, long cpuMillis, long stolenMillis, long waitedMillis) {
        /** Now; all zero where the system does not tell. */
        static Account of(List<Integer> cpus) {
            long[] cpu = read(cpus);
            return new Account(cpus, System.nanoTime(), cpu[0], cpu[1], waited());
        }

        /** Of proc(5) the line of each CPU, or that of all: user, nice, system, idle, iowait, irq, softirq, steal; guests are in user. */
        private static long[] read(List<Integer> cpus) {
            try (Stream<String> lines = Files.lines(Path.of("/proc/stat"))) {
                long[] sums = new long[2];
                lines.map(line -> line.split(" +", -1))
                        .filter(fields -> cpus.isEmpty()
                                ? fields[0].equals("cpu")
                                : cpus.stream().anyMatch(cpu -> fields[0].equals("cpu" + cpu)))
                        .forEach(fields -> {
                            for (int i = 1; i <= 8; i++) {
                                sums[0] += Long.parseLong(fields[i]) * MILLIS_PER_TICK;
                            }
                            sums[1] += Long.parseLong(fields[8]) * MILLIS_PER_TICK;
                        });
                return sums;
            } catch (IOException | RuntimeException e) {
                return new long[2];
            }
        }

        /** From {@code some avg10=0.00 avg60=0.00 avg300=0.00 total=123}, in microseconds. */
        private static long waited() {
            try (Stream<String> lines = Files.lines(Path.of("/proc/pressure/cpu"))) {
                String some = lines.findFirst().orElse("");
                return Long.parseLong(some.substring(some.indexOf("total=") + "total=".length())) / 1000;
            } catch (IOException | RuntimeException e) {
                return 0;
            }
        }
    }

    /**
     * What the threads did.
     *
     * @param slots for how many stretches of ten milliseconds they tried
     * @param met in how many of these the word went to all of them and back
     * @param roundTrips how often it did in all
     * @param gapMicros the longest time between two round trips
     * @param togetherMicros for how long all ran at once
     */
    record Met(int slots, int met, long roundTrips, long gapMicros, long togetherMicros) {
        Met plus(Met other) {
            return new Met(
                    slots + other.slots,
                    met + other.met,
                    roundTrips + other.roundTrips,
                    Math.max(gapMicros, other.gapMicros),
                    togetherMicros + other.togetherMicros);
        }

        /** As a probe of all the time since {@code begin}. */
        Probe since(Account begin) {
            Account end = Account.of(begin.cpus);
            return new Probe(
                    slots,
                    met,
                    roundTrips,
                    gapMicros,
                    togetherMicros,
                    Duration.ofNanos(end.nanos - begin.nanos).toMillis(),
                    atLeastZero(end.cpuMillis - begin.cpuMillis),
                    atLeastZero(end.stolenMillis - begin.stolenMillis),
                    atLeastZero(end.waitedMillis - begin.waitedMillis));
        }

        /** Counters of virtual machines have been seen to go back. */
        private static long atLeastZero(long difference) {
            return Math.max(0, difference);
        }
    }

    private final AtomicLong word = new AtomicLong();
    private volatile boolean over;

    private final int threads;

    private HostProbe(int threads) {
        this.threads = threads;
    }

    /** Lets the threads try for so many slots. */
    static Met meet(int slots, Binding binding) {
        HostProbe probe = new HostProbe(binding.threads());
        List<Thread> partners = IntStream.range(1, binding.threads())
                .mapToObj(number -> new Thread(
                        () -> {
                            binding.bind(number);
                            probe.answer(number);
                        },
                        "probe, answering"))
                .toList();
        Met[] met = {new Met(slots, 0, 0, slots * SLOT_NANOS / 1000, 0)};
        Thread asker = new Thread(
                () -> {
                    try {
                        binding.bind(0);
                        met[0] = probe.ask(slots);
                    } finally {
                        probe.over = true;
                    }
                },
                "probe, asking");
        List<Thread> all = Stream.concat(partners.stream(), Stream.of(asker)).toList();
        all.forEach(thread -> thread.setDaemon(true));
        all.forEach(Thread::start);
        try {
            asker.join();
            for (Thread partner : partners) {
                partner.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            probe.over = true;
        }
        return met[0];
    }

    /** The word's remainder says whose turn it is; it is the asker's when it has been to all. */
    private void answer(int number) {
        while (!over) {
            long value = word.get();
            if (value % threads == number) {
                word.set(value + 1);
            }
        }
    }

    private boolean isBack() {
        return word.get() % threads == 0;
    }

    private Met ask(int slots) {
        int met = 0;
        long roundTrips = 0;
        long gap = 0;
        long together = 0;
        long last = System.nanoTime();
        for (int slot = 0; slot < slots; slot++) {
            long end = System.nanoTime() + SLOT_NANOS;
            long before = roundTrips;
            long now = last;
            while (now < end) {
                if (isBack()) {
                    word.set(word.get() + 1);
                }
                do {
                    now = System.nanoTime();
                } while (!isBack() && now < end);
                if (isBack()) {
                    roundTrips++;
                    gap = Math.max(gap, now - last);
                    together += now - last < TOGETHER_NANOS ? now - last : 0;
                    last = now;
                }
            }
            met += roundTrips > before ? 1 : 0;
        }
        return new Met(slots, met, roundTrips, Math.max(gap, System.nanoTime() - last) / 1000, together / 1000);
    }
}
