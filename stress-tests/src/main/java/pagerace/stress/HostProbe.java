// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import pagerace.verdict.Probe;

/**
 * Finds out whether two threads run at once here: what two actors need, and what CPU time alone does not say. On a virtual machine
 * each of two threads may get half of a CPU, and never at the same time.
 */
final class HostProbe {
    private static final long SLOT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** What proc(5) calls USER_HZ: a hundred on every Linux that runs Java. */
    private static final long MILLIS_PER_TICK = 10;

    /** Puts the current thread on one CPU. */
    interface Binding {
        /** For one of the two threads: 0 or 1. */
        void bind(int thread);
    }

    /**
     * What the system says that it has given to whom since it started.
     *
     * @param nanos when it said so
     * @param cpuMillis what all CPUs had to give
     * @param stolenMillis what the hypervisor took of that
     * @param waitedMillis for how long some thread waited for a CPU
     */
    record Account(long nanos, long cpuMillis, long stolenMillis, long waitedMillis) {
        /** Now; all zero where the system does not tell. */
        static Account now() {
            long[] cpu = cpu();
            return new Account(System.nanoTime(), cpu[0], cpu[1], waited());
        }

        /** The line {@code cpu} of proc(5): user, nice, system, idle, iowait, irq, softirq, steal; guests are in user already. */
        private static long[] cpu() {
            try (Stream<String> lines = Files.lines(Path.of("/proc/stat"))) {
                String[] fields = lines.findFirst().orElse("").split(" +", -1);
                long all = 0;
                for (int i = 1; i <= 8; i++) {
                    all += Long.parseLong(fields[i]);
                }
                return new long[] {all * MILLIS_PER_TICK, Long.parseLong(fields[8]) * MILLIS_PER_TICK};
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
     * What two threads did.
     *
     * @param slots for how many stretches of ten milliseconds they tried
     * @param met in how many of these the word went there and back
     * @param roundTrips how often it did in all
     * @param gapMicros the longest time between two round trips
     */
    record Met(int slots, int met, long roundTrips, long gapMicros) {
        Met plus(Met other) {
            return new Met(
                    slots + other.slots,
                    met + other.met,
                    roundTrips + other.roundTrips,
                    Math.max(gapMicros, other.gapMicros));
        }

        /** As a probe of all the time since {@code begin}. */
        Probe since(Account begin) {
            Account end = Account.now();
            return new Probe(
                    slots,
                    met,
                    roundTrips,
                    gapMicros,
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

    private HostProbe() {}

    /** Lets two threads try for so many slots. */
    static Met meet(int slots, Binding binding) {
        HostProbe probe = new HostProbe();
        Thread partner = new Thread(
                () -> {
                    binding.bind(1);
                    probe.answer();
                },
                "probe, answering");
        Met[] met = {new Met(slots, 0, 0, slots * SLOT_NANOS / 1000)};
        Thread asker = new Thread(
                () -> {
                    binding.bind(0);
                    met[0] = probe.ask(slots);
                },
                "probe, asking");
        partner.setDaemon(true);
        asker.setDaemon(true);
        partner.start();
        asker.start();
        try {
            asker.join();
            partner.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            probe.over = true;
        }
        return met[0];
    }

    /** The word is odd while it is on its way; a round trip makes it even again. */
    private void answer() {
        while (!over) {
            long value = word.get();
            if ((value & 1) == 1) {
                word.set(value + 1);
            }
        }
    }

    private Met ask(int slots) {
        int met = 0;
        long roundTrips = 0;
        long gap = 0;
        long last = System.nanoTime();
        for (int slot = 0; slot < slots; slot++) {
            long end = System.nanoTime() + SLOT_NANOS;
            long before = roundTrips;
            long now = last;
            while (now < end) {
                if ((word.get() & 1) == 0) {
                    word.set(word.get() + 1);
                }
                do {
                    now = System.nanoTime();
                } while ((word.get() & 1) == 1 && now < end);
                if ((word.get() & 1) == 0) {
                    roundTrips++;
                    gap = Math.max(gap, now - last);
                    last = now;
                }
            }
            met += roundTrips > before ? 1 : 0;
        }
        over = true;
        return new Met(slots, met, roundTrips, Math.max(gap, System.nanoTime() - last) / 1000);
    }
}
