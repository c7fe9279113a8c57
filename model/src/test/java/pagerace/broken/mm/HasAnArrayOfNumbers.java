// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.mm;

final class HasAnArrayOfNumbers {
    private final long[] cells = new long[1];

    long next() {
        return ++cells[0];
    }
}
