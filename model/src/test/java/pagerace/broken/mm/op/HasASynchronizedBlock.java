// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.mm.op;

final class HasASynchronizedBlock {
    int answer() {
        synchronized (this) {
            return 42;
        }
    }
}
