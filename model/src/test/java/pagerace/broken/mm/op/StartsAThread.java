// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.mm.op;

final class StartsAThread {
    private StartsAThread() {}

    static void start(Runnable step) {
        new Thread(step).start();
    }
}
