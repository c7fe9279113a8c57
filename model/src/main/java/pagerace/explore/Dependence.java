// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.BitSet;

/** On which reading accesses of its actor, counted from zero, a write depends. */
public final class Dependence {
    private final BitSet control;
    private final BitSet data;

    Dependence(BitSet control, BitSet data) {
        this.control = control;
        this.data = data;
    }

    /** Whether the value of that read decides that the write takes place, or what it writes. */
    boolean isOn(int read) {
        return control.get(read) || data.get(read);
    }

    /** Whether the value of that read decides what is written. */
    boolean isDataOf(int read) {
        return data.get(read);
    }
}
