// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.mm.op;

import java.util.Random;

final class ThrowsDice {
    private ThrowsDice() {}

    static int dice(Random random) {
        return random.nextInt(6);
    }
}
