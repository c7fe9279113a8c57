// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.mm.op;

import java.lang.invoke.VarHandle;

final class UsesAVarHandle {
    private UsesAVarHandle() {}

    static void fence() {
        VarHandle.fullFence();
    }
}
