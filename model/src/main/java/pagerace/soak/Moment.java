// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

/** When, and by what, a check is evaluated. */
enum Moment {
    /** While threads run, by the one that has just done something about it. */
    WHILE_RUNNING("while running"),
    /** Between two rounds, by reading the state. */
    BETWEEN_ROUNDS("between rounds"),
    /** After a round on the disk alone, by reading what is there. */
    AFTER_DISK_ROUNDS("after disk rounds"),
    /** Between two rounds, by what the users and a device store and load. */
    BY_DATA("by data"),
    /** Then once more by reading the state: these stores and loads take faults. */
    AFTER_DATA("after data");

    private final String text;

    Moment(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
