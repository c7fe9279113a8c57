// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

/**
 * Where an exploration gives up. One that hits a bound is incomplete, and never says that something cannot happen.
 *
 * @param accesses accesses of one actor in one execution
 * @param states states of actors and memory
 */
public record Bounds(int accesses, int states) {
    /** More than any point of the catalogue needs. */
    public static final Bounds DEFAULT = new Bounds(1_000, 5_000_000);

    String accessesInWords() {
        return accesses + " accesses of one actor";
    }

    String statesInWords() {
        return states + " states";
    }
}
