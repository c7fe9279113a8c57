// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.mm.op;

final class WaitsOnAMonitor {
    private WaitsOnAMonitor() {}

    static void wake(Object monitor) {
        monitor.notifyAll();
    }
}
