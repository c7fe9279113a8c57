// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

/** When, and by what, an invariant is evaluated. */
enum Moment {
    /** While threads run, by the one that has just done something about it. */
    WHILE_RUNNING("while running"),
    /** Between two rounds, by reading the state. */
    BETWEEN_ROUNDS("between rounds"),
    /** Between two rounds, by what the users and a device store and load. */
    BY_DATA("by data");

    private final String text;

    Moment(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
