// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.Arrays;

/** A set of rows of ints, all of one width, numbered in the order in which they were added. Rows are compared in full. */
final class IntTable {
    private static final int FREE = -1;

    private final int width;
    private int[] cells;
    private int size;
    private int[] slots = new int[1 << 10];

    IntTable(int width) {
        this.width = width;
        this.cells = new int[width << 8];
        Arrays.fill(slots, FREE);
    }

    int size() {
        return size;
    }

    int get(int row, int column) {
        return cells[row * width + column];
    }

    /** Copies a row into {@code target}. */
    void copy(int row, int[] target) {
        System.arraycopy(cells, row * width, target, 0, width);
    }

    /** The number of {@code row}, which is added if it is new; then it is the size before. */
    int add(int[] row) {
        int slot = slotOf(row, 0);
        if (slots[slot] != FREE) {
            return slots[slot];
        }
        if ((size + 1) * width > cells.length) {
            cells = Arrays.copyOf(cells, 2 * cells.length);
        }
        System.arraycopy(row, 0, cells, size * width, width);
        slots[slot] = size++;
        if (2 * size > slots.length) {
            rehash();
        }
        return size - 1;
    }

    /** The slot that holds the row at {@code offset} of {@code source}, or the free one where it belongs. */
    private int slotOf(int[] source, int offset) {
        int hash = 0;
        for (int i = 0; i < width; i++) {
            hash = (hash ^ source[offset + i]) * 0x9E3779B1;
            hash ^= hash >>> 15;
        }
        int slot = hash & slots.length - 1;
        while (slots[slot] != FREE && !isRow(slots[slot], source, offset)) {
            slot = slot + 1 & slots.length - 1;
        }
        return slot;
    }

    private boolean isRow(int row, int[] source, int offset) {
        return Arrays.equals(cells, row * width, (row + 1) * width, source, offset, offset + width);
    }

    private void rehash() {
        slots = new int[2 * slots.length];
        Arrays.fill(slots, FREE);
        for (int row = 0; row < size; row++) {
            slots[slotOf(cells, row * width)] = row;
        }
    }
}
