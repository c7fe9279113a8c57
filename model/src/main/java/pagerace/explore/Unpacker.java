// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

/** Reads what {@link Packer} wrote. */
final class Unpacker {
    private final byte[] bytes;
    private int at;
    private int emptySets;

    Unpacker(byte[] bytes) {
        this.bytes = bytes;
    }

    long get() {
        long number = 0;
        int shift = 0;
        while (true) {
            byte b = bytes[at++];
            number |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return number;
            }
            shift += 7;
        }
    }

    long getSigned() {
        long number = get();
        return number >>> 1 ^ -(number & 1);
    }

    long getSet() {
        if (emptySets == 0) {
            long set = get();
            if (set != 0) {
                return set;
            }
            emptySets = (int) get();
        }
        emptySets--;
        return 0;
    }
}
