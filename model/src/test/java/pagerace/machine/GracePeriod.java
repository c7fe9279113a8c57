// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

import java.util.function.Function;

/**
 * The race that a grace period forbids, on real threads: an updater unpublishes a page, waits, and reuses it; a reader that
 * found it published uses it inside its section.
 */
final class GracePeriod {
    private static final int ROUNDS = 50_000;

    private GracePeriod() {}

    /** How a reader marks its section, and how the updater waits. */
    record Protocol(Runnable enter, Runnable leave, Runnable grace) {}

    /** How many sections used the page after its reuse, among at least fifty thousand on either side. */
    static long usesAfterReuse(Function<HardwareMachine, Protocol> setup) {
        long[] bad = new long[1];
        TwoThreads.race(machine -> {
            Protocol protocol = setup.apply(machine);
            Word published = machine.word("published", 0);
            Word reused = machine.word("reused", 0);
            bad[0] = 0;
            return TwoThreads.together(
                    machine,
                    ROUNDS,
                    () -> {
                        protocol.enter().run();
                        if (published.loadAcquire() != 0) {
                            Thread.onSpinWait();
                            bad[0] += reused.readOnce();
                        }
                        protocol.leave().run();
                    },
                    () -> {
                        reused.writeOnce(0);
                        published.storeRelease(1);
                        Thread.onSpinWait();
                        published.writeOnce(0);
                        protocol.grace().run();
                        reused.writeOnce(1);
                        Thread.onSpinWait();
                    });
        });
        return bad[0];
    }
}
