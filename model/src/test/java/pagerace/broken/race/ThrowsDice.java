// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.race;

final class ThrowsDice {
    private ThrowsDice() {}

    static double dice() {
        return Math.random();
    }
}
