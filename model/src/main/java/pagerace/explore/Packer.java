// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.Arrays;

/** Writes states as bytes: numbers of few bits in few of them, and runs of empty sets in two. {@link Unpacker} reads them. */
final class Packer {
    private byte[] bytes = new byte[128];
    private int size;
    private int emptySets;

    void put(long number) {
        long rest = number;
        while ((rest & ~0x7FL) != 0) {
            putByte((byte) (rest | 0x80));
            rest >>>= 7;
        }
        putByte((byte) rest);
    }

    void putSigned(long number) {
        put(number << 1 ^ number >> 63);
    }

    void putSet(long set) {
        if (set == 0) {
            emptySets++;
            return;
        }
        flush();
        put(set);
    }

    private void flush() {
        if (emptySets > 0) {
            put(0);
            put(emptySets);
            emptySets = 0;
        }
    }

    private void putByte(byte b) {
        if (size == bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * size);
        }
        bytes[size++] = b;
    }

    byte[] bytes() {
        flush();
        return Arrays.copyOf(bytes, size);
    }
}
