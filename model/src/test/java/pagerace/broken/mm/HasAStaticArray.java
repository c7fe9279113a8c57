// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.mm;

final class HasAStaticArray {
    private static final long[] CELLS = new long[1];

    private HasAStaticArray() {}

    static long next() {
        return ++CELLS[0];
    }
}
