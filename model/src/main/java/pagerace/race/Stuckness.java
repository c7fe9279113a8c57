// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

/** The outcome that every race has besides its own. */
public enum Stuckness implements Outcome {
    /**
     * Forbidden where the actors can deadlock. Where they cannot, a wait gave up for want of CPU time, and the run says
     * nothing.
     */
    @Forbidden("a bounded wait gave up: actors wait for each other")
    STUCK
}
