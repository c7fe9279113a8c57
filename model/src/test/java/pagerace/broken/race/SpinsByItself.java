// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.race;

final class SpinsByItself {
    private SpinsByItself() {}

    static void spin() {
        Thread.onSpinWait();
    }
}
