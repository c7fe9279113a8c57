// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.mm;

final class HasAVolatileField {
    private volatile int seen;

    void see(int what) {
        seen = what;
    }

    int seen() {
        return seen;
    }
}
