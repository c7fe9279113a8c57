// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import java.util.List;
import java.util.stream.IntStream;

/** Times nothing: each entry of a plan takes what a test says, and each batch what the clock takes besides. */
final class FakeRunner implements PlanRunner {
    /** What one run of an entry takes. */
    interface Nanos {
        /** In {@code round} of the JVM with number {@code jvm}. */
        double of(String entry, int jvm, int round);
    }

    private final int rounds;
    private final double clock;
    private final Nanos nanos;
    private int jvms;

    /** A clock that takes {@code clock} nanoseconds, and nothing else where there is nothing to time. */
    FakeRunner(int rounds, double clock, Nanos nanos) {
        this.rounds = rounds;
        this.clock = clock;
        this.nanos = nanos;
    }

    @Override
    public Timed run(String subject, List<String> plan) {
        int jvm = jvms++;
        List<Double> times = IntStream.range(0, rounds * plan.size())
                .mapToDouble(iteration ->
                        batch(plan.get(Prices.entryOf(iteration, plan.size())), jvm, iteration / plan.size()))
                .boxed()
                .toList();
        return new Timed(times, List.of());
    }

    private double batch(String line, int jvm, int round) {
        int blank = line.indexOf(' ');
        String entry = line.substring(blank + 1);
        return clock
                + (entry.equals(Prices.EMPTY)
                        ? 0
                        : Integer.parseInt(line.substring(0, blank)) * nanos.of(entry, jvm, round));
    }
}
