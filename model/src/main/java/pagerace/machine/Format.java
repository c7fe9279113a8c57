// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

/**
 * How the values of a word read in traces. A word gets its format when it is made, and a format is a constant: on hardware it is
 * dropped, like the word's name.
 */
@FunctionalInterface
public interface Format {
    /** Values are decimal numbers, masks hexadecimal ones: what a word has that asks for nothing else. */
    Format DECIMAL = Long::toString;

    /** What {@code value} reads as: {@code 1025 (1 + 1 pin)}. A pure function. */
    String value(long value);

    /** How the bits read that an operation sets or clears: {@code PG_dirty}, {@code W}. A pure function. */
    default String mask(long mask) {
        return "0x" + Long.toHexString(mask);
    }
}
