// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import pagerace.machine.Machine;
import pagerace.machine.Order;
import pagerace.machine.Word;

/**
 * Where all threads meet between rounds. The last to arrive does what has to be done while nobody else runs.
 *
 * <p>Threads spin, since rounds are shorter than it takes to wake a thread, and offer their CPU now and then.
 */
final class Rendezvous {
    private static final int SPINS_BEFORE_YIELD = 1 << 10;

    private final int threads;
    private final Word arrived;
    private final Word round;
    private final Word stopped;

    Rendezvous(Machine machine, int threads) {
        this.threads = threads;
        arrived = machine.word("arrived", 0);
        round = machine.word("round", 0);
        stopped = machine.word("stopped", 0);
    }

    /** Waits for the others; whether there is another round. */
    @SuppressWarnings("ThreadPriorityCheck") // a courtesy to threads without a CPU
    boolean meet(Runnable alone) {
        long now = round.readOnce();
        if (arrived.addReturn(1) == threads) { // pairs with itself: the last one sees what all others did
            arrived.writeOnce(0);
            alone.run();
            round.storeRelease(now + 1); // pairs with the acquire below
            return !isStopped();
        }
        for (int spins = 0; round.loadAcquire() == now; spins++) {
            if (isStopped()) {
                return false;
            }
            if (spins % SPINS_BEFORE_YIELD == SPINS_BEFORE_YIELD - 1) {
                Thread.yield();
            } else {
                Thread.onSpinWait();
            }
        }
        return !isStopped();
    }

    /** No more rounds; waiting threads end. */
    void stop() {
        stopped.xchg(1, Order.FULL);
    }

    private boolean isStopped() {
        return stopped.readOnce() != 0;
    }
}
