// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import java.util.List;

/**
 * How one execution ended.
 *
 * @param registers the registers of each actor
 * @param memory the last value of each word, in coherence order
 */
public record FinalState(List<List<Long>> registers, List<Long> memory) {
    /** What stands for an execution in which some actor waits for ever. */
    static final FinalState STUCK = new FinalState(List.of(), List.of());

    boolean isStuck() {
        return equals(STUCK);
    }

    long register(int actor, int register) {
        return registers.get(actor).get(register);
    }
}
