// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.mm.op;

import pagerace.machine.SpinLock;

final class DoesSomethingFinally {
    private DoesSomethingFinally() {}

    static void lockAround(SpinLock lock, Runnable step) {
        lock.lock();
        try {
            step.run();
        } finally {
            lock.unlock();
        }
    }
}
