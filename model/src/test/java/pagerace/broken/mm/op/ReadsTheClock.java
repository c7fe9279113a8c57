// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.mm.op;

final class ReadsTheClock {
    private ReadsTheClock() {}

    static long now() {
        return System.nanoTime();
    }
}
