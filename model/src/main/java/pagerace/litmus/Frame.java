// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import java.util.List;
import pagerace.machine.Machine;
import pagerace.machine.Word;

/** What one run of one actor works on: the shared words, and registers of its own that start at zero. */
final class Frame {
    final Machine machine;
    final List<Word> words;
    final long[] registers;

    Frame(Machine machine, List<Word> words, int registers) {
        this.machine = machine;
        this.words = words;
        this.registers = new long[registers];
    }
}
