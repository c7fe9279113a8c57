// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.mm.op;

final class IsSynchronized {
    synchronized int answer() {
        return 42;
    }
}
