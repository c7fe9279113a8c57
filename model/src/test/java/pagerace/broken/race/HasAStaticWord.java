// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.race;

import pagerace.machine.HardwareMachine;
import pagerace.machine.Word;

final class HasAStaticWord {
    static final Word SHARED = new HardwareMachine().word("shared", 0);

    private HasAStaticWord() {}
}
